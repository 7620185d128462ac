"""Where the network narrows: cuts of the tensor graph, their profile, and findings.

`tensors` fuses the layer graph into tensors, `cuts` finds what everything must pass,
`profile` lines the cuts up with their ratios, `findings` judges the valleys, `explain` says
of any layer why it is a bottleneck or why not. Shapes only.
"""

from visualizer.bottlenecks.document import findings_document
from visualizer.bottlenecks.explain import explain
from visualizer.bottlenecks.findings import Finding, Severity, Thresholds, find_bottlenecks
from visualizer.bottlenecks.profile import Cut, CutProfile, cut_profile
from visualizer.bottlenecks.tensors import Tensor, TensorGraph, tensor_graph

__all__ = [
    "Cut", "CutProfile", "Finding", "Severity", "Tensor", "TensorGraph", "Thresholds",
    "cut_profile", "explain", "find_bottlenecks", "findings_document", "tensor_graph",
]  # fmt: skip
