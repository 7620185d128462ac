"""The `insights` command: what the lecture says about a network, in its own numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.findings import table_console
from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.graph.model import as_plain
from visualizer.insights import Insight, insights, stem_cost, summarised
from visualizer.insights.model import Table as Numbers
from visualizer.insights.stem import StemCost, slide_stems, stem_ratios, stem_rows
from visualizer.session.network import OpenNetwork

_WORDS = ("Rule", "Broken by")
_NOTHING = "The lecture has nothing to say about this network: it speaks of convolutional ones."


def print_insights(
    openings: Sequence[Opening],
    grid: int,
    format: str,
) -> None:
    """Write them to stdout, for several sources with their stems beside each other; `format` is
    "table" or "json". The stem ends at the first grid of at most `grid` a side."""
    with worker() as session:
        networks = [open_source(session, opening)[1] for opening in openings]
    sources = [opening.text for opening in openings]
    if format == "json":
        found = [_document(*pair, grid) for pair in zip(sources, networks, strict=True)]
        print(json.dumps(found[0] if len(found) == 1 else {"networks": found}, indent=1))
        return
    console = table_console()
    if len(networks) > 1:
        _print_stems(console, sources, networks, grid)
    for network in networks:
        _print_network(console, network, grid)


def _document(source: str, network: OpenNetwork, grid: int) -> dict[str, Any]:
    stem = stem_cost(network.graph.in_evaluation, network.report, grid)
    return {
        "source": source,
        "inputs": as_plain(network.inputs),
        "grid": grid,
        "stem": as_plain(stem),
        "insights": as_plain(insights(network.graph, network.report, grid)),
    }


def _print_network(console: Console, network: OpenNetwork, grid: int) -> None:
    console.print(f"{network.graph.name}, in the lecture", style="bold", highlight=False)
    found = summarised(insights(network.graph, network.report, grid))
    if not found:
        _say(console, _NOTHING)
    for insight, more in found:
        console.print()
        _print_insight(console, insight, more)
    console.print()


def _print_insight(console: Console, insight: Insight, more: int) -> None:
    for number, line in enumerate(_lines(insight, more)):
        _say(console, line, "bold" if number == 0 else "")
    if insight.table is not None:
        console.print(_table(insight.table))


def _lines(insight: Insight, more: int) -> Iterator[str]:
    """Title with the layer it is about, sentence, formula, the same with numbers."""
    place = "" if insight.scope == "network" else f" · {_place(insight)}"
    again = f" and {more} more" if more else ""
    yield f"{insight.title}{place}{again}"
    yield insight.sentence
    if insight.formula:
        yield f"  {insight.formula}"
    if insight.substituted or insight.result:
        yield "  " + " = ".join(part for part in (insight.substituted, insight.result) if part)


def _place(insight: Insight) -> str:
    return insight.nodes[0] if insight.scope == "layer" else f"up to {insight.nodes[-1]}"


def _table(numbers: Numbers) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for place, column in enumerate(numbers.columns):
        is_text = place == 0 or column in _WORDS
        table.add_column(column, justify="left" if is_text else "right")
    for row in numbers.rows:
        table.add_row(*row)
    return table


def _print_stems(
    console: Console, sources: Sequence[str], networks: Sequence[OpenNetwork], grid: int
) -> None:
    """Rows of every stem, and how many times the first one's each takes."""
    stems = [stem_cost(network.graph.in_evaluation, network.report, grid) for network in networks]
    first = stems[0]
    table = Table(
        title=f"The stem, until the first {grid}×{grid} grid", title_justify="left",
        title_style="bold", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    for column in ("", *(f"{name}{what}" for name in sources for what in ("", " with pools"))):
        table.add_column(column, justify="right" if column else "left")
    for number, title in enumerate(("Memory", "Weights", "MACs")):
        cells = (cell for stem in stems for cell in _stem_cells(stem, first, number))
        table.add_row(title, *cells)
    console.print(table)
    for line in slide_stems(sources, grid):
        _say(console, line)
    console.print()


def _stem_cells(stem: StemCost | None, first: StemCost | None, number: int) -> tuple[str, str]:
    """`45.94 MB (7.5×)`, of convolutions and with pools; a network may never get that small."""
    if stem is None:
        return ("none", "none")
    _, conv, pooled = stem_rows(stem)[number]
    if first is None or stem is first:
        return (conv, pooled)
    _, conv_ratio, pooled_ratio = stem_ratios(first, stem)[number]
    return (f"{conv} ({conv_ratio})", f"{pooled} ({pooled_ratio})")


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(line, style=style, highlight=False, markup=False)
