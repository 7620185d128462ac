"""The `reductions` command: where the grid gets smaller, how, and what else would do it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.bottlenecks import cut_profile
from visualizer.bottlenecks.reductions import (
    KIND_TITLES,
    Reduction,
    Variant,
    find_reductions,
    reductions_document,
)
from visualizer.cli.findings import table_console
from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.cli.tables import print_tables, table_of
from visualizer.costs.text_table import TextTable
from visualizer.costs.units import exact

_COUNTS = ("MACs", "weights", "min cut", "activations")
NONE_FOUND = "The grid gets no smaller in the body of this network: nothing is reduced."


def print_reductions(opening: Opening, format: str) -> None:
    """Write the grid reductions to stdout; `format` is "table", "json", "csv" or "md".

    Raises SourceError for a source or an input that cannot be used.
    """
    with worker() as session:
        _, network = open_source(session, opening)
    found = find_reductions(cut_profile(network.graph, network.report), network.report)
    if format == "json":
        print(json.dumps(reductions_document(found, opening.text, network.inputs), indent=1))
        return
    if format != "table":
        remarks = (f"{one.name}: {one.words} {one.advice}" for one in found)
        print_tables([("Where the grid gets smaller", _all(found))], format, remarks)
        return
    console = table_console()
    if not found:
        console.print(NONE_FOUND)
    for reduction in found:
        _print_reduction(console, reduction)


def _all(found: Iterable[Reduction]) -> TextTable:
    """Every reduction as it is, then as each of its alternatives."""
    rows = (
        (one.name, one.shape.text, *cells)
        for one in found
        for cells in (_own_cells(one), *(_cells(v, v.kind == one.kind) for v in one.variants))
    )
    return table_of(("Where", "From → to", "How"), (*_COUNTS, "Verdict"), rows)


def _print_reduction(console: Console, reduction: Reduction) -> None:
    shape = reduction.shape
    head = f"{reduction.name}: {shape.text}, {KIND_TITLES[reduction.kind]}"
    console.print(head, style="bold", highlight=False, markup=False)
    console.print(f"  {reduction.words}", highlight=False, markup=False)
    console.print(_table(reduction))
    if reduction.variant is not None:
        console.print("  * the pattern that this network has")
    console.print(f"  {reduction.advice}\n", highlight=False, markup=False)


def _table(reduction: Reduction) -> Table:
    wanted = reduction.wanted
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True)
    table.add_column(f"{wanted.kernel_text} kernel, {wanted.text}", no_wrap=True)
    for column in _COUNTS:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    table.add_row(*_own_cells(reduction))
    for variant in reduction.variants:
        mine = variant.kind == reduction.kind
        table.add_row(*_cells(variant, mine), style="bold" if mine else "")
    return table


def _own_cells(reduction: Reduction) -> tuple[str, ...]:
    macs = "unknown" if reduction.macs is None else exact(reduction.macs)
    ratios = f"{reduction.cut_to_output:.3f} of output, {reduction.cut_to_input:.3f} of input"
    numbers = exact(reduction.min_cut), exact(reduction.activations)
    return "in this network", macs, exact(reduction.weights), *numbers, ratios


def _cells(variant: Variant, mine: bool) -> tuple[str, ...]:
    title = f"{KIND_TITLES[variant.kind]} *" if mine else KIND_TITLES[variant.kind]
    counts = (variant.macs, variant.weights, variant.min_cut, variant.activations)
    return title, *map(exact, counts), variant.verdict
