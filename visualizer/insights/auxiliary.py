"""Auxiliary heads: classifiers halfway that only training needs (GoogLeNet, Inception-v3)."""

from __future__ import annotations

from collections.abc import Iterator

from visualizer.costs import CostReport
from visualizer.costs.units import exact
from visualizer.graph import shape_text
from visualizer.graph.model import LayerGraph, Node
from visualizer.insights.model import Insight, Table


def auxiliary_insights(graph: LayerGraph, report: CostReport) -> Iterator[Insight]:
    """One insight for all heads of the network, inference and training; nothing without one."""
    heads = auxiliary_heads(graph)
    if not heads:
        return
    rows = tuple(_row(graph, report, head) for head in heads)
    params = sum(report.layers[node.id].params for head in heads for node in head)
    one = len(heads) == 1
    yield Insight(
        "auxiliary", "network",
        "An auxiliary head" if one else f"{len(heads)} auxiliary heads",
        f"{'A classifier' if one else 'Classifiers'} halfway, whose loss pushes gradients to the "
        f"lower layers; {'it runs' if one else 'they run'} only in training, and "
        f"{'its' if one else 'their'} {exact(params)} parameters are in no total. The lecture: "
        "needed before batch normalization, no longer used since. Not quite: Inception-v3 keeps "
        "one, batch-normalized, as a regularizer (+0.4 % top-1), and found that they help only "
        "late in training.",
        nodes=tuple(node.id for head in heads for node in head),
        table=Table(("Head", "Reads", "Parameters", "MACs"), rows),
    )  # fmt: skip


def auxiliary_heads(graph: LayerGraph) -> tuple[tuple[Node, ...], ...]:
    """The ops of each head in execution order: what runs only in training and hangs together."""
    heads: list[list[Node]] = []
    for node in graph.training_ops:
        read = {ref.node for ref in node.inputs}
        joined = [head for head in heads if read & {member.id for member in head}]
        heads = [head for head in heads if head not in joined]
        heads.append([*(member for head in joined for member in head), node])
    order = graph.index
    whole = (tuple(sorted(head, key=lambda node: order[node.id])) for head in heads)
    return tuple(sorted(whole, key=lambda head: order[head[0].id]))


def _row(graph: LayerGraph, report: CostReport, head: tuple[Node, ...]) -> tuple[str, ...]:
    costs = [report.layers[node.id] for node in head]
    own = {node.id for node in head}
    read = next((ref for node in head for ref in node.inputs if ref.node not in own), None)
    where = f"{read.node}, {shape_text(graph.spec(read))}" if read is not None else ""
    params, macs = (sum(counts) for counts in (
        (cost.params for cost in costs), (cost.macs or 0 for cost in costs if not cost.pooling),
    ))  # fmt: skip
    return _name(head), where, exact(params), exact(macs)


def _name(head: tuple[Node, ...]) -> str:
    """The module around all of a head's ops; the first op where there is none."""
    levels = zip(*(node.scope for node in head if node.scope), strict=False)
    around = [modules[0] for modules in levels if len(set(modules)) == 1]
    return around[-1] if around else head[0].id
