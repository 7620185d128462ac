"""The `principles` command: evidence for principles 2 to 4, as JSON or as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.bottlenecks import cut_profile
from visualizer.bottlenecks.principles import CAVEAT, Principles, hints, principles_of
from visualizer.bottlenecks.principles.balance import Balance, GridShare
from visualizer.bottlenecks.principles.document import principles_document
from visualizer.bottlenecks.principles.embeddings import Embeddings, SpatialConvolution
from visualizer.bottlenecks.principles.scaling import (
    TWICE_BY_BOTH,
    TWICE_BY_DEPTH,
    TWICE_BY_WIDTH,
    TWICE_THE_FILTERS,
    Amounts,
    Scale,
    compound,
)
from visualizer.bottlenecks.principles.tiles import Tile, Tiles
from visualizer.cli.findings import print_hints, table_console
from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.cli.tables import Titled, print_tables, table_of
from visualizer.costs.units import exact, human_count, percent

_STATES = {"reduced": "reduced by {}", "inside": "reduced earlier", "direct": "none"}
_NO_SPATIAL = (
    "Nothing to embed: but for the layer that reads the input, no convolution here sees several "
    "positions and all its channels at once."
)
Count = Callable[[int], str]

_AFTER = "follow a 1×1 that reduces the channels."
_TILE = ("C per tile", "C/(C_in·s²)", "growth", "widest on it")
_GRID = ("MACs", "share", "layers with weights", "C per tile")
_AMOUNTS = ("MACs", "parameters", "activations")
_EMBEDDING = (
    "Layer", "Filter", "Channels", "MACs", "Embedding", "Saved by 1×1 to ½", "Saved by 1×1 to ¼",
    "Saved by a bottleneck ¼",
)  # fmt: skip
_SCALES = (
    ("now", Scale()),
    ("depth ×2", TWICE_BY_DEPTH),
    ("width ×1.41", TWICE_BY_WIDTH),
    ("depth and width ×1.26", TWICE_BY_BOTH),
    ("all filter banks ×2", TWICE_THE_FILTERS),
    ("compound φ = 1 (depth ×1.2, width ×1.1, resolution ×1.15)", compound(1)),
)


def print_principles(opening: Opening, format: str) -> None:
    """Write the evidence for principles 2 to 4 to stdout; `format` is "table", "json", "csv" or
    "md"."""
    with worker() as session:
        _, network = open_source(session, opening)
    profile = cut_profile(network.graph, network.report)
    found = principles_of(network.graph, network.report, profile)
    if format == "json":
        print(json.dumps(principles_document(found, opening.text, network.inputs), indent=1))
        return
    if format != "table":
        print_tables(_tables(found), format, (*_remarks(found), CAVEAT if hints(found) else ""))
        return
    _print_tables(table_console(), network.graph.name, found)


def _tables(found: Principles) -> Iterator[Titled]:
    """The tables of every principle, what scaling would cost, and the hints."""
    tiles = ((tile.grid.text, tile.node, *_tile_cells(tile)) for tile in found.tiles.tiles)
    yield "Principle 2: activations per tile", table_of(("Grid", "Last cut"), _TILE, tiles)
    convolutions = (_embedding_cells(each, exact) for each in found.embeddings.convolutions)
    yield (
        "Principle 3: embeddings before spatial convolutions",
        table_of(_EMBEDDING, (), convolutions),
    )
    grids = (
        (each.grid.text, each.dearest, *_grid_cells(each, exact)) for each in found.balance.grids
    )
    yield "Principle 4: arithmetic per grid", table_of(("Grid", "Dearest layer"), _GRID, grids)
    scales = ((words, *_scale_cells(found.now, scale, exact)) for words, scale in _SCALES)
    yield "What scaling would cost", table_of(("Scale",), _AMOUNTS, scales)
    said = ((str(h.principle), h.title, h.node, h.evidence, h.suggestion) for h in hints(found))
    yield "Hints", table_of(("Principle", "Title", "Where", "Evidence", "Suggestion"), (), said)


def _remarks(found: Principles) -> Iterator[str]:
    yield found.tiles.silence
    if found.embeddings.convolutions:
        share = percent(found.embeddings.reduced_share)
        yield f"{share} of the MACs of spatial convolutions {_AFTER}"
    yield found.balance.silence or _entropy_text(found.balance)


def _print_tables(console: Console, name: str, found: Principles) -> None:
    _print_tiles(console, name, found.tiles)
    _print_embeddings(console, name, found.embeddings)
    _print_balance(console, name, found.balance)
    console.print(_scaling_table(name, found.now))
    print_hints(console, hints(found))


def _print_tiles(console: Console, name: str, tiles: Tiles) -> None:
    table = _table(f"{name}: principle 2, activations per tile (grid cell) at the end of each grid")
    table.add_column("grid")
    for column in _TILE:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("last cut", overflow="fold")
    for tile in tiles.tiles:
        table.add_row(tile.grid.text, *_tile_cells(tile), tile.node)
    console.print(table)
    if tiles.silence:
        console.print(tiles.silence)


def _tile_cells(tile: Tile) -> tuple[str, ...]:
    growth = "" if tile.growth is None else f"×{tile.growth:.2f}"
    ratio = "" if tile.per_input is None else f"{tile.per_input:.3f}"
    return exact(tile.channels), ratio, growth, exact(tile.widest)


def _print_embeddings(console: Console, name: str, embeddings: Embeddings) -> None:
    table = _table(f"{name}: principle 3, spatial convolutions and the embeddings before them")
    table.add_column("layer", overflow="fold")
    for column in ("filter", "channels", "MACs"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("embedding", overflow="fold")
    for column in ("saved by 1×1 to ½", "to ¼", "bottleneck ¼"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in embeddings.convolutions:
        table.add_row(*_embedding_cells(each))
    console.print(table)
    if not embeddings.convolutions:
        console.print(_NO_SPATIAL)
    else:
        share = percent(embeddings.reduced_share)
        console.print(f"{share} of these MACs follow a 1×1 that reduces the channels.")


def _embedding_cells(each: SpatialConvolution, count: Count = human_count) -> tuple[str, ...]:
    conv = each.convolution
    state = _STATES[each.embedded].format(each.reduced_by)
    if each.has_few_channels:
        state = f"none, {conv.c_in} channels are few"
    channels = f"{conv.c_in} → {conv.c_out}"
    saved = [_saved(each, insertion.macs) for insertion in each.insertions]
    saved += [_saved(each, insertion.expanding) for insertion in each.insertions[1:]]
    return each.node, conv.kernel_text, channels, count(each.macs), state, *saved


def _saved(each: SpatialConvolution, macs: int) -> str:
    if macs >= each.macs:
        return f"dearer by {percent(macs / each.macs - 1)}"
    return percent(1 - macs / each.macs)


def _print_balance(console: Console, name: str, balance: Balance) -> None:
    table = _table(f"{name}: principle 4, arithmetic per grid")
    table.add_column("grid")
    for column in _GRID:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("dearest layer", overflow="fold")
    for each in balance.grids:
        table.add_row(each.grid.text, *_grid_cells(each), each.dearest)
    console.print(table)
    console.print(balance.silence or _entropy_text(balance))


def _grid_cells(each: GridShare, count: Count = human_count) -> tuple[str, ...]:
    width = "" if each.width is None else exact(each.width)
    return count(each.macs), percent(each.share), str(each.layers), width


def _entropy_text(balance: Balance) -> str:
    if balance.entropy is None:
        return "One resolution throughout: there are no stages to balance."
    return (
        f"Normalized entropy of the shares: {balance.entropy:.3f} "
        "(1: the same on every grid, 0: all on one)."
    )


def _scaling_table(name: str, now: Amounts) -> Table:
    title = "estimates: MACs ~ d·w²·r², parameters ~ d·w², activations ~ d·w·r²"
    table = _table(f"{name}: what scaling would cost ({title})")
    table.add_column("scale")
    for column in _AMOUNTS:
        table.add_column(column, justify="right", no_wrap=True)
    for words, scale in _SCALES:
        table.add_row(words, *_scale_cells(now, scale))
    return table


def _scale_cells(now: Amounts, scale: Scale, count: Count = human_count) -> tuple[str, ...]:
    then = scale.applied(now)
    return tuple(map(count, (then.macs, then.params, then.activations)))


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
