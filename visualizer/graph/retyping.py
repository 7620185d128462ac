"""The same network in another floating-point precision: shapes stay, dtypes change."""

from __future__ import annotations

import msgspec

from visualizer.graph.model import LayerGraph, TensorSpec

PRECISIONS = ("float64", "float32", "float16", "bfloat16")


def with_precision(graph: LayerGraph, dtype: str) -> LayerGraph:
    """The graph with every floating-point activation, parameter and buffer in `dtype`.

    Integer tensors (token ids, masks, counters) are left alone. Raises ValueError for a dtype
    that is not one of PRECISIONS.
    """
    if dtype not in PRECISIONS:
        raise ValueError(f"unknown precision '{dtype}': use one of {', '.join(PRECISIONS)}")

    def retyped(spec: TensorSpec) -> TensorSpec:
        return TensorSpec(spec.shape, dtype) if spec.dtype in PRECISIONS else spec

    replace = msgspec.structs.replace
    return replace(
        graph,
        nodes=tuple(replace(n, outputs=tuple(map(retyped, n.outputs))) for n in graph.nodes),
        parameters=tuple(replace(p, spec=retyped(p.spec)) for p in graph.parameters),
    )
