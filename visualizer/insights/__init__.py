"""What the lecture "CNN Architectures" says about a network, with the network's own numbers.

`layers` speaks of single convolutions and norms, `stacks` of 3x3 convolutions in a row, `blocks`
of residual blocks, `modules` of Inception modules, `stages`, `heads`, `auxiliary`, `stem`,
`rules` and `whole` of the network; which of it applies is found from the graph. Shapes only.
"""

from visualizer.insights.model import Insight, Table, at_node, of_network, summarised, within
from visualizer.insights.stem import GRID, StemCost, grids_of, stem_cost, stem_insight
from visualizer.insights.whole import insights

__all__ = [
    "GRID", "Insight", "StemCost", "Table", "at_node", "grids_of", "insights", "of_network",
    "stem_cost", "stem_insight", "summarised", "within",
]  # fmt: skip
