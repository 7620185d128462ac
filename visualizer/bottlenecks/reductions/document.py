"""The machine-readable reductions: `reductions --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visualizer.bottlenecks.reductions.model import KIND_TITLES, Reduction, Rewrite, Variant
from visualizer.graph.model import as_plain
from visualizer.sources import InputSpec


def reductions_document(
    reductions: Sequence[Reduction], source: str, inputs: Sequence[InputSpec]
) -> dict[str, Any]:
    """Reductions in order as plain data, ready for json; MACs, weights and widths of one example.

    `macs` is null when an op has no formula, `rewrite` when Fig 10 is there already or does not
    apply.
    """
    return {
        "source": source,
        "inputs": [{"shape": list(spec.shape), "dtype": spec.dtype} for spec in inputs],
        "reductions": [_reduction(reduction) for reduction in reductions],
    }


def _reduction(reduction: Reduction) -> dict[str, Any]:
    shape = reduction.shape
    return {
        "kind": reduction.kind,
        "title": KIND_TITLES[reduction.kind],
        "name": reduction.name,
        "node": reduction.node,
        "nodes": list(reduction.nodes),
        "grid_in": list(shape.grid_in),
        "grid_out": list(shape.grid_out),
        "channels_in": shape.channels_in,
        "channels_out": shape.channels_out,
        "kernel": list(shape.kernel),
        "macs": reduction.macs,
        "weights": reduction.weights,
        "activations": reduction.activations,
        "min_cut": reduction.min_cut,
        "cut_tensors": list(reduction.cut_tensors),
        "cut_to_output": reduction.cut_to_output,
        "cut_to_input": reduction.cut_to_input,
        "bypassed": reduction.bypassed,
        "stem": reduction.stem,
        "variants_channels_out": reduction.wanted.channels_out,
        "variants": [_variant(variant, reduction) for variant in reduction.variants],
        "rewrite": _rewrite(reduction.rewrite),
        "advice": reduction.advice,
    }


def _variant(variant: Variant, reduction: Reduction) -> dict[str, Any]:
    plain: dict[str, Any] = as_plain(variant)
    return {**plain, "is_this": variant.kind == reduction.kind}


def _rewrite(rewrite: Rewrite | None) -> dict[str, Any] | None:
    return None if rewrite is None else {**as_plain(rewrite), "macs_saved": rewrite.macs_saved}
