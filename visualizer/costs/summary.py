"""The machine-readable summary of a network: the contract of `summary --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visualizer.costs.border import border_of
from visualizer.costs.border_words import border_document
from visualizer.costs.model import ReceptiveField
from visualizer.costs.report import CostReport
from visualizer.costs.rows import LayerRow, layer_rows
from visualizer.costs.tree import SortKey, sorted_rows
from visualizer.graph.model import LayerGraph, as_plain
from visualizer.sources import InputSpec, ModelSource


def summary_document(
    graph: LayerGraph,
    report: CostReport,
    source: ModelSource | str,
    inputs: Sequence[InputSpec],
    depth: int | None = None,
    sort: SortKey | None = None,
) -> dict[str, Any]:
    """Totals and layers as plain data, ready for json; layers in execution order, or with `sort`
    the dearest first.

    A pooling layer's `macs` is shown but is not part of `totals.macs` (`pooling_macs` is).
    `macs` null: no formula. Layers with `training_only` true are in no total but those named
    `training_only_...`. Raises ValueError for a depth below 1.
    """
    rows = layer_rows(graph, report, depth)
    return {
        "source": source if isinstance(source, str) else source.text,
        "inputs": [_input(spec) for spec in inputs],
        "route": graph.route,
        "totals": as_plain(report.totals),
        "uncovered_ops": list(report.uncovered_ops),
        "notes": [*graph.notes, *report.notes],
        "border_rule": border_document(border_of(graph, report)),
        "layers": [_layer(row) for row in (sorted_rows(rows, sort) if sort else rows)],
    }


def _input(spec: InputSpec) -> dict[str, Any]:
    named = {"name": spec.name} if spec.name else {}
    return {**named, "shape": list(spec.shape), "dtype": spec.dtype}


def _layer(row: LayerRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "op": row.op,
        "module_path": row.module_path,
        "module_type": row.module_type,
        "inputs": list(row.inputs),
        "input_shapes": [list(spec.shape) for spec in row.input_specs],
        "output_shape": list(row.output.shape) if row.output else None,
        "dtype": row.output.dtype if row.output else None,
        "kernel": list(row.kernel),
        "stride": list(row.stride),
        "macs": row.macs,
        "flops": row.flops,
        "pooling": row.pooling,
        "params": row.params,
        "param_bytes": row.param_bytes,
        "activation_elements": row.activation_elements,
        "activation_bytes": row.activation_bytes,
        "receptive_field": _field(row.receptive_field),
        "training_only": row.training_only,
    }


def _field(field: ReceptiveField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    return {
        "size": list(field.size),
        "stride": list(field.stride),
        "padding": list(field.padding),
        "minimum": list(field.minimum),
        "aligned": field.aligned,
        "whole_input": field.whole_input,
    }
