"""The `summary` command: what every layer costs, as a table, JSON, CSV or Markdown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from visualizer.cli.costs_for import cost_settings, open_for, settings_remarks
from visualizer.cli.loading import OnlyWeights, worker
from visualizer.cli.opening import Opening
from visualizer.cli.summary_table import print_tree
from visualizer.cli.weights import print_weights
from visualizer.costs.border_words import border_note
from visualizer.costs.rows import layer_rows
from visualizer.costs.summary import summary_document
from visualizer.costs.table import to_csv, to_markdown
from visualizer.costs.tree import SortKey, ranked_rows, sorted_rows, tree_rows
from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.session.network import OpenNetwork

_UNBOUNDED = 200  # columns where nobody's terminal says how wide it is


def print_summary(
    opening: Opening,
    dtype: str,
    depth: int | None,
    format: str,
    sort: SortKey | None = None,
    batch: int | None = None,
    resolution: str = "",
    counted: tuple[str, ...] = (),
) -> None:
    """Write the summary to stdout, in execution order or the dearest first (`sort`)."""
    settings = cost_settings(batch, resolution, dtype, counted)
    try:
        with worker() as session:
            network = open_for(session, opening, settings)
    except OnlyWeights as found:
        print_weights(found.file, format)
        return
    graph, report = network.graph, network.report
    if format == "json":
        document = summary_document(graph, report, opening.text, network.inputs, depth, sort)
        print(json.dumps(document, indent=1))
    elif format == "table":
        _print_table(network, depth, sort)
    else:
        rows = layer_rows(graph, report, depth)
        rows = sorted_rows(rows, sort) if sort else rows
        print(to_csv(rows) if format == "csv" else to_markdown(rows), end="")


def _print_table(network: OpenNetwork, depth: int | None, sort: SortKey | None) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=_UNBOUNDED)
    inputs = ", ".join("×".join(map(str, spec.shape)) or "scalar" for spec in network.inputs)
    title = f"{network.graph.name} ({network.weights_text}), input {inputs or 'none'}"
    graph, report = network.graph, network.report
    if sort is None:
        print_tree(console, title, tree_rows(graph, report, depth))
    else:
        print_tree(console, f"{title}, by {sort}", ranked_rows(graph, report, depth, sort))
    console.print(_totals_block(network))
    for line in remarks(network):
        console.print(line, highlight=False, markup=False)


def _totals_block(network: OpenNetwork) -> Table:
    """The totals, exact and as people say them."""
    totals = network.report.totals
    bound = "≥ " if network.report.uncovered_ops else ""
    peak = f"at most {human_bytes(totals.peak_activation_bytes)} at once with the inputs"
    block = Table.grid(padding=(0, 2))
    block.add_column(style="bold")
    block.add_column(justify="right")
    macs = f"{bound}{human_count(totals.macs)} = {human_count(totals.flops)} FLOPs, "
    exactly = bound + exact(totals.macs)
    if bound and not totals.macs:
        macs, exactly = "", "unknown"
    sums = "pooling sums among them"
    if not network.settings.counting.pooling:
        sums = f"{human_count(totals.pooling_macs)} pooling sums apart"
    memory = f"{human_bytes(totals.activation_bytes)} in all"
    block.add_row("Parameters", exact(totals.params), human_bytes(totals.param_bytes))
    block.add_row("MACs", exactly, macs + sums)
    block.add_row("Activations", exact(totals.activation_elements), f"{memory}, {peak}")
    return block


def remarks(network: OpenNetwork) -> list[str]:
    """What must be known about the totals."""
    totals = network.report.totals
    lines = [f"traced on {network.graph.route}", *settings_remarks(network.settings)]
    if totals.training_only_params or totals.training_only_macs:
        lines.append(
            f"not in these totals: {human_count(totals.training_only_params)} parameters and "
            f"{human_count(totals.training_only_macs)} MACs that run only in training"
        )
    if note := border_note(network.border):
        lines.append(note)
    if network.report.uncovered_ops:
        lines.append(f"no formula known for: {', '.join(network.report.uncovered_ops)}")
    return [*lines, *network.graph.notes, *_assumed(network), *network.report.notes]


def _assumed(network: OpenNetwork) -> Iterator[str]:
    """How to give other inputs than those that the file leaves open."""
    names = {node.id for node in network.graph.inputs} & set(network.graph.assumed)
    pairs = zip(network.graph.inputs, network.plain.inputs, strict=False)
    texts = [f"--input {spec.text}" for node, spec in pairs if node.id in names]
    if texts:
        yield f"chosen here, open in the file: {' '.join(texts)}; give others in the same way"
