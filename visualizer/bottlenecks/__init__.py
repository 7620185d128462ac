"""Where the network narrows: cuts of the tensor graph, their profile, and findings.

`tensors` fuses the layer graph into tensors, `cuts` finds what everything must pass,
`profile` lines the cuts up with their ratios, `findings` judges the valleys, `explain` says
of any layer why it is a bottleneck or why not. `factorization` says what larger convolutions
could be made of. Shapes only.
"""

from visualizer.bottlenecks.document import findings_document
from visualizer.bottlenecks.explain import (
    Explanation,
    explain,
    explain_cut,
    explain_finding,
    explain_group,
    explain_node,
)
from visualizer.bottlenecks.findings import Finding, Severity, find_bottlenecks
from visualizer.bottlenecks.profile import Cut, CutProfile, cut_profile
from visualizer.bottlenecks.tensors import Tensor, TensorGraph, tensor_graph
from visualizer.bottlenecks.thresholds import (
    DEFAULTS,
    ThresholdError,
    Thresholds,
    parse_thresholds,
)

__all__ = [
    "DEFAULTS", "Cut", "CutProfile", "Explanation", "Finding", "Severity", "Tensor",
    "TensorGraph", "ThresholdError", "Thresholds", "cut_profile", "explain", "explain_cut",
    "explain_finding", "explain_group", "explain_node", "find_bottlenecks",
    "findings_document", "parse_thresholds", "tensor_graph",
]  # fmt: skip
