"""The cost report of a whole layer graph."""

from __future__ import annotations

import msgspec

from visualizer.costs.model import LayerCost, Totals
from visualizer.graph.model import LayerGraph


class CostReport(msgspec.Struct, frozen=True, dict=True):
    """Costs of every op by node id, and their totals; `uncovered_ops` have no formula."""

    layers: dict[str, LayerCost]
    totals: Totals
    uncovered_ops: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def cost_report(graph: LayerGraph) -> CostReport:
    raise NotImplementedError
