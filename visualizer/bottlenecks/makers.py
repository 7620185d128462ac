"""What made the tensors of a cut."""

from __future__ import annotations

from visualizer.bottlenecks.fusing import is_pointwise_linear, reduces_features
from visualizer.bottlenecks.profile import Cut
from visualizer.bottlenecks.tensors import Tensor, TensorGraph


def is_squeeze(tensors: TensorGraph, cut: Cut) -> bool:
    """Whether every tensor of the cut comes from a layer that only reduces features."""
    return all(_is_reduced(tensors, tensors.tensors[position]) for position in cut.positions)


def is_linear_by_design(tensors: TensorGraph, cut: Cut) -> bool:
    """Whether every tensor of the cut comes from a reducing 1x1 layer without activation."""
    parts = [tensors.tensors[position] for position in cut.positions]
    return all(
        not part.bent
        and _is_reduced(tensors, part)
        and is_pointwise_linear(tensors.graph.by_id[part.node])
        for part in parts
    )


def _is_reduced(tensors: TensorGraph, tensor: Tensor) -> bool:
    if not tensor.node:
        return False
    node = tensors.graph.by_id[tensor.node]
    return bool(node.inputs) and reduces_features(node, tensors.graph.spec(node.inputs[0]))
