"""What the network costs: MACs, FLOPs, parameters, memory, receptive field, each derived."""

from visualizer.costs.model import Cost, Coverage, Derivation, LayerCost, ReceptiveField, Totals
from visualizer.costs.report import CostReport, cost_report

__all__ = [
    "Cost", "CostReport", "Coverage", "Derivation", "LayerCost", "ReceptiveField", "Totals",
    "cost_report",
]  # fmt: skip
