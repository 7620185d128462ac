"""Principles 2 to 4 as rows of a table, in a student's words."""

from __future__ import annotations

from visualizer.bottlenecks.principles.balance import Balance, GridShare
from visualizer.bottlenecks.principles.embeddings import (
    HALF,
    QUARTER,
    Embeddings,
    Insertion,
    SpatialConvolution,
)
from visualizer.bottlenecks.principles.tiles import Tile, Tiles
from visualizer.costs.units import exact, percent
from visualizer.ui.models.evidence_model import Cell, Column, Row
from visualizer.ui.models.tree_model import short_count
from visualizer.ui.panels.evidence_card import Summary

TILE_COLUMNS = (
    Column("Grid", "The positions (height × width, or tokens) of the last tensor on a grid", True),
    Column("C", "C: activations per tile, that is, channels at each position of the grid"),
    Column(
        "C/(C_in·s²)",
        "Activations per tile for each number of the input that the tile stands for: C_in "
        "channels of the input, s its pixels per side of a tile",
    ),
    Column("Growth", "C against that of the grid before; twice for every halving is usual"),
)
EMBEDDING_COLUMNS = (
    Column("Layer", "Spatial convolutions: those that see more than one position", True),
    Column("Filter", "Height × width of the filter"),
    Column("Channels", "Channels read → channels made"),
    Column("MACs", "Multiply-accumulates of this layer; the bar: its share of the network"),
    Column("1×1", "Whether a 1×1 with fewer channels feeds it on the same grid", True),
    Column("½", "MACs of this place if a 1×1 to half of its channels stood before it"),
    Column("¼", "MACs of this place if a 1×1 to a quarter of its channels stood before it"),
)
BALANCE_COLUMNS = (
    Column("Grid", "The positions (height × width, or tokens) on which layers work", True),
    Column("Share", "Share of the multiply-accumulates on all grids"),
    Column("MACs", "Multiply-accumulates of all layers on this grid"),
    Column("Layers", "Layers with weights on this grid: its depth"),
    Column("C", "Channels at the end of this grid: its width"),
)
_LONG = 999.5
_NOTHING_SPATIAL = (
    "Nothing to embed: but for the layer that reads the input, no convolution here sees several "
    "positions and all its channels at once."
)
_STATES = {
    "reduced": ("yes", "{}, a 1×1 with fewer channels, feeds it"),
    "inside": ("earlier", "It follows a spatial convolution that {}, a 1×1, feeds"),
    "direct": ("no", "It adds up its neighbourhood over all channels it is given"),
}


def tile_rows(tiles: Tiles) -> tuple[Row, ...]:
    """A row for every grid; bars against the largest."""
    most = max((tile.channels for tile in tiles.tiles), default=1)
    ratios = [tile.per_input for tile in tiles.tiles if tile.per_input is not None]
    largest = max(ratios, default=1.0)
    return tuple(_tile_row(tile, most, largest) for tile in tiles.tiles)


def _tile_row(tile: Tile, most: int, largest: float) -> Row:
    said = f"{exact(tile.channels)} channels after {tile.node}"
    if tile.widest > tile.channels:
        said += f"; widest on this grid: {exact(tile.widest)} at {tile.widest_node}"
    ratio, growth = tile.per_input, tile.growth
    compared = Cell("–", meaning="The input has no numbers to compare with")
    if ratio is not None:
        compared = Cell(ratio_text(ratio), ratio / largest)
    return Row(
        tile.node,
        (
            Cell(tile.grid.text, meaning=said),
            Cell(exact(tile.channels), tile.channels / most, said),
            compared,
            Cell("" if growth is None else f"×{growth:.2f}", meaning=_growth(tile)),
        ),
    )


def ratio_text(ratio: float) -> str:
    """Three digits: `21.3`, `0.905`, `1.00`."""
    return f"{ratio:#.3g}" if ratio < _LONG else exact(round(ratio))


def _growth(tile: Tile) -> str:
    if tile.growth is None or tile.per_halving is None:
        return "The grid does not shrink here"
    return f"×{tile.per_halving:.2f} for each halving of the grid's side"


def embedding_rows(embeddings: Embeddings) -> tuple[Row, ...]:
    """A row for every spatial convolution, in execution order."""
    whole = embeddings.macs or 1
    return tuple(_embedding_row(each, whole) for each in embeddings.convolutions)


def _embedding_row(each: SpatialConvolution, whole: int) -> Row:
    conv = each.convolution
    word, meaning = _STATES[each.embedded]
    if each.has_few_channels:
        word, meaning = "≤ 64", f"{conv.c_in} channels are a cheap embedding already"
    by_share = {insertion.share: insertion for insertion in each.insertions}
    return Row(
        each.node,
        (
            Cell(each.node, meaning=each.node),
            Cell(conv.kernel_text),
            Cell(f"{conv.c_in} → {conv.c_out}"),
            Cell(short_count(each.macs), each.macs / whole, f"{exact(each.macs)} MACs"),
            Cell(word, meaning=meaning.format(each.reduced_by)),
            _saving(each, by_share.get(HALF)),
            _saving(each, by_share.get(QUARTER)),
        ),
    )


def _saving(each: SpatialConvolution, insertion: Insertion | None) -> Cell:
    if insertion is None:
        return Cell("", meaning="Nothing to reduce here")
    change = insertion.macs / each.macs - 1
    words = (
        f"{exact(insertion.macs)} MACs instead of {exact(each.macs)} with a 1×1 to "
        f"{insertion.channels} channels; as a bottleneck block (reduce, filter, expand) "
        f"{exact(insertion.expanding)}"
    )
    sign = "+" if change > 0 else "−"
    return Cell(f"{sign}{100 * abs(change):.0f} %", meaning=words)


def balance_rows(balance: Balance) -> tuple[Row, ...]:
    """A row for every grid; a click leads to its dearest layer."""
    return tuple(_balance_row(each) for each in balance.grids)


def _balance_row(each: GridShare) -> Row:
    said = f"{exact(each.macs)} MACs in {each.layers} layers; the dearest is {each.dearest}"
    width = "–" if each.width is None else exact(each.width)
    return Row(
        each.dearest,
        (
            Cell(each.grid.text, meaning=said),
            Cell(percent(each.share), each.share, said),
            Cell(short_count(each.macs), meaning=said),
            Cell(str(each.layers)),
            Cell(width),
        ),
    )


def tiles_summary(tiles: Tiles) -> Summary:
    """What the first table is about."""
    if tiles.silence:
        return Summary(silence=tiles.silence)
    return Summary(
        "should grow downwards",
        "C about doubles with each halving of the grid in most networks, and is greatest on the "
        "coarsest grid, where it costs least",
    )


def embeddings_summary(embeddings: Embeddings) -> Summary:
    """How much of the spatial arithmetic is cheap."""
    if not embeddings.convolutions:
        return Summary(silence=_NOTHING_SPATIAL)
    return Summary(
        f"{percent(embeddings.reduced_share)} of these MACs follow a reducing 1×1",
        "Share of the MACs of these spatial convolutions that come directly after a 1×1 with "
        "fewer channels. Left out: the first convolution, grouped and depthwise ones.",
    )


def balance_summary(balance: Balance) -> Summary:
    """How even the shares are."""
    if balance.silence:
        return Summary(silence=balance.silence)
    if balance.entropy is None:
        return Summary("one resolution throughout", "There are no stages to balance")
    return Summary(
        f"entropy {balance.entropy:.3f}",
        "Normalized entropy of the shares: 1 if every grid has the same, 0 if one has all",
    )
