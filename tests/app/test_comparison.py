"""Comparing, as people do it: through the real window, with real networks and both processes."""

import pytest

from visualizer.ui.dialogs import OpenSourceDialog

from .conftest import PATIENCE


@pytest.fixture
def compared(opened, qtbot):
    """Opens a network, then compares it with another."""

    def begin(first, second):
        application = opened(first)
        application.session.comparing.compare_text(second)
        qtbot.waitUntil(
            lambda: (
                (shown := application.session.state.comparison) is not None
                and shown.names == (first, second)
                and not application.comparison.busy
            ),
            timeout=PATIENCE,
        )
        return application

    return begin


def test_that_alexnet_is_compared_with_vgg16_and_stays_open(compared, opened, qtbot):
    application = opened("alexnet")
    application.session.state.selection = "features.3"
    network = application.session.state.network
    compared_with = application.session.comparing.compare_text
    compared_with("vgg16")
    qtbot.waitUntil(lambda: application.comparison.window is not None, timeout=PATIENCE)
    window = application.comparison.window
    qtbot.waitUntil(lambda: not application.comparison.busy, timeout=PATIENCE)
    assert window.isVisible() and "alexnet and vgg16" in window.windowTitle()
    assert application.session.state.network is network
    assert application.session.state.selection == "features.3"
    left, right = window.silhouettes.canvases
    assert left.shown.scale == right.shown.scale and left.zoom == pytest.approx(right.zoom)
    ratios = {row.figure.title: row.ratio.text() for row in window.totals.rows}
    assert ratios["Parameters"] == "2.26 ×"
    assert "19.4×" in window.totals.lecture.toPlainText()


def test_that_what_changed_from_resnet18_to_resnet34_is_selected_on_both(compared, qtbot):
    application = compared("resnet18", "resnet34")
    window = application.comparison.window
    window.show_page("changes")
    # by the paper: [2, 2, 2, 2] and [3, 4, 6, 3] blocks, so 8 more, each with two convolutions
    added = [c.match.after for c in window.changes.changes if c.match.after.endswith("conv2")]
    assert len(added) == 8
    names = [change.match.after for change in window.changes.changes]
    window.changes.table.setCurrentCell(names.index("layer3.4.conv1"), 0)
    assert window.silhouettes.canvases[1].item_for_keys() == "layer3.4"
    assert window.silhouettes.canvases[0].item_for_keys() == ""

    window.silhouettes.canvases[1].item_clicked.emit("conv1")
    assert [canvas.item_for_keys() for canvas in window.silhouettes.canvases] == ["conv1", "conv1"]

    window.silhouettes.fold_requested.emit(1, "layer3.4")
    right = window.silhouettes.canvases[1]
    qtbot.waitUntil(
        lambda: "layer3.4.conv1" in {bar.id for bar in right.shown.bars}, timeout=PATIENCE
    )


def test_that_a_bad_second_source_is_one_line_in_both_windows_and_loses_nothing(compared, qtbot):
    application = compared("resnet18", "resnet34")
    before = application.session.state.comparison
    application.session.comparing.compare_text("resnet5")
    said = lambda: application.session.state.message  # noqa: E731
    qtbot.waitUntil(lambda: said() is not None, timeout=PATIENCE)
    assert said().text.startswith("Cannot compare: torchvision has no network called 'resnet5'")
    assert "\n" not in said().text
    assert application.comparison.window.message_bar.text.text() == said().text
    assert application.session.state.comparison is before
    assert application.session.state.network.source.text == "resnet18"


def test_that_published_accuracies_are_shown_for_which_architecture(compared, qtbot):
    application = compared("resnet50", "mobilenet_v2")
    application.comparison.window.show_page("accuracy")
    panel = application.comparison.window.accuracy
    qtbot.waitUntil(lambda: panel.plot is not None and bool(panel.plot.entries), timeout=PATIENCE)
    assert [network.top1 for network in panel.plot.own] == [76.13, 71.878]
    application.actions.accuracies_wanted.emit()
    dialog = application.comparison.accuracies
    qtbot.waitUntil(lambda: dialog.panel.plot is not None, timeout=PATIENCE)
    assert [network.name for network in dialog.panel.plot.own] == ["resnet50"]
    dialog.close()


def test_that_the_dialog_asks_what_to_compare_with(qtbot):
    dialog = OpenSourceDialog(None, ("vgg16",), compared="alexnet")
    qtbot.addWidget(dialog)
    assert dialog.windowTitle() == "Compare alexnet with"
    assert dialog.open_button.text() == "Compare"


def test_that_the_start_page_opens_two_networks_compared(application, settle, qtbot):
    application.session.state.comparison = None
    application.window.start_page.compared_chosen.emit("squeezenet1_0", "squeezenet1_1")
    qtbot.waitUntil(lambda: application.session.state.comparison is not None, timeout=PATIENCE)
    settle()
    assert application.session.state.comparison.names == ("squeezenet1_0", "squeezenet1_1")
    assert application.front is application.comparison.window
