"""The cost report of a whole layer graph: one walk, one entry an op, and their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import NamedTuple

import msgspec

from visualizer.costs.derive import flops_derivation, memory_derivation, output_derivation
from visualizer.costs.formulas import free_cost
from visualizer.costs.memory import new_elements_and_bytes, peak_activations, spec_bytes
from visualizer.costs.model import Cost, Derivation, LayerCost, ReceptiveField, Totals
from visualizer.costs.parameters import (
    NOTHING,
    Owned,
    bytes_of,
    bytes_or_none,
    elements_of,
    ownership,
    parameter_derivation,
    total_elements,
    unused,
    unused_note,
)
from visualizer.costs.receptive_field import receptive_fields
from visualizer.costs.registry import FORMULAS, Call, MissingFactError, uncovered, view_of
from visualizer.graph.model import LayerGraph, Node


class Share(msgspec.Struct, frozen=True):
    """A layer's part of the network's totals, 0..1; None where the total is 0 or unknown.

    `activations` is the share of new activation bytes: 0 for a view or in-place result.
    """

    macs: float | None
    params: float | None
    activations: float | None


class CostReport(msgspec.Struct, frozen=True, dict=True):
    """Costs of every node by id, and their totals.

    `layers` has the network's inputs too (free, their size as activation), so that whatever
    is drawn can be looked up; no total counts them. `uncovered_ops` have no formula: the
    totals of MACs are then lower bounds. `peak_node` runs when the most memory is alive.
    """

    layers: dict[str, LayerCost]
    totals: Totals
    uncovered_ops: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    peak_node: str = ""

    def share(self, node: str) -> Share:
        """The share of op `node` in the totals; pooling is compared with no total."""
        layer, totals = self.layers[node], self.totals
        macs = None if layer.pooling else layer.macs
        return Share(
            _ratio(macs, totals.macs),
            _ratio(layer.params, totals.params),
            _ratio(layer.new_activation_bytes, totals.activation_bytes),
        )


def _ratio(part: int | None, whole: int) -> float | None:
    return part / whole if part is not None and whole else None


def cost_report(graph: LayerGraph) -> CostReport:
    """Costs of every op and of the network; shapes only, no weights are read.

    `totals.params` counts every parameter once, run or not; activations are summed over all
    ops whose output is new memory, the network's inputs left out.
    """
    owned = ownership(graph)
    calls = {node.id: view_of(graph, node) for node in graph.nodes}
    fields = receptive_fields(graph, calls)
    known: dict[Hashable, _Arithmetic] = {}
    layers = {
        name: _layer_cost(call, owned.get(name, NOTHING), fields[name], known)
        for name, call in calls.items()
    }
    peak = peak_activations(graph)
    totals = msgspec.structs.replace(
        _summed(layers[node.id] for node in graph.ops),
        params=total_elements(graph),
        param_bytes=bytes_of([p for p in graph.parameters if not p.is_buffer]),
        buffer_bytes=bytes_of([p for p in graph.parameters if p.is_buffer]),
        peak_activation_bytes=peak.bytes,
        unused_params=sum(parameter.spec.elements for parameter in unused(graph)),
    )
    unknown = [node for node in graph.ops if layers[node.id].cost.coverage == "uncovered"]
    names = tuple(dict.fromkeys(node.op for node in unknown))
    return CostReport(layers, totals, names, _notes(graph, unknown), peak.node)


def group_totals(report: CostReport, graph: LayerGraph, node_ids: Iterable[str]) -> Totals:
    """Costs of a folded module: the sums over its ops.

    A parameter that an op outside uses first is not counted here. The peak is that of running
    the group alone (`peak_activations`); `unused_params` is 0, as what never ran is in no group.
    """
    names = list(node_ids)
    buffers = {
        parameter.name: parameter
        for name in names
        for parameter in map(
            graph.parameter_by_name.__getitem__, graph.by_id[name].parameters.values()
        )
        if parameter.is_buffer
    }
    return msgspec.structs.replace(
        _summed(report.layers[name] for name in names if graph.by_id[name].op != "input"),
        buffer_bytes=bytes_of(list(buffers.values())),
        peak_activation_bytes=peak_activations(graph, names).bytes,
    )


def op_cost(call: Call) -> Cost:
    """Arithmetic of one op: by its formula, known to be free, or uncovered with the reason."""
    entry = FORMULAS.get(call.node.op)
    if entry is None:
        return free_cost(call) or uncovered(f"no formula for {call.node.op}")
    try:
        return entry.formula(call)
    except MissingFactError as missing:
        return uncovered(str(missing))


class _Arithmetic(NamedTuple):
    """What two ops with the same shapes and attributes have in common."""

    cost: Cost
    params: int
    param_bytes: int
    shared_params: int
    pooling: bool
    derivations: tuple[Derivation, ...]
    activation_elements: int
    activation_bytes: int


def _layer_cost(
    call: Call, owned: Owned, field: ReceptiveField | None, known: dict[Hashable, _Arithmetic]
) -> LayerCost:
    """All costs of one op; `known` remembers the arithmetic, as networks repeat their blocks."""
    node = call.node
    key = (
        node.op, call.inputs, node.outputs, tuple(node.attributes.items()),
        tuple(call.parameters.items()), tuple(owned.first), tuple(owned.shared.values()),
    )  # fmt: skip
    same = known.get(key)
    if same is None:
        same = known[key] = _arithmetic(call, owned)
    fresh_elements, fresh_bytes = same.activation_elements, same.activation_bytes
    if node.aliases and max(node.aliases) >= 0:
        fresh_elements, fresh_bytes = new_elements_and_bytes(node)
    return LayerCost(
        node=node.id,
        cost=same.cost,
        params=same.params,
        param_bytes=same.param_bytes,
        activation_elements=same.activation_elements,
        activation_bytes=same.activation_bytes,
        shared_params=same.shared_params,
        receptive_field=field,
        pooling=same.pooling,
        derivations=same.derivations,
        new_activation_elements=fresh_elements,
        new_activation_bytes=fresh_bytes,
    )


def _arithmetic(call: Call, owned: Owned) -> _Arithmetic:
    node, cost = call.node, op_cost(call)
    entry = FORMULAS.get(node.op)
    return _Arithmetic(
        cost,
        elements_of(owned.first),
        bytes_of(list(owned.first.values())),
        elements_of(owned.shared),
        entry is not None and entry.pooling and cost.coverage == "counted",
        _derivations(call, cost, parameter_derivation(node, owned)),
        sum(spec.elements for spec in node.outputs),
        sum(spec_bytes(spec) for spec in node.outputs),
    )


def _derivations(call: Call, cost: Cost, parameters: Derivation) -> tuple[Derivation, ...]:
    """In reading order: output size, parameters, MACs, FLOPs, activation memory."""
    op, outputs = call.node.op, call.node.outputs
    sizes = [line for line in cost.derivations if line.quantity.startswith("output")]
    arithmetic = [line for line in cost.derivations if not line.quantity.startswith("output")]
    if not sizes and outputs and op != "input":
        sizes.append(output_derivation(op, call.inputs, outputs[0]))
    if cost.coverage == "free":
        arithmetic.append(Derivation("MACs", cost.note, "no multiply-adds", "0"))
    if cost.macs is not None:
        arithmetic.append(flops_derivation(cost.macs))
    if all(bytes_or_none(spec.dtype) is not None for spec in outputs):
        arithmetic.append(memory_derivation(op, outputs))
    return (*sizes, parameters, *arithmetic)


def _summed(layers: Iterable[LayerCost]) -> Totals:
    macs = pooling = params = param_bytes = elements = size = 0
    for layer in layers:
        if layer.pooling:
            pooling += layer.macs or 0
        else:
            macs += layer.macs or 0
        params += layer.params
        param_bytes += layer.param_bytes
        elements += layer.new_activation_elements
        size += layer.new_activation_bytes
    return Totals(
        macs=macs, flops=2 * macs, pooling_macs=pooling, params=params, param_bytes=param_bytes,
        activation_elements=elements, activation_bytes=size,
    )  # fmt: skip


def _notes(graph: LayerGraph, unknown: list[Node]) -> tuple[str, ...]:
    notes = [unused_note(graph)]
    if unknown:
        listed = ", ".join(f"{op} ×{n}" for op, n in Counter(node.op for node in unknown).items())
        notes.append(
            f"{len(unknown)} of {len(graph.ops)} ops have no formula ({listed}): "
            "MACs and FLOPs are lower bounds"
        )
    specs = [*(p.spec for p in graph.parameters), *(s for n in graph.nodes for s in n.outputs)]
    strange = sorted({dtype for dtype in {s.dtype for s in specs} if bytes_or_none(dtype) is None})
    if strange:
        notes.append(f"the size of dtype {', '.join(strange)} is unknown: its memory is left out")
    return tuple(note for note in notes if note)
