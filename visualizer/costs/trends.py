"""Memory, parameters and MACs layer by layer: the lecture's three trend charts.

Which layers. As on the lecture's slide, a bar is a layer with weights (convolution, linear,
attention, recurrent, embedding) or a pooling layer, in execution order. The normalization and
activation that directly follow a layer belong to its bar: their parameters are added to it,
their outputs are taken to be in place. Ops with MACs but no weights (an attention's products)
have bars too. A layer's number counts layers with weights only, so AlexNet has 8 and VGG-16
has 16. With `every_op` each executed op has a bar of its own and a number.

What is summed. Memory: the outputs of the bars' layers (with `every_op`, all new memory).
Parameters: all that run. MACs: as in `Totals`, so pooling's window sums are 0
here. Parameters that no op reads are left out of the total, as nothing runs them; what else no
bar has, such as a normalization that stands alone, is `Trends.missing_params`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Literal

import msgspec

from visualizer.costs.model import LayerCost
from visualizer.costs.report import CostReport
from visualizer.costs.settings import Headline
from visualizer.graph.families import Family, family_of
from visualizer.graph.fusion import fused_hosts
from visualizer.graph.hierarchy import build_hierarchy
from visualizer.graph.model import LayerGraph, Node, TensorSpec

Quantity = Literal["memory", "params", "macs"]
QUANTITIES: tuple[Quantity, ...] = ("memory", "params", "macs")

_WEIGHTED: tuple[Family, ...] = ("conv", "linear", "attention", "recurrent", "embedding", "other")
_NEVER: tuple[Family, ...] = ("norm", "activation", "constant")


class Bar(msgspec.Struct, frozen=True):
    """One layer: the op `node` and what belongs to it (`members`, `node` among them).

    `followed_by` are the kinds of the other members ("BatchNorm2d", "ReLU").
    `memory` in bytes; `macs` None where no formula is known; `window_sums` of a pooling layer
    are no MACs. `number` counts as the module docstring says, None for a pooling layer.
    """

    node: str
    kind: str
    family: Family
    members: tuple[str, ...]
    output: TensorSpec | None
    memory: int
    params: int
    macs: int | None
    window_sums: int = 0
    number: int | None = None
    followed_by: tuple[str, ...] = ()

    def value(self, quantity: Quantity) -> int | None:
        """Bytes, parameters or MACs; None where unknown."""
        return {"memory": self.memory, "params": self.params, "macs": self.macs}[quantity]


class Trends(msgspec.Struct, frozen=True, dict=True):
    """All bars, what they add up to, and how many of them have a number.

    `kinds` has parameters and MACs by kind of layer ("conv", "fc", ...) over the whole network.
    `headline` is the unit that everything called "macs" here is in.
    """

    bars: tuple[Bar, ...]
    every_op: bool
    totals: dict[Quantity, int]
    kinds: dict[Quantity, dict[str, int]]
    uncovered: int = 0
    headline: Headline = "macs"

    def told_in(self, headline: Headline) -> Trends:
        """The same with its arithmetic in another unit: FLOPs = 2 × MACs."""
        if headline == self.headline:
            return self
        replace = msgspec.structs.replace

        def told(macs: int) -> int:
            return 2 * macs if headline == "flops" else macs // 2

        return replace(
            self,
            bars=tuple(b if b.macs is None else replace(b, macs=told(b.macs)) for b in self.bars),
            totals={**self.totals, "macs": told(self.totals["macs"])},
            kinds={**self.kinds, "macs": {k: told(n) for k, n in self.kinds["macs"].items()}},
            headline=headline,
        )

    @property
    def numbered(self) -> int:
        return sum(bar.number is not None for bar in self.bars)

    @property
    def missing_params(self) -> int:
        """Parameters that are in no bar."""
        return self.totals["params"] - sum(bar.params for bar in self.bars)

    def cumulative(self, quantity: Quantity) -> tuple[int, ...]:
        """The sum up to and with each bar; what is unknown adds nothing."""
        return tuple(accumulate(bar.value(quantity) or 0 for bar in self.bars))

    def share(self, quantity: Quantity, number: int) -> float | None:
        """A bar's part of the total, 0..1; None where it is unknown or the total 0."""
        value, whole = self.bars[number].value(quantity), self.totals[quantity]
        return value / whole if value is not None and whole else None

    def kind_share(self, quantity: Quantity, kind: str) -> float | None:
        """The part of the total that all layers of a kind have, 0..1."""
        whole = self.totals[quantity]
        return self.kinds[quantity].get(kind, 0) / whole if whole else None

    def half(self, quantity: Quantity) -> int | None:
        """Index of the bar with which half of the total is reached; None when none does."""
        whole = self.totals[quantity]
        sums = enumerate(self.cumulative(quantity))
        return next((n for n, reached in sums if whole and 2 * reached >= whole), None)


