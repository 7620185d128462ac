"""The same network in another precision: shapes stay, dtypes change.

Two kinds. A floating-point precision is that of everything: weights, buffers and activations.
An integer one is of the weights only ("weight-only quantization"): parameters of two or more
dimensions (convolution, linear and embedding weights) are stored in it and are multiplied in
the precision the network had, so activations, biases and norms stay as they are. The scales
and zero points that go with integer weights depend on how they are grouped and are not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import msgspec

from visualizer.graph.model import LayerGraph, Node, Parameter, TensorSpec

PRECISIONS = ("float64", "float32", "float16", "bfloat16")
WEIGHT_PRECISIONS = ("int8", "int4")
WEIGHT_ONLY = (
    "weights of two or more dimensions only; biases, norms and activations stay as they are, "
    "scales are not counted"
)


def with_precision(graph: LayerGraph, dtype: str) -> LayerGraph:
    """The graph with its floating-point tensors in `dtype`, or its weights for int8 and int4.

    Integer tensors (token ids, masks, counters) are left alone. Raises ValueError for a dtype
    that is neither of PRECISIONS nor of WEIGHT_PRECISIONS.
    """
    if dtype in WEIGHT_PRECISIONS:
        return _with_parameters(graph, lambda p: _quantized(p, dtype))
    if dtype not in PRECISIONS:
        known = ", ".join((*PRECISIONS, *WEIGHT_PRECISIONS))
        raise ValueError(f"unknown precision '{dtype}': use one of {known}")

    @cache
    def retyped(spec: TensorSpec) -> TensorSpec:
        return TensorSpec(spec.shape, dtype) if spec.dtype in PRECISIONS else spec

    def with_outputs(node: Node) -> Node:
        outputs = tuple(map(retyped, node.outputs))
        return node if outputs == node.outputs else msgspec.structs.replace(node, outputs=outputs)

    whole = _with_parameters(graph, lambda p: msgspec.structs.replace(p, spec=retyped(p.spec)))
    return msgspec.structs.replace(whole, nodes=tuple(map(with_outputs, graph.nodes)))


def _quantized(parameter: Parameter, dtype: str) -> Parameter:
    spec = parameter.spec
    if parameter.is_buffer or len(spec.shape) < 2 or spec.dtype not in PRECISIONS:
        return parameter
    return msgspec.structs.replace(parameter, spec=TensorSpec(spec.shape, dtype))


def _with_parameters(graph: LayerGraph, change: Callable[[Parameter], Parameter]) -> LayerGraph:
    return msgspec.structs.replace(graph, parameters=tuple(map(change, graph.parameters)))
