"""What the network costs: MACs, FLOPs, parameters, memory, receptive field, each derived.

`registry` maps op names to the formulas of `formulas/<family>`; `report` walks a layer graph
once and adds them up; `memory` finds the peak, `receptive_field` what each op sees; `rows`,
`summary` and `table` present the result. Shapes only: no tensor is ever touched.
"""

from visualizer.costs.model import Cost, Coverage, Derivation, LayerCost, ReceptiveField, Totals
from visualizer.costs.report import CostReport, Share, cost_report, group_totals

__all__ = [
    "Cost", "CostReport", "Coverage", "Derivation", "LayerCost", "ReceptiveField", "Share",
    "Totals", "cost_report", "group_totals",
]  # fmt: skip
