"""What the lecture says about a network as a whole, and everything together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visualizer.bottlenecks.convolutions import Convolution, convolutions
from visualizer.costs import CostReport
from visualizer.costs.units import exact
from visualizer.graph.model import LayerGraph
from visualizer.insights.auxiliary import auxiliary_insights
from visualizer.insights.blocks import block_insights
from visualizer.insights.heads import head_insights
from visualizer.insights.layers import foldable_into, layer_insights, norm_params
from visualizer.insights.model import Insight, Table
from visualizer.insights.modules import module_insights
from visualizer.insights.rules import rules_insight
from visualizer.insights.stacks import stack_insights
from visualizer.insights.stages import guide_2
from visualizer.insights.stem import GRID, stem_insight


def insights(graph: LayerGraph, report: CostReport, grid: int = GRID) -> tuple[Insight, ...]:
    """Everything the lecture says that applies to this network: the whole first, then blocks,
    then layers, each in execution order. The stem is counted until the first grid of at most
    `grid` a side. Linear in the number of ops but for unusually long residual branches."""
    executed = graph.in_evaluation
    convs = convolutions(executed, report)
    by_node = {conv.node: conv for conv in convs}
    blocks = tuple(block_insights(executed, by_node))
    told = {node for block in blocks for node in block.nodes}
    return (
        *network_insights(executed, report, convs, grid),
        *auxiliary_insights(graph, report),
        *blocks,
        *stack_insights(executed, by_node, told),
        *module_insights(executed, by_node),
        *layer_insights(executed, by_node),
    )


def network_insights(
    graph: LayerGraph, report: CostReport, convs: Sequence[Convolution], grid: int
) -> Iterator[Insight]:
    stem = stem_insight(graph, report, grid)
    if stem is not None:
        yield stem
    yield from rules_insight(graph, convs)
    yield from guide_2(convs)
    yield from head_insights(graph)
    yield from _groups(report, convs)
    yield from _folding(graph)


def _groups(report: CostReport, convs: Sequence[Convolution]) -> Iterator[Insight]:
    """The network with every grouped convolution in one group (depthwise ones stay)."""
    grouped = [conv for conv in convs if conv.groups > 1 and not conv.is_depthwise]
    if not grouped:
        return
    more_macs = sum(conv.macs * (conv.groups - 1) for conv in grouped)
    more = sum(conv.weights * (conv.groups - 1) for conv in grouped)
    totals = report.totals
    whose = "The two GPUs of 2012 were such groups. " if _is_two(grouped) else ""
    rows = (
        ("Parameters", exact(totals.params), exact(totals.params + more)),
        ("MACs", exact(totals.macs), exact(totals.macs + more_macs)),
    )
    yield Insight(
        "groups", "network", "Grouped convolutions: divided by G",
        f"{whose}In {_counted(len(grouped), 'convolution')} each filter reads only its own "
        "group's channels, which divides weights and MACs by G.",
        nodes=tuple(conv.node for conv in grouped),
        table=Table(("", "In groups", "In one"), rows),
    )  # fmt: skip


def _is_two(grouped: Sequence[Convolution]) -> bool:
    return all(conv.groups == 2 for conv in grouped)


def _folding(graph: LayerGraph) -> Iterator[Insight]:
    norms = [node for node in graph.ops if node.op == "batch_norm"]
    folded = [node for node in norms if foldable_into(graph, node)]
    if not norms:
        return
    params = sum(norm_params(graph, node) for node in norms)
    yield Insight(
        "folding", "network", "Batch normalization folds away",
        f"{len(folded)} of {len(norms)} norms stand right after a convolution or linear layer. "
        "At test time each is a fixed scale and shift that can be multiplied into its weights. "
        "The lecture: since batch normalization nobody needs auxiliary heads (Inception-v3 keeps "
        "one as a regularizer).",
        "Σ 2·C", f"2·{exact(params // 2)}", f"{exact(params)} parameters",
        tuple(node.id for node in norms),
    )  # fmt: skip


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{exact(number)} {word}s"
