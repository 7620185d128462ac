"""What the network costs: MACs, FLOPs, parameters, memory, receptive field, each derived.

`settings` says what costs are wanted for (batch, resolution, precision, what counts);
`registry` maps op names to the formulas of `formulas/<family>`; `report` walks a layer graph
once and adds them up; `memory` finds the peak, `receptive_field` what each op sees, `border` which
of them can see no more, `border_words` that in words; `output_sizes` derives shapes; `trends`
has costs layer by layer, `timeline` memory over time, `trend_words` both in sentences; `rows`,
`summary` and `table` present the result. Shapes only: no tensor is ever touched.
"""

from visualizer.costs.model import Cost, Coverage, Derivation, LayerCost, ReceptiveField, Totals
from visualizer.costs.report import CostReport, Share, cost_report, group_totals
from visualizer.costs.timeline import Timeline, memory_timeline
from visualizer.costs.trends import Trends, cost_trends

__all__ = [
    "Cost", "CostReport", "Coverage", "Derivation", "LayerCost", "ReceptiveField", "Share",
    "Timeline", "Totals", "Trends", "cost_report", "cost_trends", "group_totals",
    "memory_timeline",
]  # fmt: skip
