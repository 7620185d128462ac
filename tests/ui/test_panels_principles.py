"""The principles panel: AlexNet as in the lecture (3×227×227), VGG-16 and a ViT."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt, QUrl
from PySide6.QtWidgets import QApplication, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from tests.bottlenecks.networks import profile, traced
from visualizer.bottlenecks.principles import CAVEAT, Hint, Principles, hints, principles_of
from visualizer.bottlenecks.principles.scaling import Scale, compound
from visualizer.costs import cost_report
from visualizer.ui.panels.evidence_card import EvidenceCard
from visualizer.ui.panels.principle_cards import PrincipleCards
from visualizer.ui.panels.principles import PrinciplesPanel
from visualizer.ui.theme import DARK, LIGHT, Theme, apply_theme

LEFT = Qt.MouseButton.LeftButton
WIDE, USUAL, NARROW = 1720, 935, 600


def evidence(name: str) -> tuple[Principles, tuple[Hint, ...]]:
    graph = traced(name)
    found = principles_of(graph, cost_report(graph), profile(name))
    return found, hints(found)


@pytest.fixture
def panel(qtbot: QtBot) -> PrinciplesPanel:
    made = PrinciplesPanel()
    qtbot.addWidget(made)
    made.resize(USUAL, 420)
    made.show()
    made.show_principles(*evidence("vgg16"))
    return made


def cards_of(panel: PrinciplesPanel) -> PrincipleCards:
    assert panel.cards is not None
    return panel.cards


def texts(card: EvidenceCard) -> list[list[str]]:
    model = card.model
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def words(widget: QWidget) -> str:
    return "\n".join(text.toPlainText() for text in widget.findChildren(QTextBrowser))


# --------------------------------------------------------------------------- evidence


def test_that_an_empty_panel_says_what_it_is_for_and_makes_no_cards(qtbot: QtBot) -> None:
    panel = PrinciplesPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.empty.isVisible() and "Open a network" in panel.empty.text()
    assert panel.cards is None


def test_that_a_hidden_panel_waits_with_its_cards_until_it_is_seen(qtbot: QtBot) -> None:
    panel = PrinciplesPanel()
    qtbot.addWidget(panel)
    panel.show_principles(*evidence("vgg16"))
    panel.select("features.28")
    assert panel.cards is None
    panel.show()
    assert cards_of(panel).tiles.table.currentIndex().row() == 4


def test_that_activations_per_tile_stand_with_their_ratio_and_growth(
    panel: PrinciplesPanel,
) -> None:
    # 512·14²/(3·224²) = 0.667 and so on
    assert texts(cards_of(panel).tiles) == [
        ["224×224", "64", "21.3", ""], ["112×112", "128", "10.7", "×2.00"],
        ["56×56", "256", "5.33", "×2.00"], ["28×28", "512", "2.67", "×2.00"],
        ["14×14", "512", "0.667", "×1.00"], ["7×7", "512", "0.167", "×1.00"],
    ]  # fmt: skip


def test_that_every_spatial_convolution_says_what_an_embedding_would_save(
    panel: PrinciplesPanel,
) -> None:
    # 1 − 10/18 and 1 − 10/36 with equal channels
    rows = texts(cards_of(panel).embeddings)
    assert len(rows) == 12
    assert rows[0] == ["features.2", "3×3", "64 → 64", "1.85 G", "≤ 64", "", ""]
    assert rows[2] == ["features.7", "3×3", "128 → 128", "1.85 G", "no", "−44 %", "−72 %"]
    tip = cards_of(panel).embeddings.model.index(2, 6).data(Qt.ItemDataRole.ToolTipRole)
    assert "513,802,240 MACs instead of 1,849,688,064 with a 1×1 to 32 channels" in tip


def test_that_the_arithmetic_per_grid_stands_with_its_entropy(panel: PrinciplesPanel) -> None:
    balance = cards_of(panel).balance
    assert [row[0] for row in texts(balance)] == ["224×224", "112×112", "56×56", "28×28", "14×14"]
    assert [row[3] for row in texts(balance)] == ["2", "2", "3", "3", "3"]
    assert "0.939" in balance.summary.text()


def test_that_the_papers_caveat_is_quoted_once(panel: PrinciplesPanel) -> None:
    assert words(panel).count(CAVEAT) == 1


def test_that_every_column_and_symbol_is_explained(panel: PrinciplesPanel) -> None:
    cards = cards_of(panel)
    for card in (cards.tiles, cards.embeddings, cards.balance):
        assert card.accessibleName() and card.heading.toolTip() and card.summary.toolTip()
        for column in range(card.model.columnCount()):
            tip = card.model.headerData(
                column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole
            )
            assert len(tip) > 20
    for slider in cards.explorer.sliders.values():
        assert slider.toolTip() and slider.accessibleName()


def test_that_a_network_without_such_convolutions_says_so(panel: PrinciplesPanel) -> None:
    panel.show_principles(*evidence("vit_b_16"))
    card = cards_of(panel).embeddings
    assert not card.table.isVisible() and "Nothing to embed" in words(card)
    assert cards_of(panel).balance.summary.text() == "one resolution throughout"
    panel.show_principles(*evidence("vgg16"))
    assert card.table.isVisible() and "Nothing to embed" not in words(card)


def test_that_closing_the_network_empties_the_panel(panel: PrinciplesPanel) -> None:
    panel.show_principles(None, ())
    assert panel.empty.isVisible() and not cards_of(panel).isVisible()


# --------------------------------------------------------------------------- selecting


def test_that_a_click_on_a_row_tells_its_layer(qtbot: QtBot, panel: PrinciplesPanel) -> None:
    table = cards_of(panel).tiles.table
    spot = table.visualRect(table.model().index(4, 1)).center()
    with qtbot.waitSignal(panel.selected) as caught:
        qtbot.mouseClick(table.viewport(), LEFT, pos=spot)
    assert caught.args == ["features.28"]


def test_that_arrow_keys_walk_the_rows(qtbot: QtBot, panel: PrinciplesPanel) -> None:
    table = cards_of(panel).embeddings.table
    panel.select("features.7")
    with qtbot.waitSignal(panel.selected) as caught:
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert caught.args == ["features.10"]


def test_that_a_hint_leads_to_the_layer_it_is_about(qtbot: QtBot, panel: PrinciplesPanel) -> None:
    note = cards_of(panel).tiles.note
    assert "Stops widening at 14×14" in note.toPlainText()
    with qtbot.waitSignal(panel.selected) as caught:
        note.anchorClicked.emit(QUrl("hint:0"))
    assert caught.args == ["features.28"]


def test_that_selecting_marks_every_row_about_the_layer_and_emits_nothing(
    qtbot: QtBot, panel: PrinciplesPanel
) -> None:
    cards = cards_of(panel)
    with qtbot.assertNotEmitted(panel.selected):
        panel.select("features.2")
    tables = (cards.tiles.table, cards.embeddings.table, cards.balance.table)
    assert [table.currentIndex().row() for table in tables] == [0, 0, 0]
    with qtbot.assertNotEmitted(panel.selected):
        panel.select("classifier.0")
    assert all(table.currentIndex() == QModelIndex() for table in tables)


def test_that_a_row_selected_before_the_panel_is_seen_is_in_view(qtbot: QtBot) -> None:
    panel = PrinciplesPanel()
    qtbot.addWidget(panel)
    panel.resize(USUAL, 190)
    panel.show_principles(*evidence("vgg16"))
    panel.select("features.28")
    panel.show()
    table = cards_of(panel).embeddings.table
    last = table.model().index(11, 0)
    qtbot.waitUntil(lambda: table.viewport().rect().contains(table.visualRect(last).center()))


# --------------------------------------------------------------------------- scaling


def test_that_a_slider_changes_its_own_factor_only(panel: PrinciplesPanel) -> None:
    explorer = cards_of(panel).explorer
    explorer.set_scale(compound(1.5), 1.5)
    explorer.sliders["width"].setValue(64)
    assert explorer.scale == Scale(1.2**1.5, 2.0, 1.15**1.5)
    assert explorer.phi is None and explorer.values["phi"].text() == "–"


def test_that_the_results_follow_the_sliders(panel: PrinciplesPanel) -> None:
    explorer = cards_of(panel).explorer
    assert explorer.results["macs"].factor.text() == "×1.00"
    explorer.sliders["width"].setValue(64)
    # twice the filters: 4·15,470,264,320 MACs, 4·138,357,544 parameters, twice the activations
    assert explorer.results["macs"].text.text() == "15.47 G → 61.88 G"
    assert explorer.results["params"].text.text() == "138.36 M → 553.43 M"
    assert explorer.results["activations"].factor.text() == "×2.00"


def test_that_phi_scales_all_three_as_efficientnet_does(panel: PrinciplesPanel) -> None:
    explorer = cards_of(panel).explorer
    explorer.sliders["phi"].setValue(10)
    assert explorer.scale == Scale(1.2, 1.1, 1.15)
    assert explorer.results["macs"].factor.text() == "×1.92"


def test_that_presets_double_the_arithmetic_and_lead_back(
    qtbot: QtBot, panel: PrinciplesPanel
) -> None:
    explorer = cards_of(panel).explorer
    back, *doubling, filters = explorer.presets
    for button in doubling:
        qtbot.mouseClick(button, LEFT)
        assert explorer.results["macs"].factor.text() == "×2.00"
    qtbot.mouseClick(filters, LEFT)
    assert explorer.results["macs"].factor.text() == "×4.00"
    qtbot.mouseClick(back, LEFT)
    assert explorer.scale == Scale() and explorer.values["phi"].text() == "0.0"


def test_that_another_network_starts_unscaled(panel: PrinciplesPanel) -> None:
    explorer = cards_of(panel).explorer
    explorer.set_scale(Scale(depth=3))
    panel.show_principles(*evidence("alexnet_lecture"))
    assert explorer.scale == Scale()
    assert explorer.results["macs"].text.text() == "716.77 M → 716.77 M"


def test_that_judging_cuts_anew_keeps_the_sliders(panel: PrinciplesPanel) -> None:
    panel.show_principles(*evidence("alexnet_lecture"))
    cards_of(panel).explorer.set_scale(Scale(depth=3))
    panel.show_principles(*evidence("alexnet_lecture"))
    assert cards_of(panel).explorer.scale == Scale(depth=3)


# --------------------------------------------------------------------------- looks


def columns(cards: PrincipleCards) -> int:
    tops = [
        card.mapTo(cards, QPoint()).y()
        for card in (cards.tiles, cards.embeddings, cards.balance, cards.explorer)
    ]
    return tops.count(tops[0])


@pytest.mark.parametrize(("width", "side_by_side"), [(WIDE, 4), (USUAL, 2), (NARROW, 1)])
def test_that_cards_stand_as_there_is_room(
    qtbot: QtBot, panel: PrinciplesPanel, width: int, side_by_side: int
) -> None:
    cards = cards_of(panel)
    panel.resize(width, 200)
    qtbot.waitUntil(lambda: columns(cards) == side_by_side)
    assert cards.widget().width() <= cards.viewport().width()
    tiles = cards.tiles.table
    assert tiles.viewport().height() >= 6 * tiles.rowHeight(0)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_the_cards_follow_the_theme(
    qtbot: QtBot, panel: PrinciplesPanel, theme: Theme
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    try:
        apply_theme(app, theme)
        qtbot.waitUntil(lambda: panel.theme is theme)
        drawn = cards_of(panel).tiles.grab().toImage()
        ratio = drawn.devicePixelRatio()
        ground = drawn.pixelColor(int(20 * ratio), drawn.height() - int(4 * ratio))
        assert ground.name().upper() == theme.ground
    finally:
        apply_theme(app, LIGHT)
