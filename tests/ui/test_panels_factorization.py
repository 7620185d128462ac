"""The Factorize panel: AlexNet as in the lecture, 3×227×227, and GoogLeNet as in the paper."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.bottlenecks.factorized import factorization
from tests.bottlenecks.networks import graph_of
from visualizer.bottlenecks.factorization import factorization_of
from visualizer.costs import cost_report
from visualizer.ui.models.factor_model import COLUMNS
from visualizer.ui.panels.factor_cards import FactorCard
from visualizer.ui.panels.factorization import FactorizationPanel
from visualizer.ui.theme import DARK, LIGHT, apply_theme

ALEXNET = "alexnet_lecture"
TITLES = [column.title for column in COLUMNS]


@pytest.fixture
def panel(qtbot: QtBot) -> FactorizationPanel:
    made = FactorizationPanel()
    qtbot.addWidget(made)
    made.resize(950, 220)
    made.show()
    made.show_factorization(factorization(ALEXNET))
    return made


def _cell(panel: FactorizationPanel, node: str, title: str) -> str:
    index = panel.model.index(panel.model.row_of(node), TITLES.index(title))
    return str(index.data())


def _card(panel: FactorizationPanel, title: str) -> FactorCard:
    return next(card for card in panel.detail.cards if card.title.text() == title)


def _words(card: FactorCard) -> str:
    return card.words.toPlainText().replace("\u00a0", " ")


# --------------------------------------------------------------------------- the table


def test_that_every_larger_convolution_has_a_row_with_its_best_form(
    panel: FactorizationPanel,
) -> None:
    assert panel.model.rowCount() == 5
    assert _cell(panel, "features.3", "Best form") == "two 3×3"
    assert _cell(panel, "features.3", "Saves") == "16.8 %"  # 1 − 9·111·256/(25·64·192)
    assert _cell(panel, "features.3", "Of network") == "5.2 %"
    assert _cell(panel, "features.0", "Kernel") == "11×11/4"
    assert _cell(panel, "features.0", "Best form") == "none proposed"
    assert _cell(panel, "features.0", "Saves") == "–"


def test_that_the_head_says_what_all_best_forms_come_to(panel: FactorizationPanel) -> None:
    assert "151.08 M of 716.77 M MACs (21.1 %)" in panel.total.text()
    assert "5×5 → two 3×3: −37.51 M" in panel.total.text()
    said = "5×5 → two 3×3 in 1 layer: −37.51 M MACs, 5.2 % of the network"
    assert said in panel.total.toolTip()
    assert "3×3 → 1×3 + 3×1 in 3 layers" in panel.total.toolTip()


def test_that_the_table_sorts_by_saving_and_keeps_its_order_of_execution_otherwise(
    panel: FactorizationPanel,
) -> None:
    panel.table.sortByColumn(TITLES.index("Saves"), Qt.SortOrder.DescendingOrder)
    rows = [panel.model.node_at(row) for row in range(5)]
    assert rows == ["features.10", "features.8", "features.6", "features.3", "features.0"]
    panel.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert panel.model.node_at(0) == "features.0"


def test_that_a_row_chosen_is_told_and_its_forms_are_shown(
    qtbot: QtBot, panel: FactorizationPanel
) -> None:
    with qtbot.waitSignal(panel.selected) as caught:
        panel.table.setCurrentIndex(panel.model.index(panel.model.row_of("features.6"), 0))
    assert caught.args == ["features.6"]
    assert panel.detail.name.text() == "features.6"


def test_that_selecting_marks_the_row_and_emits_nothing(
    qtbot: QtBot, panel: FactorizationPanel
) -> None:
    with qtbot.assertNotEmitted(panel.selected):
        panel.select("features.10")
        assert panel.table.currentIndex().row() == panel.model.row_of("features.10")
        panel.select("classifier.1")
    assert not panel.table.selectionModel().hasSelection()
    assert panel.detail.name.text() == "features.10"  # the forms stay to be read


def test_that_a_layer_selected_before_its_forms_are_known_is_marked_then(qtbot: QtBot) -> None:
    made = FactorizationPanel()
    qtbot.addWidget(made)
    made.select("features.3")
    made.show_factorization(factorization(ALEXNET))
    assert made.table.currentIndex().row() == made.model.row_of("features.3")


# --------------------------------------------------------------------------- the forms


def test_that_the_convolution_with_most_to_save_is_shown_first(panel: FactorizationPanel) -> None:
    assert panel.detail.name.text() == "features.8"  # 384 → 256 on 13×13: 47.6 M


def test_that_the_convolution_shown_first_is_in_view_when_the_panel_opens(qtbot: QtBot) -> None:
    made = FactorizationPanel()
    qtbot.addWidget(made)
    made.resize(900, 130)
    made.show_factorization(factorization("resnet50"))
    made.show()
    at = made.model.index(made.model.row_of(made.detail.name.text()), 0)
    assert at.row() > 3  # there is something to scroll
    room = made.table.viewport()
    qtbot.waitUntil(lambda: room.rect().contains(made.table.visualRect(at).center()))


def test_that_none_proposed_is_not_none_that_saves(qtbot: QtBot) -> None:
    made = FactorizationPanel()
    qtbot.addWidget(made)
    made.show_factorization(factorization("resnet50"))
    # 1×3 + 3×1 saves a third at equal widths, but 28×28 is no medium grid.
    assert _cell(made, "layer2.1.conv2", "Best form") == "none proposed"
    row = made.model.row_of("layer2.1.conv2")
    why = made.model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "1×3 + 3×1 saves 33.3 %, but is not proposed" in why and "here it is 28×28" in why
    made.advised.setChecked(False)
    assert _cell(made, "layer2.1.conv2", "Saves") != "–"


def test_that_each_form_says_what_it_costs_sees_and_keeps(panel: FactorizationPanel) -> None:
    panel.select("features.3")
    card = _card(panel, "two 3×3")
    words = _words(card)
    for said in (
        "64 → 111 → 192", "186.44 M MACs", "sees 5×5, as before", "+316.09 KB activations",
        "one nonlinearity more", "Spend the saving: m = 133 instead of 111",
    ):  # fmt: skip
        assert said in words
    assert card.saving.text() == "−16.8 %"
    assert "186,437,376 MACs" in card.words.toolTip()


def test_that_what_is_not_proposed_or_impossible_says_why(panel: FactorizationPanel) -> None:
    panel.select("features.3")
    assert "Not proposed: the paper advises it on medium grids" in _words(_card(panel, "1×5 + 5×1"))
    last = panel.detail.cards[-1]
    assert _words(last) == "Impossible: two 2×2 see 3×3, not 5×5."
    assert last.accessibleName() == "two 2×2: impossible, two 2×2 see 3×3, not 5×5"
    assert not last.picture.isVisible()


def test_that_the_slider_changes_the_width_the_saving_and_the_total(
    panel: FactorizationPanel,
) -> None:
    panel.select("features.3")
    card, before = _card(panel, "two 3×3"), panel.total.text()
    panel.detail.slider.setValue(192)
    assert panel.detail.width_text.text() == "m = 192"
    assert _card(panel, "two 3×3") is card  # not made anew under the mouse
    assert card.saving.text() == "+44.0 %"  # 9·192·256/(25·64·192) − 1
    assert "Not proposed: it gets dearer by 44.0 %" in _words(card)
    assert "It saves only up to m = 133" in _words(card)
    assert _cell(panel, "features.3", "Best form") == "none proposed"
    assert panel.total.text() != before and "In 3 layers" in panel.total.text()
    panel.detail.reset_button.click()
    assert panel.detail.width_text.text() == "m = 111"
    assert panel.total.text() == before
    assert not panel.detail.reset_button.isEnabled()


def test_that_googlenet_3a_gets_dearer_in_the_panel_with_all_its_channels(qtbot: QtBot) -> None:
    made = FactorizationPanel()
    qtbot.addWidget(made)
    made.show_factorization(factorization("googlenet_paper"))
    made.select("inception3a.branch3.1.conv")
    assert _card(made, "two 3×3").saving.text() == "−22.4 %"  # m = 23
    made.detail.slider.setValue(32)
    assert _card(made, "two 3×3").saving.text() == "+8.0 %"
    made.detail.slider.setValue(16)
    assert _card(made, "two 3×3").saving.text() == "−46.0 %"


def test_that_without_the_papers_advice_any_form_may_be_the_best(
    panel: FactorizationPanel,
) -> None:
    panel.advised.setChecked(False)
    assert _cell(panel, "features.3", "Best form") == "depthwise + pointwise"
    assert "In 5 layers" in panel.total.text()


def test_that_tried_widths_stay_when_the_findings_are_judged_anew(
    panel: FactorizationPanel,
) -> None:
    panel.select("features.3")
    panel.detail.slider.setValue(64)
    panel.show_factorization(factorization(ALEXNET))
    assert panel.detail.width_text.text() == "m = 64"


def test_that_in_a_narrow_panel_the_words_have_the_room(
    qtbot: QtBot, panel: FactorizationPanel
) -> None:
    panel.select("features.3")
    card = _card(panel, "two 3×3")
    assert card.picture.isVisible()
    panel.resize(560, 220)
    qtbot.waitUntil(lambda: not card.picture.isVisible())
    viewport = panel.detail.forms.viewport()
    qtbot.waitUntil(lambda: panel.detail.forms.widget().width() <= viewport.width())
    assert not panel.detail.cards[-1].picture.isVisible()
    panel.resize(950, 220)
    qtbot.waitUntil(card.picture.isVisible)
    assert not panel.detail.cards[-1].picture.isVisible()  # impossible: there is nothing to draw


# --------------------------------------------------------------------------- nothing to show


def test_that_without_a_network_or_larger_convolutions_there_are_words(qtbot: QtBot) -> None:
    import torch

    made = FactorizationPanel()
    qtbot.addWidget(made)
    made.show()
    assert made.hint.isVisible() and "Open a network" in made.hint.text()
    graph = graph_of(lambda: torch.nn.Linear(4, 2), (1, 4))
    made.show_factorization(factorization_of(graph, cost_report(graph)))
    assert made.hint.isVisible() and "nothing to factorize" in made.hint.text()
    made.show_factorization(factorization(ALEXNET))
    assert not made.hint.isVisible()
    made.show_factorization(None)
    assert "Open a network" in made.hint.text() and made.model.rowCount() == 0


def test_that_the_panel_follows_the_theme(
    qtbot: QtBot, qapp: QApplication, panel: FactorizationPanel
) -> None:
    panel.select("features.3")
    for theme in (DARK, LIGHT):
        apply_theme(qapp, theme)
        qtbot.waitUntil(lambda wanted=theme: panel.theme is wanted)  # type: ignore[misc]
        assert theme.success in _card(panel, "two 3×3").saving.styleSheet()
        assert panel.detail.name.text() == "features.3"
