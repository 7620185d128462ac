"""How the classifier gets rid of space: a global pool, or a flatten and a huge layer."""

from __future__ import annotations

import math
from collections.abc import Iterator

from visualizer.costs.units import exact
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node
from visualizer.insights.model import Insight

_PASSED = ("reshape", "activation", "norm")


def head_insights(graph: LayerGraph) -> Iterator[Insight]:
    """The insight, for the first linear layer that reads a grid, pooled or flattened."""
    for node in graph.ops:
        if node.op == "linear" and (found := _of_linear(graph, node)) is not None:
            yield found
            return


def _of_linear(graph: LayerGraph, node: Node) -> Insight | None:
    weight = graph.parameter_spec(node, "weight")
    if weight is None or len(weight.shape) != 2 or not node.inputs:
        return None
    outputs, features = weight.shape
    bias = outputs if graph.parameter_spec(node, "bias") is not None else 0
    at = graph.by_id[node.inputs[0].node]
    while len(at.inputs) == 1:
        read = graph.input_specs(at)[0].shape
        if family_of(at.op) == "pool" and _pools_all(at, read, features):
            return _pooled(at, node, read, outputs, bias)
        if at.op in ("flatten", "view", "reshape") and _flattens(read, features):
            return _flattened(at, node, read, outputs, bias)
        if family_of(at.op) not in _PASSED:
            return None
        at = graph.by_id[at.inputs[0].node]
    return None


def _pools_all(pool: Node, read: tuple[int, ...], features: int) -> bool:
    return (
        len(read) > 2
        and read[1] == features == math.prod(pool.output.shape[1:])
        and math.prod(read[2:]) > 1
    )


def _flattens(read: tuple[int, ...], features: int) -> bool:
    return len(read) > 2 and math.prod(read[2:]) > 1 and math.prod(read[1:]) == features


def _pooled(pool: Node, linear: Node, read: tuple[int, ...], outputs: int, bias: int) -> Insight:
    params = read[1] * outputs + bias
    return Insight(
        "head", "network", "Global average pooling instead of a flatten",
        f"{pool.id} averages each channel over {_grid(read)}, so that {linear.id} has "
        f"{exact(params)} parameters. A flatten would keep the positions apart, and the layer "
        "would need weights for each of them.",
        "C·K + K : C·H·W·K + K",
        f"{_product((read[1], outputs), bias)} = {exact(params)} : "
        f"{_product((*read[1:], outputs), bias)}",
        f"{exact(math.prod(read[1:]) * outputs + bias)} parameters",
        (pool.id, linear.id),
    )  # fmt: skip


def _flattened(
    flatten: Node, linear: Node, read: tuple[int, ...], outputs: int, bias: int
) -> Insight:
    params = math.prod(read[1:]) * outputs + bias
    return Insight(
        "head", "network", "A flatten instead of global average pooling",
        f"{flatten.id} makes a vector of the {_grid(read)} grid, so that {linear.id} has "
        f"{exact(params)} parameters. After global average pooling (GoogLeNet, ResNet) it would "
        "read only the channels.",
        "C·H·W·K + K : C·K + K",
        f"{_product((*read[1:], outputs), bias)} = {exact(params)} : "
        f"{_product((read[1], outputs), bias)}",
        f"{exact(read[1] * outputs + bias)} parameters",
        (flatten.id, linear.id),
    )  # fmt: skip


def _product(sides: tuple[int, ...], bias: int) -> str:
    return "·".join(map(exact, sides)) + (f" + {exact(bias)}" if bias else "")


def _grid(read: tuple[int, ...]) -> str:
    return "×".join(map(str, read[2:]))
