"""Hints, filters and thresholds in the findings panel, and the inspector's answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QLabel, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from tests.bottlenecks.networks import findings, profile
from tests.ui.networks import judged_network
from visualizer.bottlenecks import DEFAULTS, Thresholds, find_bottlenecks
from visualizer.bottlenecks.principles import CAVEAT, Hint
from visualizer.bottlenecks.thresholds import MEANINGS
from visualizer.session.network import narrowing_of
from visualizer.ui.panels.findings import FindingsPanel
from visualizer.ui.panels.findings_head import FILTERS
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.settings import Settings

ALEXNET = "alexnet_lecture"
HINTS = (
    Hint(2, "Fewer channels on a coarser grid", "features.8", "384 become 256.", "Keep 384."),
    Hint(3, "No embedding", "features.3", "5×5 on 64 channels.", "Reduce to 32 before."),
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> FindingsPanel:
    shown = FindingsPanel()
    qtbot.addWidget(shown)
    shown.resize(950, 300)
    shown.show()
    shown.show_bottlenecks(profile(ALEXNET), findings(ALEXNET), HINTS)
    return shown


def words(widget: QWidget) -> str:
    texts = [text.toPlainText() for text in widget.findChildren(QTextBrowser)]
    said = texts + [label.text() for label in widget.findChildren(QLabel)]
    return "\n".join(said).replace("\u00a0", " ")


def choose(panel: FindingsPanel, title: str) -> None:
    panel.head.filter_box.setCurrentIndex([each.title for each in FILTERS].index(title))


def kinds(panel: FindingsPanel) -> list[str | int]:
    found: list[str | int] = [card.finding.severity for card in panel.cards]
    return found + [card.hint.principle for card in panel.hint_cards]


def test_that_hints_stand_after_the_findings_with_the_caveat_once(panel: FindingsPanel) -> None:
    assert kinds(panel) == ["extreme", "mild", "info", 2, 3]
    said = words(panel)
    assert said.count(CAVEAT) == 1 and "384 become 256." in said and "principle 2" in said
    assert panel.head.words.text().startswith("1 extreme  ·  1 mild  ·  1 info  ·  2 hints")


def test_that_choosing_a_hint_tells_its_node_and_marks_it(
    qtbot: QtBot, panel: FindingsPanel
) -> None:
    card = panel.hint_cards[1]
    with qtbot.waitSignal(panel.selected) as caught, qtbot.assertNotEmitted(panel.cut_chosen):
        qtbot.mouseClick(card, LEFT, pos=QPoint(3, 20))
    assert caught.args == ["features.3"] and card.marked and not panel.hint_cards[0].marked


def test_that_selecting_a_node_marks_the_hints_about_it(panel: FindingsPanel) -> None:
    panel.select("features.8")
    assert [card.marked for card in panel.hint_cards] == [True, False]
    panel.select("")
    assert not any(card.marked for card in panel.hint_cards)


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("All", ["extreme", "mild", "info", 2, 3]),
        ("Extreme and moderate", ["extreme"]),
        ("Principle 1: bottlenecks", ["extreme", "mild", "info"]),
        ("Principle 3: embeddings", [3]),
    ],
)
def test_that_a_filter_leaves_what_it_says(
    panel: FindingsPanel, title: str, left: list[str | int]
) -> None:
    choose(panel, title)
    assert kinds(panel) == left


def test_that_a_filter_that_leaves_nothing_says_so(panel: FindingsPanel) -> None:
    choose(panel, "Principle 4: balance")
    assert kinds(panel) == [] and "Nothing of this kind." in words(panel)


def test_that_a_silent_network_is_told_so_above_its_hints(panel: FindingsPanel) -> None:
    panel.show_bottlenecks(profile("fig10"), (), HINTS)
    assert "No narrow place found." in words(panel) and kinds(panel) == [2, 3]


def test_that_the_limits_follow_the_hand_and_only_one_moves(
    qtbot: QtBot, panel: FindingsPanel
) -> None:
    qtbot.mouseClick(panel.head.thresholds, LEFT)
    dialog = panel.dialog
    assert dialog is not None and dialog.isVisible()
    assert set(dialog.boxes) == set(dialog.sliders) == set(MEANINGS)
    with qtbot.waitSignal(panel.thresholds_changed) as caught:
        dialog.boxes["extreme_beta"].setValue(0.3)
    assert caught.args == [Thresholds(extreme_beta=0.3)]
    with qtbot.waitSignal(panel.thresholds_changed) as caught:
        dialog.sliders["early"].setValue(500)
    assert caught.args == [Thresholds(early=0.5)]  # the state has not followed yet


def test_that_changed_limits_are_said_and_can_be_reset(qtbot: QtBot, panel: FindingsPanel) -> None:
    assert "thresholds changed" not in panel.head.words.text()
    assert not panel.head.reset.isVisible()
    strict = Thresholds(extreme_beta=0.3)
    panel.show_thresholds(strict)
    panel.show_bottlenecks(profile(ALEXNET), find_bottlenecks(profile(ALEXNET), strict), HINTS)
    assert "1 moderate" in panel.head.words.text()
    assert "thresholds changed" in panel.head.words.text()
    with qtbot.waitSignal(panel.thresholds_changed) as caught:
        qtbot.mouseClick(panel.head.reset, LEFT)
    assert caught.args == [DEFAULTS]


def test_that_the_dialog_shows_what_is_found_now_and_emits_nothing_itself(
    qtbot: QtBot, panel: FindingsPanel
) -> None:
    panel.open_thresholds()
    dialog = panel.dialog
    assert dialog is not None and dialog.effect.text() == "Now: 1 extreme  ·  1 mild  ·  1 info"
    assert not dialog.reset_button.isEnabled()
    with qtbot.assertNotEmitted(dialog.changed):
        dialog.show_thresholds(Thresholds(mild_nu=0.2))
    assert dialog.boxes["mild_nu"].value() == 0.2 and dialog.sliders["mild_nu"].value() == 200
    assert dialog.reset_button.isEnabled()
    with qtbot.waitSignal(dialog.changed) as caught:
        qtbot.mouseClick(dialog.reset_button, LEFT)
    assert caught.args == [DEFAULTS]


def test_that_a_third_typed_as_0_333_is_the_default(qtbot: QtBot, panel: FindingsPanel) -> None:
    panel.show_thresholds(Thresholds(extreme_beta=0.5))
    panel.open_thresholds()
    assert panel.dialog is not None
    with qtbot.waitSignal(panel.thresholds_changed) as caught:
        panel.dialog.boxes["extreme_beta"].setValue(0.333)
    assert caught.args == [DEFAULTS]


def test_that_limits_are_remembered_and_nonsense_is_not(tmp_path: Path) -> None:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings = Settings(store)
    assert settings.thresholds() == DEFAULTS
    settings.keep_thresholds(Thresholds(cliff_beta=0.1))
    store.sync()
    again = Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    assert again.thresholds() == Thresholds(cliff_beta=0.1)
    settings.set("findings/thresholds", "nonsense")
    assert settings.thresholds() == DEFAULTS


# --------------------------------------------------------------------------- the inspector


@pytest.fixture
def inspector(qtbot: QtBot) -> InspectorPanel:
    shown = InspectorPanel()
    qtbot.addWidget(shown)
    shown.resize(340, 500)
    shown.show()
    network = judged_network()
    shown.show_network(network)
    shown.show_narrowing(narrowing_of(network))
    return shown


def test_that_the_inspector_says_why_a_layer_is_a_bottleneck(inspector: InspectorPanel) -> None:
    inspector.select("features.2")
    said = words(inspector)
    assert "BOTTLENECK?" in said and "extreme" in said
    assert "At most 46,656 numbers per image pass here" in said and "Suggestion" in said


def test_that_the_inspector_says_why_a_layer_is_none(inspector: InspectorPanel) -> None:
    inspector.select("features.0")
    said = words(inspector)
    assert "No bottleneck: everything passes through these 200,704 numbers, but input" in said
    inspector.select("features")
    assert "Inside, at features.2" in words(inspector)
    inspector.select("")
    assert "BOTTLENECK?" not in words(inspector)


def test_that_the_answer_appears_when_it_is_known(inspector: InspectorPanel) -> None:
    inspector.select("features.2")
    inspector.show_narrowing(None)
    assert "BOTTLENECK?" not in words(inspector)
    inspector.show_narrowing(narrowing_of(judged_network()))
    assert "BOTTLENECK?" in words(inspector)


def test_that_a_place_the_answer_names_is_a_link(qtbot: QtBot, inspector: InspectorPanel) -> None:
    inspector.select("features.2")
    linked = [
        text
        for text in inspector.findChildren(QTextBrowser)
        if "select:features.3" in text.toHtml()
    ]
    assert len(linked) == 1
    with qtbot.waitSignal(inspector.selected) as caught:
        linked[0].anchorClicked.emit("select:features.3")
    assert caught.args == ["features.3"]


def test_that_the_answer_can_be_scrolled_to(qtbot: QtBot, inspector: InspectorPanel) -> None:
    inspector.resize(300, 160)
    inspector.select("features.2")
    inspector.reveal_answer()
    (title,) = [label for label in inspector.findChildren(QLabel) if label.text() == "BOTTLENECK?"]
    qtbot.waitUntil(lambda: not title.visibleRegion().isEmpty())
