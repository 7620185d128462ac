"""The `principles` command: evidence for principles 2 to 4, as JSON or as tables."""

from __future__ import annotations

import json

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.bottlenecks import cut_profile
from visualizer.bottlenecks.principles import Principles, hints, principles_of
from visualizer.bottlenecks.principles.balance import Balance
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
from visualizer.bottlenecks.principles.tiles import Tiles
from visualizer.cli.findings import print_hints, table_console
from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.costs.units import exact, human_count, percent

_STATES = {"reduced": "reduced by {}", "inside": "reduced earlier", "direct": "none"}
_NO_SPATIAL = (
    "Nothing to embed: but for the layer that reads the input, no convolution here sees several "
    "positions and all its channels at once."
)
_SCALES = (
    ("now", Scale()),
    ("depth ×2", TWICE_BY_DEPTH),
    ("width ×1.41", TWICE_BY_WIDTH),
    ("depth and width ×1.26", TWICE_BY_BOTH),
    ("all filter banks ×2", TWICE_THE_FILTERS),
    ("compound φ = 1 (depth ×1.2, width ×1.1, resolution ×1.15)", compound(1)),
)


def print_principles(
    source: str, weights: str | None, inputs: tuple[str, ...], format: str
) -> None:
    """Write the evidence for principles 2 to 4 to stdout; `format` is "table" or "json"."""
    with worker() as session:
        _, network = open_source(session, source, weights, parse_inputs(inputs))
    profile = cut_profile(network.graph, network.report)
    found = principles_of(network.graph, network.report, profile)
    if format == "json":
        print(json.dumps(principles_document(found, source, network.inputs), indent=1))
        return
    _print_tables(table_console(), network.graph.name, found)


def _print_tables(console: Console, name: str, found: Principles) -> None:
    _print_tiles(console, name, found.tiles)
    _print_embeddings(console, name, found.embeddings)
    _print_balance(console, name, found.balance)
    console.print(_scaling_table(name, found.now))
    print_hints(console, hints(found))


def _print_tiles(console: Console, name: str, tiles: Tiles) -> None:
    table = _table(f"{name}: principle 2, activations per tile (grid cell) at the end of each grid")
    table.add_column("grid")
    for column in ("C per tile", "C/(C_in·s²)", "growth", "widest on it"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("last cut", overflow="fold")
    for tile in tiles.tiles:
        growth = "" if tile.growth is None else f"×{tile.growth:.2f}"
        ratio = "" if tile.per_input is None else f"{tile.per_input:.3f}"
        counts = (exact(tile.channels), ratio, growth, exact(tile.widest))
        table.add_row(tile.grid.text, *counts, tile.node)
    console.print(table)
    if tiles.silence:
        console.print(tiles.silence)


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


def _embedding_cells(each: SpatialConvolution) -> tuple[str, ...]:
    conv = each.convolution
    state = _STATES[each.embedded].format(each.reduced_by)
    if each.has_few_channels:
        state = f"none, {conv.c_in} channels are few"
    channels = f"{conv.c_in} → {conv.c_out}"
    saved = [_saved(each, insertion.macs) for insertion in each.insertions]
    saved += [_saved(each, insertion.expanding) for insertion in each.insertions[1:]]
    return each.node, conv.kernel_text, channels, human_count(each.macs), state, *saved


def _saved(each: SpatialConvolution, macs: int) -> str:
    if macs >= each.macs:
        return f"dearer by {percent(macs / each.macs - 1)}"
    return percent(1 - macs / each.macs)


def _print_balance(console: Console, name: str, balance: Balance) -> None:
    table = _table(f"{name}: principle 4, arithmetic per grid")
    table.add_column("grid")
    for column in ("MACs", "share", "layers with weights", "C per tile"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("dearest layer", overflow="fold")
    for each in balance.grids:
        width = "" if each.width is None else exact(each.width)
        counts = (human_count(each.macs), percent(each.share), str(each.layers), width)
        table.add_row(each.grid.text, *counts, each.dearest)
    console.print(table)
    console.print(balance.silence or _entropy_text(balance))


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
    for column in ("MACs", "parameters", "activations"):
        table.add_column(column, justify="right", no_wrap=True)
    for words, scale in _SCALES:
        then = scale.applied(now)
        counts = (then.macs, then.params, then.activations)
        table.add_row(words, *map(human_count, counts))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
