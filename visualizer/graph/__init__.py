"""What the network is: the layer graph, its module groups, folding and search."""

from visualizer.graph.hierarchy import ROOT, Group, Hierarchy, build_hierarchy
from visualizer.graph.model import (
    Edge,
    GraphError,
    Kept,
    LayerGraph,
    Module,
    Node,
    Parameter,
    TensorRef,
    TensorSpec,
    decode_graph,
    encode_graph,
    shape_text,
)

__all__ = [
    "ROOT", "Edge", "GraphError", "Group", "Hierarchy", "Kept", "LayerGraph", "Module", "Node",
    "Parameter", "TensorRef", "TensorSpec", "build_hierarchy", "decode_graph", "encode_graph",
    "shape_text",
]  # fmt: skip
