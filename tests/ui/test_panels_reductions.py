"""The grid reductions in their panel: AlexNet as in the lecture, and the paper's figures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser
from pytestqt.qtbot import QtBot

from tests.bottlenecks.networks import profile
from visualizer.bottlenecks.reductions import Reduction, find_reductions
from visualizer.costs import cost_report
from visualizer.ui.panels.reduction_sketch import SketchLayout, pixels_per_number, place
from visualizer.ui.panels.reduction_tiles import Tile
from visualizer.ui.panels.reductions import ReductionCard, ReductionsPanel, belongs
from visualizer.ui.theme import DARK, LIGHT, Theme, apply_theme

LEFT = Qt.MouseButton.LeftButton


def reductions(name: str) -> tuple[Reduction, ...]:
    known = profile(name)
    return find_reductions(known, cost_report(known.tensors.graph))


@pytest.fixture
def panel(qtbot: QtBot) -> ReductionsPanel:
    made = ReductionsPanel()
    qtbot.addWidget(made)
    made.resize(940, 230)
    made.show()
    made.show_reductions(reductions("alexnet_lecture"))
    return made


def _words(panel: ReductionsPanel) -> str:
    texts = [text.toPlainText() for text in panel.findChildren(QTextBrowser)]
    said = "\n".join(texts + [label.text() for label in panel.findChildren(QLabel)])
    return said.replace("\u00a0", " ")


def _tile(card: ReductionCard, title: str) -> Tile:
    return next(tile for tile in card.tiles if tile.face.title == title)


# --------------------------------------------------------------------------- cards


def test_that_every_reduction_has_a_card_with_sizes_and_class(panel: ReductionsPanel) -> None:
    assert [card.reduction.kind for card in panel.cards] == [
        "strided-conv", "fig9-left", "fig9-left", "pool",
    ]  # fmt: skip
    words = _words(panel)
    assert "features.2, features.3" in words and "56×56×64 → 27×27×192" in words
    assert "Fig 9 left: pool, then convolution" in words.splitlines()
    assert "139,968 numbers pass instead of 46,656" in words


def test_that_the_networks_own_variant_is_the_marked_one(panel: ReductionsPanel) -> None:
    waist = panel.cards[1]
    assert [tile.face.title for tile in waist.tiles if tile.face.here] == ["Fig 9 left"]
    left = _tile(waist, "Fig 9 left").face
    # 27·27·64·192·25 MACs; 64·27·27 = 46,656 of the 139,968 made of them
    assert (left.macs, left.cut, left.verdict) == ("223.95 M MACs", "46,656", "bottleneck")
    assert _tile(waist, "Fig 10").face.price == "cheapest"


def test_that_what_is_no_variant_stands_first_as_it_is(panel: ReductionsPanel) -> None:
    pool = panel.cards[3].tiles[0].face
    assert (pool.title, pool.here, pool.macs) == ("This network", True, "no MACs")
    assert len(panel.cards[3].tiles) == 5
    assert "to 512 channels" in _words(panel)


def test_that_the_networks_own_way_may_be_the_cheapest(qtbot: QtBot) -> None:
    made = ReductionsPanel()
    qtbot.addWidget(made)
    made.show()
    made.show_reductions(reductions("resnet50"))
    block = next(card for card in made.cards if card.reduction.name == "layer2.0")
    # 372.5 M MACs in four layers; 28·28·256·256·9 = 462.4 M as Fig 10
    assert [tile.face.price for tile in block.tiles] == ["cheapest", "", "", "", ""]


def test_that_inceptions_parallel_reduction_keeps_its_third_branch(qtbot: QtBot) -> None:
    made = ReductionsPanel()
    qtbot.addWidget(made)
    made.show()
    made.show_reductions(reductions("inception_v3"))
    card = next(card for card in made.cards if card.reduction.name == "Mixed_6a")
    own = card.tiles[0].face
    assert (own.title, own.macs) == ("This network", "401.94 M MACs")
    assert [tile.face.title for tile in card.tiles if tile.face.here] == ["This network"]


def test_that_a_click_on_a_card_or_its_text_or_a_tile_tells_the_layer(
    qtbot: QtBot, panel: ReductionsPanel
) -> None:
    waist = panel.cards[1]
    for target in (waist, waist.tiles[2], waist.findChildren(QTextBrowser)[0].viewport()):
        with qtbot.waitSignal(panel.selected) as caught:
            qtbot.mouseClick(target, LEFT, pos=QPoint(4, 4))
        assert caught.args == ["features.2"]


def test_that_return_chooses_the_focused_card(qtbot: QtBot, panel: ReductionsPanel) -> None:
    with qtbot.waitSignal(panel.selected) as caught:
        qtbot.keyClick(panel.cards[2], Qt.Key.Key_Return)
    assert caught.args == ["features.5"]


def test_that_selecting_marks_the_card_in_view_and_emits_nothing(
    qtbot: QtBot, panel: ReductionsPanel
) -> None:
    last = panel.cards[-1]
    with qtbot.assertNotEmitted(panel.selected):
        panel.select("features.12")
    assert [card.marked for card in panel.cards] == [False, False, False, True]
    qtbot.waitUntil(lambda: not last.visibleRegion().isEmpty())
    panel.select("")
    assert not any(card.marked for card in panel.cards)


def test_that_a_module_or_any_layer_in_it_belongs_to_its_reduction() -> None:
    mixed = next(r for r in reductions("inception_v3") if r.name == "Mixed_6a")
    for item in ("Mixed_6a", "Mixed_6a.cat", "Mixed_6a.branch3x3.bn"):
        assert belongs(mixed, item)
    assert not belongs(mixed, "Mixed_6b.cat") and not belongs(mixed, "")


def test_that_without_a_network_or_a_reduction_a_hint_says_so(panel: ReductionsPanel) -> None:
    panel.show_reductions(None)
    assert not panel.cards and "Open a network" in _words(panel)
    panel.show_reductions(())
    assert "The grid gets no smaller." in _words(panel)
    panel.select("features.2")


def test_that_cards_are_made_only_when_somebody_looks(qtbot: QtBot) -> None:
    made = ReductionsPanel()
    qtbot.addWidget(made)
    made.show_reductions(reductions("alexnet_lecture"))
    assert made.cards == []
    made.show()
    assert len(made.cards) == 4


@pytest.mark.parametrize("width", [640, 940, 1600])
def test_that_no_tile_or_text_is_cut_off_sideways(
    qtbot: QtBot, panel: ReductionsPanel, width: int
) -> None:
    panel.resize(width, 230)
    for card in panel.cards:
        qtbot.waitUntil(lambda card=card: card.width() <= width)  # type: ignore[misc]
        for tile in card.tiles:
            assert card.rect().contains(tile.geometry())
            for rect in tile.placed().bars.values():
                assert QRectF(tile.rect()).contains(rect)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_that_the_panel_follows_the_theme_and_keeps_its_selection(
    qtbot: QtBot, qapp: QApplication, panel: ReductionsPanel, theme: Theme
) -> None:
    panel.select("features.2")
    apply_theme(qapp, theme)
    qtbot.waitUntil(lambda: panel.theme is theme and bool(panel.cards))
    assert panel.grab().toImage().pixelColor(2, 100) == theme.color("window")
    assert panel.cards[1].marked


# --------------------------------------------------------------------------- silhouettes


def test_that_bars_of_one_card_are_on_one_scale(panel: ReductionsPanel) -> None:
    waist = panel.cards[1]
    for tile in waist.tiles:
        rects = tile.placed().bars
        scales = [rects[n].width() / bar.width for n, bar in enumerate(tile.face.sketch.bars)]
        assert max(scales) == pytest.approx(min(scales))
    left, parallel = _tile(waist, "Fig 9 left").placed(), _tile(waist, "Fig 10").placed()
    ratio = left.bars[1].width() / parallel.bars[3].width()
    assert ratio == pytest.approx(46_656 / 139_968, rel=0.02)


def test_that_a_concatenations_inputs_land_side_by_side_on_all_of_its_bar() -> None:
    sketch = next(r for r in reductions("inception_v3") if r.name == "Mixed_7a").sketch
    layout = SketchLayout(sketch)
    area = QRectF(0, 0, 200, 60)
    placed = place(layout, area, pixels_per_number([layout], area.width()))
    last = len(sketch.bars) - 1
    ends = sorted(
        (spans[-1].left, spans[-1].right) for _, end, spans in placed.ribbons if end == last
    )
    bar = placed.bars[last]
    assert ends[0][0] == pytest.approx(bar.left()) and ends[-1][1] == pytest.approx(bar.right())
    for (_, right), (left, _) in pairwise(ends):
        assert right == pytest.approx(left)


def test_that_pointing_at_a_bar_tells_its_tensor_and_elsewhere_the_variant(
    panel: ReductionsPanel,
) -> None:
    tile = _tile(panel.cards[1], "Fig 9 left")
    pool = tile.placed().bars[1].center().toPoint()
    assert tile.words_at(pool) == "features.2: 27×27×64, 46,656 numbers"
    assert "307,200 weights" in tile.words_at(QPoint(2, 2))
