"""The findings and the cut profile in their panels: AlexNet as in the lecture, 3×227×227."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser
from pytestqt.qtbot import QtBot

from tests.bottlenecks.networks import findings, profile
from visualizer.bottlenecks import CutProfile
from visualizer.bottlenecks.profile import profile_of
from visualizer.ui.panels.cut_axes import linear_ticks, log_ticks, placed_labels
from visualizer.ui.panels.cut_chart import CutChart
from visualizer.ui.panels.cut_profile import CutProfilePanel
from visualizer.ui.panels.cut_words import cut_rows, deciding_ratios, severity_color
from visualizer.ui.panels.findings import FindingsPanel
from visualizer.ui.theme import DARK, LIGHT, Theme, apply_theme

ALEXNET = "alexnet_lecture"
# 64·27·27 = 46,656; 192·27·27 = 139,968; 3·227·227 = 154,587; 46,656/154,587 = 0.302
EVIDENCE = "At most 46,656 numbers per image pass here; 139,968 are computed from them afterwards"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def cards(qtbot: QtBot) -> FindingsPanel:
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.resize(950, 200)
    panel.show()
    panel.show_bottlenecks(profile(ALEXNET), findings(ALEXNET))
    panel.cut_chosen.connect(panel.show_cut)  # as the session has it
    return panel


@pytest.fixture
def chart(qtbot: QtBot) -> CutProfilePanel:
    panel = CutProfilePanel()
    qtbot.addWidget(panel)
    panel.resize(950, 200)
    panel.show()
    panel.show_bottlenecks(profile(ALEXNET), findings(ALEXNET))
    panel.picked.connect(panel.show_cut)  # as the session has it
    qtbot.waitUntil(lambda: _drawn(panel).height() > 50)
    return panel


def _drawn(panel: CutProfilePanel) -> CutChart:
    assert panel.chart is not None
    return panel.chart


def _words(panel: FindingsPanel) -> str:
    texts = [text.toPlainText() for text in panel.findChildren(QTextBrowser)]
    said = "\n".join(texts + [label.text() for label in panel.findChildren(QLabel)])
    return said.replace("\u00a0", " ")


def _number_of(node: str) -> int:
    return next(n for n, cut in enumerate(profile(ALEXNET).cuts) if cut.node == node)


# --------------------------------------------------------------------------- findings


def test_that_the_extreme_finding_stands_first_with_its_whole_sentence(
    cards: FindingsPanel,
) -> None:
    words = _words(cards)
    assert EVIDENCE in words and "That is 30.2 % of the 154,587 that got this far" in words
    assert [card.finding.severity for card in cards.cards] == ["extreme", "mild", "info"]
    for said in ("extreme", "early", "β = 0.302", "ν = 0.333", "Suggestion", "Fig 10"):
        assert said in words


def test_that_what_a_tag_says_is_not_said_in_the_title_again(qtbot: QtBot) -> None:
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.show_bottlenecks(profile("mobilenet_v2"), findings("mobilenet_v2"))
    words = _words(panel)
    assert "by design" in words.splitlines() and "early" in words.splitlines()
    assert ", early" not in words and "(linear bottleneck, by design)" not in words


def test_that_a_click_on_a_card_or_its_text_tells_the_findings_node(
    qtbot: QtBot, cards: FindingsPanel
) -> None:
    first, second, _ = cards.cards
    with qtbot.waitSignal(cards.selected) as caught:
        qtbot.mouseClick(first, LEFT, pos=QPoint(3, 20))
    assert caught.args == ["features.2"] and first.marked
    with qtbot.waitSignal(cards.selected) as caught:
        qtbot.mouseClick(second.findChildren(QTextBrowser)[-1].viewport(), LEFT, pos=QPoint(9, 9))
    assert caught.args == ["features.5"] and second.marked and not first.marked


def test_that_return_chooses_the_focused_card(qtbot: QtBot, cards: FindingsPanel) -> None:
    with qtbot.waitSignal(cards.selected) as caught:
        qtbot.keyClick(cards.cards[2], Qt.Key.Key_Return)
    assert caught.args == ["features.12"]


def test_that_selecting_marks_the_card_in_view_and_emits_nothing(
    qtbot: QtBot, cards: FindingsPanel
) -> None:
    last = cards.cards[-1]
    with qtbot.assertNotEmitted(cards.selected):
        cards.show_cut(_number_of("features.12"))
    assert [card.marked for card in cards.cards] == [False, False, True]
    qtbot.waitUntil(lambda: last.visibleRegion().boundingRect().height() == last.height())
    cards.show_cut(_number_of("features.0"))
    assert not any(card.marked for card in cards.cards)


def test_that_a_card_tells_its_cut_before_its_node(qtbot: QtBot, cards: FindingsPanel) -> None:
    told: list[object] = []
    cards.cut_chosen.connect(told.append)
    cards.selected.connect(told.append)
    qtbot.mouseClick(cards.cards[0], LEFT, pos=QPoint(3, 20))
    assert told == [_number_of("features.2"), "features.2"]


def test_that_without_a_network_a_hint_says_what_will_stand_here(cards: FindingsPanel) -> None:
    cards.show_bottlenecks(None, ())
    assert not cards.cards and "Open a network" in _words(cards)


def test_that_a_network_without_a_narrow_place_is_told_so_kindly(cards: FindingsPanel) -> None:
    cards.show_bottlenecks(profile("fig10"), findings("fig10"))
    # 320·17·17 beside 320·17·17 numbers
    assert "No narrow place found." in _words(cards) and "184,960 numbers" in _words(cards)


def test_that_a_network_without_flow_has_nothing_to_judge(
    cards: FindingsPanel, chart: CutProfilePanel
) -> None:
    nothing = _without_cuts()
    cards.show_bottlenecks(nothing, ())
    chart.show_bottlenecks(nothing, ())
    chart.show_cut(None)
    assert "nothing to cut" in _words(cards) and "nothing to cut" in chart.hint.text()
    assert chart.hint.isVisible() and not _drawn(chart).isVisible()


def _without_cuts() -> CutProfile:
    empty = msgspec.structs.replace(profile(ALEXNET).tensors, tensors=(), successors=())
    return profile_of(empty)


def test_that_a_squeeze_shows_the_depth_that_decided_it() -> None:
    squeeze = next(f for f in findings("mobilenet_v2") if f.kind == "squeeze")
    # 75,264 of 451,584 around it, and of the input's 150,528
    assert deciding_ratios(squeeze) == [("λ", pytest.approx(1 / 6)), ("β", pytest.approx(0.5))]


# --------------------------------------------------------------------------- cut profile


def test_that_the_chart_is_made_for_the_first_profile_only(qtbot: QtBot) -> None:
    panel = CutProfilePanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.chart is None and "Open a network" in panel.hint.text()
    panel.show_bottlenecks(profile(ALEXNET), findings(ALEXNET))
    assert panel.chart is not None and not panel.hint.isVisible()
    panel.show_bottlenecks(None, ())
    assert panel.hint.isVisible() and not panel.chart.isVisible()


def test_that_a_click_on_the_chart_tells_the_cut(qtbot: QtBot, chart: CutProfilePanel) -> None:
    with qtbot.waitSignal(chart.picked) as caught:
        _click(qtbot, chart, "features.2")
    assert caught.args == [_number_of("features.2")] and chart.marked == _number_of("features.2")


def _click(qtbot: QtBot, panel: CutProfilePanel, node: str) -> None:
    top = _drawn(panel).top_of(_number_of(node)).toPoint() + QPoint(0, 12)
    qtbot.mouseClick(_drawn(panel).plot.viewport(), LEFT, pos=top)


def test_that_the_panel_shows_the_cut_it_is_told_and_emits_nothing(
    qtbot: QtBot, chart: CutProfilePanel
) -> None:
    with qtbot.assertNotEmitted(chart.picked):
        chart.show_cut(3)
    assert chart.marked == 3
    chart.show_cut(None)
    assert chart.marked is None


def test_that_the_unit_is_asked_for_and_shown_when_it_is_told(
    qtbot: QtBot, chart: CutProfilePanel
) -> None:
    assert chart.numbers_button.isChecked()
    with qtbot.waitSignal(chart.unit_chosen) as caught:
        qtbot.mouseClick(chart.bytes_button, LEFT)
    assert caught.args == ["bytes"]
    chart.show_unit("numbers")  # the size of some dtype is not known
    assert chart.numbers_button.isChecked() and not chart.bytes_button.isChecked()


def test_that_pointing_at_a_cut_tells_its_numbers_and_leaving_hides_them(
    chart: CutProfilePanel,
) -> None:
    number = _number_of("features.2")
    _drawn(chart).plot.scene().sigMouseMoved.emit(_scene_place(chart, number))
    assert chart.card.isVisible()
    for said in ("features.2", "46,656", "0.302", "0.333", "10.2 %", "extreme"):
        assert said in chart.card.text()
    chart.point(-1)
    assert not chart.card.isVisible()


def _scene_place(panel: CutProfilePanel, number: int) -> QPointF:
    plot = _drawn(panel).plot
    return QPointF(plot.mapToScene(_drawn(panel).top_of(number).toPoint()))


def test_that_the_card_of_every_cut_stays_inside_the_panel(chart: CutProfilePanel) -> None:
    for number in range(len(profile(ALEXNET).cuts)):
        chart.point(number)
        assert chart.rect().contains(chart.card.geometry())


def test_that_what_is_unknown_is_never_0() -> None:
    known = profile(ALEXNET)
    silent = msgspec.structs.replace(known.cuts[0], macs_spent_share=None)
    rows = cut_rows(CutProfile(known.tensors, (silent, *known.cuts[1:]), known.final), 0)
    assert {symbol: value for symbol, value, _ in rows}["MACs"] == "unknown"
    assert rows[1] == ("β", "–", "nothing before")
    last = cut_rows(known, len(known.cuts) - 1)
    assert last[2] == ("ν", "–", "the head is not judged")


def test_that_the_scale_can_be_linear(qtbot: QtBot, chart: CutProfilePanel) -> None:
    plot = _drawn(chart).plot
    assert [text for _, text in plot.getAxis("left")._tickLevels[0]] == ["1 k", "10 k", "100 k"]
    qtbot.mouseClick(chart.linear_button, LEFT)
    ticks = plot.getAxis("left")._tickLevels[0]
    assert (0.0, "0") in ticks and (100_000.0, "100 k") in ticks


# --------------------------------------------------------------------------- axes and themes


def test_that_logarithmic_ticks_are_round_and_never_too_few() -> None:
    assert [text for _, text in log_ticks(2.5, 6.2)] == ["1 k", "10 k", "100 k", "1 M"]
    assert [text for _, text in log_ticks(4.0, 5.1)] == ["10 k", "20 k", "50 k", "100 k"]


def test_that_linear_ticks_are_round_and_begin_at_0() -> None:
    assert linear_ticks(0, 210_000) == [
        (0, "0"), (50_000, "50 k"), (100_000, "100 k"), (150_000, "150 k"), (200_000, "200 k"),
    ]  # fmt: skip
    assert linear_ticks(0, 0) == [(0, "0")]


def test_that_no_name_overlaps_another_and_findings_come_first() -> None:
    assert placed_labels([60] * 5, step=100, first=[2]) == [0, 1, 2, 3, 4]
    assert placed_labels([60] * 7, step=40, first=[3]) == [1, 3, 5]


def test_that_severities_read_on_both_grounds() -> None:
    for theme in (LIGHT, DARK):
        colors = {severity_color(name, theme).name() for name in ("extreme", "moderate", "info")}
        assert len(colors) == 3
        for color in colors:
            assert _contrast(QColor(color), theme.color("ground")) > 3.0


def _contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.1's contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_that_both_panels_follow_the_theme_and_keep_their_selection(
    qtbot: QtBot, qapp: QApplication, cards: FindingsPanel, chart: CutProfilePanel, theme: Theme
) -> None:
    for panel in (cards, chart):
        panel.show_cut(_number_of("features.2"))
    apply_theme(qapp, theme)
    qtbot.waitUntil(lambda: cards.theme is theme and chart.theme is theme)
    assert chart.grab().toImage().pixelColor(2, 100) == theme.color("ground")
    assert cards.cards[0].marked and chart.marked == _number_of("features.2")
