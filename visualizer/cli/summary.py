"""The `summary` command: what every layer costs, as a table, JSON, CSV or Markdown."""

from __future__ import annotations

import json
import sys

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.costs import cost_report
from visualizer.costs.rows import LayerRow, layer_rows
from visualizer.costs.summary import summary_document
from visualizer.costs.table import field_text, to_csv, to_markdown
from visualizer.costs.units import human_bytes, human_count
from visualizer.graph import shape_text
from visualizer.graph.retyping import PRECISIONS, with_precision
from visualizer.session.network import OpenNetwork
from visualizer.sources import SourceError

_NUMBERS = ("Parameters", "MACs", "Activation")
_COLUMNS = ("Layer", "Op", "Output", *_NUMBERS, "Receptive field")
_UNBOUNDED = 200  # columns where nobody's terminal says how wide it is


def print_summary(
    source: str,
    weights: str | None,
    inputs: tuple[str, ...],
    dtype: str,
    depth: int | None,
    format: str,
) -> None:
    """Write the summary to stdout."""
    with worker() as session:
        _, network = open_source(session, source, weights, parse_inputs(inputs))
    network = _in_precision(network, dtype)
    graph, report = network.graph, network.report
    if format == "json":
        document = summary_document(graph, report, source, network.inputs, depth)
        print(json.dumps(document, indent=1))
    elif format == "csv":
        print(to_csv(layer_rows(graph, report, depth)), end="")
    elif format == "md":
        print(to_markdown(layer_rows(graph, report, depth)))
    else:
        _print_table(network, depth)


def _in_precision(network: OpenNetwork, dtype: str) -> OpenNetwork:
    """The network as it would be in `dtype`; raises SourceError for one that is none."""
    try:
        graph = with_precision(network.graph, dtype)
    except ValueError as error:
        raise SourceError(str(error)) from error
    report = cost_report(graph)
    inputs = tuple(
        msgspec.structs.replace(spec, dtype=dtype) if spec.dtype in PRECISIONS else spec
        for spec in network.inputs
    )
    return msgspec.structs.replace(network, graph=graph, report=report, inputs=inputs)


def _print_table(network: OpenNetwork, depth: int | None) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=_UNBOUNDED)
    title = f"{network.graph.name} ({network.weights_text})"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in _COLUMNS:
        right = column in _NUMBERS
        table.add_column(column, justify="right" if right else "left", no_wrap=right)
    for row in layer_rows(network.graph, network.report, depth):
        table.add_row(*_cells(row))
    console.print(table)
    for line in totals_lines(network):
        console.print(line, highlight=False)


def _cells(row: LayerRow) -> tuple[str, ...]:
    return (
        row.id,
        row.kind,
        shape_text(row.output, batch=True),
        human_count(row.params),
        human_count(row.macs),
        human_bytes(row.activation_bytes),
        field_text(row.receptive_field),
    )


def totals_lines(network: OpenNetwork) -> list[str]:
    """The totals in words, with what must be known about them."""
    totals = network.report.totals
    lines = [
        f"{human_count(totals.params)} parameters ({human_bytes(totals.param_bytes)}), "
        f"{human_count(totals.macs)} MACs = {human_count(totals.flops)} FLOPs",
        f"activations {human_bytes(totals.activation_bytes)}, "
        f"at most {human_bytes(totals.peak_activation_bytes)} alive at once",
        f"traced on {network.graph.route}",
    ]
    if network.report.uncovered_ops:
        lines.append(f"no formula known for: {', '.join(network.report.uncovered_ops)}")
    return [*lines, *network.graph.notes, *network.report.notes]