def cost_trends(
    graph: LayerGraph,
    report: CostReport,
    every_op: bool = False,
    hosts: Mapping[str, str] | None = None,
) -> Trends:
    """The bars of a network in execution order; what only training runs is left out.

    `hosts` names the op each normalization or activation belongs to, worked out when missing.
    """
    if hosts is None:
        hosts = fused_hosts(graph, build_hierarchy(graph).parent_of)
    bars = _every_op(graph, report) if every_op else _layers(graph, report, hosts)
    return Trends(
        bars=bars,
        every_op=every_op,
        totals={
            "memory": sum(bar.memory for bar in bars),
            "params": report.totals.params - report.totals.unused_params,
            "macs": report.totals.macs,
        },
        kinds=_kinds(graph, report),
        uncovered=sum(report.layers[node.id].macs is None for node in graph.ops),
    )


def kind_of(node: Node) -> str:
    """What a layer is called in sums: "conv", "fc" (linear), "products", or its family."""
    family = family_of(node.op)
    if family == "linear":
        return "fc" if node.parameters else "products"
    return family


def _every_op(graph: LayerGraph, report: CostReport) -> tuple[Bar, ...]:
    return tuple(
        _bar(node, report, (node,), report.layers[node.id].new_activation_bytes, number)
        for number, node in enumerate(graph.ops, 1)
    )


def _layers(graph: LayerGraph, report: CostReport, hosts: Mapping[str, str]) -> tuple[Bar, ...]:
    absorbed: dict[str, list[Node]] = {}
    for node in graph.ops:
        if node.id in hosts:
            absorbed.setdefault(hosts[node.id], []).append(node)
    bars: list[Bar] = []
    count = 0
    for node in graph.ops:
        weighted = _is_weighted(node, graph)
        absorbs = node.id not in hosts and _has_bar(node, report.layers[node.id])
        if not weighted and not absorbs:
            continue
        count += weighted
        members = (node, *absorbed.get(node.id, ()))
        memory = report.layers[node.id].activation_bytes
        bars.append(_bar(node, report, members, memory, count if weighted else None))
    return tuple(bars)


def _is_weighted(node: Node, graph: LayerGraph) -> bool:
    named = (graph.parameter_by_name[name] for name in node.parameters.values())
    return family_of(node.op) in _WEIGHTED and any(not given.is_buffer for given in named)


def _has_bar(node: Node, cost: LayerCost) -> bool:
    """Whether an op without weights is shown beside the layers: it pools or multiplies."""
    family = family_of(node.op)
    counted = cost.cost.coverage == "counted"  # norms and activations only when asked for
    return family == "pool" or (cost.macs != 0 and (family not in _NEVER or counted))


def _bar(
    node: Node, report: CostReport, members: tuple[Node, ...], memory: int, number: int | None
) -> Bar:
    cost = report.layers[node.id]
    return Bar(
        node=node.id,
        kind=node.kind,
        family=family_of(node.op),
        members=tuple(member.id for member in members),
        output=node.outputs[0] if node.outputs else None,
        memory=memory,
        params=sum(report.layers[member.id].params for member in members),
        macs=_macs_of(report, members),
        window_sums=cost.macs or 0 if cost.pooling else 0,
        number=number,
        followed_by=tuple(member.kind for member in members[1:]),
    )


def _macs_of(report: CostReport, members: tuple[Node, ...]) -> int | None:
    """MACs of a layer with those of its norm and activation, where these are counted."""
    costs = [report.layers[member.id] for member in members]
    known = [0 if cost.pooling else cost.macs for cost in costs]
    return None if known[0] is None else sum(macs or 0 for macs in known)


def _kinds(graph: LayerGraph, report: CostReport) -> dict[Quantity, dict[str, int]]:
    sums: dict[Quantity, dict[str, int]] = {"params": {}, "macs": {}}
    for node in graph.ops:
        kind, cost = kind_of(node), report.layers[node.id]
        sums["params"][kind] = sums["params"].get(kind, 0) + cost.params
        if not cost.pooling:
            sums["macs"][kind] = sums["macs"].get(kind, 0) + (cost.macs or 0)
    return sums
