"""The inspector, the module tree and the small panels."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui import networks
from visualizer.graph.model import LayerGraph, Node, TensorSpec
from visualizer.session.network import OpenNetwork
from visualizer.session.state import Message
from visualizer.ui.models.roles import SHARE_ROLE
from visualizer.ui.models.tree_model import MACS, PARAMS
from visualizer.ui.panels.inspection import inspect
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.panels.log_panel import LogPanel
from visualizer.ui.panels.message_bar import MessageBar
from visualizer.ui.panels.module_tree import ModuleTreePanel
from visualizer.ui.panels.parts import FlowText
from visualizer.ui.panels.start_page import StartPage


@pytest.fixture
def network() -> OpenNetwork:
    return networks.small_network()


def _words(panel: InspectorPanel) -> str:
    texts = [text.toPlainText() for text in panel.findChildren(FlowText)]
    return "\n".join(texts + [label.text() for label in panel.findChildren(QLabel)])


# --------------------------------------------------------------------------- inspector


@pytest.fixture
def inspector(qtbot: QtBot, network: OpenNetwork) -> InspectorPanel:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.show_network(network)
    return panel


def test_that_the_inspector_writes_the_derivation_as_the_lecture_does(
    inspector: InspectorPanel,
) -> None:
    inspector.select("features.0")
    words = _words(inspector)
    assert "(227 − 11 + 2·2)/4 + 1 = 56" in words
    assert "64·3·11·11 + 64 = 23,296" in words


def test_that_big_numbers_have_their_exact_value_and_share(network: OpenNetwork) -> None:
    macs = inspect(network, "features.0").quantities[1]
    assert (macs.title, macs.value) == ("MACs", "72.86 M")
    assert "72,855,552" in macs.tooltip and "lecture" in macs.tooltip
    # 72,855,552 of 72,855,552 + 223,948,800 + 37,748,736
    assert macs.share == pytest.approx(0.21777, abs=1e-4)


def test_that_an_uncovered_op_is_unknown_and_not_zero(network: OpenNetwork) -> None:
    shown = inspect(network, "mystery")
    assert [q.value for q in shown.quantities if q.title in ("MACs", "FLOPs")] == ["unknown"] * 2
    assert "fft_mix" in shown.warnings[0] and "not zero" in shown.warnings[0]


def test_that_the_overview_names_weights_route_and_uncovered_ops(network: OpenNetwork) -> None:
    shown = inspect(network, "")
    facts = {row.label: row.value for row in shown.facts}
    assert facts["Weights"] == "random weights" and facts["Graph from"] == "meta tensors"
    assert "fft_mix" in shown.warnings[0]


def test_that_a_group_links_to_its_most_expensive_layers(network: OpenNetwork) -> None:
    links = inspect(network, "features").links
    assert [link.id for link in links] == ["features.3", "features.0"]
    assert links[0].share == pytest.approx(223_948_800 / (223_948_800 + 72_855_552))


def test_that_inputs_that_the_file_leaves_open_are_said_beside_the_link_that_changes_them(
    inspector: InspectorPanel, network: OpenNetwork
) -> None:
    assert "Chosen here" not in _words(inspector)
    (only,) = network.graph.inputs
    graph = msgspec.structs.replace(network.graph, assumed=(only.id,))
    inspector.show_network(msgspec.structs.replace(network, graph=graph))
    assert "Chosen here, open in the file: the input." in _words(inspector)
    inspector.select(only.id)
    assert "Chosen here: the file leaves it open." in _words(inspector)


@pytest.mark.parametrize(
    ("assumed", "said"),
    [((0,), "input 1"), ((0, 2), "inputs 1 and 3"), ((0, 1, 2), "all inputs")],
)
def test_that_inputs_that_were_chosen_are_counted_as_they_are_listed(
    network: OpenNetwork, assumed: tuple[int, ...], said: str
) -> None:
    nodes = tuple(Node(f"x{k}", "input", outputs=(TensorSpec((1, 4)),)) for k in range(3))
    graph = LayerGraph("net", nodes, assumed=tuple(f"x{number}" for number in assumed))
    shown = inspect(msgspec.structs.replace(network, graph=graph), "")
    assert shown.assumed == f"Chosen here, open in the file: {said}."


def test_that_following_a_link_selects(qtbot: QtBot, inspector: InspectorPanel) -> None:
    with qtbot.waitSignal(inspector.selected) as caught:
        inspector.findChildren(FlowText)[0].anchorClicked.emit(QUrl("select:features.3"))
    assert caught.args == ["features.3"]


def test_that_the_module_path_is_copied(inspector: InspectorPanel) -> None:
    inspector.select("features.3")
    inspector.findChildren(FlowText)[0].anchorClicked.emit(QUrl("copy:features.3"))
    assert QGuiApplication.clipboard().text() == "features.3"


def test_that_selecting_in_the_inspector_emits_nothing(
    qtbot: QtBot, inspector: InspectorPanel
) -> None:
    with qtbot.assertNotEmitted(inspector.selected):
        inspector.select("features.3")
        inspector.select("features")
        inspector.select("gone")


@pytest.mark.parametrize("width", [280, 600])
def test_that_no_card_is_wider_than_the_panel(
    qtbot: QtBot, inspector: InspectorPanel, width: int
) -> None:
    inspector.resize(width, 700)
    inspector.show()
    for item in ("features.0", "features", "", "mystery"):
        inspector.select(item)
        qtbot.waitUntil(lambda: all(text.width() > 20 for text in inspector.findChildren(FlowText)))
        for text in inspector.findChildren(FlowText):
            right = text.mapTo(inspector, text.rect().topRight()).x()
            assert right <= width
            assert text.document().size().width() <= text.width() + 1
            assert text.document().size().height() <= text.height() + 1


def test_that_the_inspector_without_a_network_says_so(qtbot: QtBot) -> None:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.show_network(None)
    assert "Open a network" in _words(panel)


# --------------------------------------------------------------------------- module tree


@pytest.fixture
def tree(qtbot: QtBot, network: OpenNetwork) -> ModuleTreePanel:
    panel = ModuleTreePanel()
    qtbot.addWidget(panel)
    panel.show_network(network)
    return panel


def _text(panel: ModuleTreePanel, item: str, column: int) -> str:
    return str(panel.model.index_of(item, column).data())


def test_that_group_costs_are_sums_of_their_ops(tree: ModuleTreePanel) -> None:
    # 23,296 + 307,392 parameters; 72.86 M + 223.95 M MACs, pooling apart
    assert _text(tree, "features", PARAMS) == "331 k"
    assert _text(tree, "features", MACS) == "297 M"


def test_that_the_tree_shows_uncovered_ops_as_unknown(tree: ModuleTreePanel) -> None:
    assert _text(tree, "mystery", MACS) == "unknown"


def test_that_shares_are_of_the_whole_network(tree: ModuleTreePanel) -> None:
    share = tree.model.index_of("classifier", PARAMS).data(SHARE_ROLE)
    assert share == pytest.approx(37_752_832 / (23_296 + 307_392 + 37_752_832))


def test_that_selecting_in_the_tree_opens_ancestors_and_emits_nothing(
    qtbot: QtBot, tree: ModuleTreePanel
) -> None:
    tree.tree.collapseAll()
    with qtbot.assertNotEmitted(tree.selected):
        tree.select("features.3")
    assert tree.tree.isExpanded(tree.model.index_of("features"))
    assert tree.model.item_at(tree.tree.currentIndex()) == "features.3"


def test_that_a_row_picked_by_the_user_is_told(qtbot: QtBot, tree: ModuleTreePanel) -> None:
    with qtbot.waitSignal(tree.selected) as caught:
        tree.tree.setCurrentIndex(tree.model.index_of("features.0"))
    assert caught.args == ["features.0"]


def test_that_a_double_click_on_a_group_asks_to_fold_it(
    qtbot: QtBot, tree: ModuleTreePanel
) -> None:
    with qtbot.waitSignal(tree.fold_toggled) as caught:
        tree.tree.doubleClicked.emit(tree.model.index_of("features"))
    assert caught.args == ["features"]
    with qtbot.assertNotEmitted(tree.fold_toggled):
        tree.tree.doubleClicked.emit(tree.model.index_of("features.0"))


def test_that_a_search_narrows_the_tree_and_tells_its_matches(
    qtbot: QtBot, tree: ModuleTreePanel
) -> None:
    with qtbot.waitSignal(tree.searched) as caught:
        qtbot.keyClicks(tree.search, "op:conv2d")
    assert caught.args == [["features.0", "features.3"]]
    assert tree.status.text() == "2 matches"
    assert not tree.model.index_of("mystery").isValid()
    assert tree.model.index_of("features.3").isValid()


def test_that_enter_walks_the_matches_round(qtbot: QtBot, tree: ModuleTreePanel) -> None:
    found: list[str] = []
    tree.selected.connect(found.append)
    qtbot.keyClicks(tree.search, "op:conv2d")
    for _ in range(3):
        qtbot.keyClick(tree.search, Qt.Key.Key_Return)
    assert found == ["features.0", "features.3", "features.0"]


def test_that_escape_shows_everything_again(qtbot: QtBot, tree: ModuleTreePanel) -> None:
    qtbot.keyClicks(tree.search, "conv2d")
    tree.search.ask_now()
    with qtbot.waitSignal(tree.searched) as caught:
        qtbot.keyClick(tree.search, Qt.Key.Key_Escape)
    assert caught.args == [[]]
    assert tree.model.index_of("mystery").isValid()


def test_that_a_new_network_forgets_the_search(tree: ModuleTreePanel, network: OpenNetwork) -> None:
    tree.search.setText("linear")
    tree.search.ask_now()
    tree.show_network(network)
    assert tree.search.text() == "" and tree.model.index_of("features").isValid()


# --------------------------------------------------------------------------- small panels


def test_that_the_message_bar_offers_retry_and_details(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_message(Message("It failed.", "error", "File model.py, line 3", can_retry=True))
    assert not bar.isHidden() and bar.property("severity") == "error"
    assert bar.detail.isHidden()
    bar.details_button.click()
    assert not bar.detail.isHidden() and "line 3" in bar.detail.toPlainText()
    with qtbot.waitSignal(bar.retry_requested):
        bar.retry_button.click()
    bar.show_text("Fine.")
    assert bar.retry_button.isHidden() and bar.details_button.isHidden() and bar.detail.isHidden()
    bar.show_message(None)
    assert bar.isHidden()


def test_that_the_log_keeps_lines_and_copies_them(qtbot: QtBot) -> None:
    log = LogPanel()
    qtbot.addWidget(log)
    log.append("one")
    log.append("two\n")
    log.copy_all()
    assert QGuiApplication.clipboard().text() == "one\ntwo"
    log.clear()
    assert log.text() == ""


def test_that_the_start_page_opens_recent_sources_and_examples(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.show_recent(("model.py:build", "vgg16"))
    page.show_recent(("vgg16",))
    assert [button.text() for button in page.recent] == ["vgg16"]
    chosen: list[str] = []
    page.source_chosen.connect(chosen.append)
    page.recent[0].click()
    page.findChild(type(page.recent[0]), "example-alexnet").click()
    assert chosen == ["vgg16", "alexnet"]
