"""What the network costs: MACs, FLOPs, parameters, memory, receptive field, each derived.

`settings` says what costs are wanted for (batch, resolution, precision, what counts);
`registry` maps op names to the formulas of `formulas/<family>`; `report` walks a layer graph
once and adds them up; `memory` finds the peak, `receptive_field` what each op sees, `border` which
of them can see no more, `border_words` that in words; `output_sizes` derives shapes; `trends`
has costs layer by layer, `timeline` memory over time, `trend_words` both in sentences; `rows`,
`summary` and `table` present the result. Shapes only: no tensor is ever touched.

What is named here is imported when asked for: the worker and what talks to it want a few plain
types of this package, and none of the formulas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visualizer.costs.model import (
        Cost,
        Coverage,
        Derivation,
        LayerCost,
        ReceptiveField,
        Totals,
    )
    from visualizer.costs.report import CostReport, Share, cost_report, group_totals
    from visualizer.costs.timeline import Timeline, memory_timeline
    from visualizer.costs.trends import Trends, cost_trends

__all__ = [
    "Cost", "CostReport", "Coverage", "Derivation", "LayerCost", "ReceptiveField", "Share",
    "Timeline", "Totals", "Trends", "cost_report", "cost_trends", "group_totals",
    "memory_timeline",
]  # fmt: skip

_NAMES = {
    "model": ("Cost", "Coverage", "Derivation", "LayerCost", "ReceptiveField", "Totals"),
    "report": ("CostReport", "Share", "cost_report", "group_totals"),
    "timeline": ("Timeline", "memory_timeline"),
    "trends": ("Trends", "cost_trends"),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'visualizer.costs' has no attribute '{name}'")
    return getattr(import_module(f"visualizer.costs.{_MODULE_OF[name]}"), name)
