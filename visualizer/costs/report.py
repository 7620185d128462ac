"""The cost report of a whole layer graph: one walk, one entry an op, and their sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from visualizer.costs.derive import flops_derivation, memory_derivation
from visualizer.costs.formulas import free_cost
from visualizer.costs.formulas.operations import counted_operations
from visualizer.costs.memory import new_elements_and_bytes, peak_activations, spec_bytes
from visualizer.costs.model import Cost, Derivation, LayerCost, Lines, ReceptiveField, Totals
from visualizer.costs.output_sizes import channels_derivation, output_derivation
from visualizer.costs.parameters import (
    NOTHING,
    Owned,
    bytes_of,
    bytes_or_none,
    elements_of,
    kept_buffers,
    ownership,
    parameter_derivation,
    total_elements,
    unused,
    unused_note,
)
from visualizer.costs.receptive_field import receptive_fields
from visualizer.costs.registry import FORMULAS, Call, MissingFactError, uncovered, views_of
from visualizer.costs.settings import Counting
from visualizer.costs.units import ops_text
from visualizer.graph.model import LayerGraph, Node, Parameter


class Share(msgspec.Struct, frozen=True):
    """A layer's part of the network's totals, 0..1; None where the total is 0 or unknown, and
    for a layer that runs only in training, which is part of no total.

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
        if layer.training_only:
            return Share(None, None, None)
        macs = None if layer.pooling else layer.macs
        return Share(
            _ratio(macs, totals.macs),
            _ratio(layer.params, totals.params),
            _ratio(layer.new_activation_bytes, totals.activation_bytes),
        )


def _ratio(part: int | None, whole: int) -> float | None:
    return part / whole if part is not None and whole else None


_BY_CONVENTION = Counting()


def cost_report(
    graph: LayerGraph,
    counting: Counting = _BY_CONVENTION,
    fields: Mapping[str, ReceptiveField | None] | None = None,
) -> CostReport:
    """Costs of every op and of the network; shapes only, no weights are read.

    `counting` says what is added to the MACs besides multiply-adds. `fields`, when given, are
    the receptive fields of all nodes, known from the same network at another batch.

    `totals.params` counts every parameter once, run or not, but leaves out those that only
    training needs; activations are summed over all ops whose output is new memory, the
    network's inputs left out.
    """
    owned = ownership(graph)
    calls = views_of(graph)
    fields = receptive_fields(graph, calls) if fields is None else fields
    known: dict[Hashable, _Arithmetic] = {}
    layers = {
        name: _layer_cost(call, owned.get(name, NOTHING), fields[name], known, counting)
        for name, call in calls.items()
    }
    peak = peak_activations(graph.in_evaluation)
    heads = _summed(layers[node.id] for node in graph.training_ops)
    idle = unused(graph)
    totals = msgspec.structs.replace(
        _summed(layers[node.id] for node in graph.ops),
        params=total_elements(graph) - heads.params,
        param_bytes=bytes_of([p for p in graph.parameters if not p.is_buffer]) - heads.param_bytes,
        buffer_bytes=bytes_of(kept_buffers(graph)),
        peak_activation_bytes=peak.bytes,
        training_only_params=heads.params,
        training_only_macs=heads.macs,
        unused_params=sum(parameter.spec.elements for parameter in idle),
    )
    unknown = [node for node in graph.ops if layers[node.id].cost.coverage == "uncovered"]
    names = tuple(dict.fromkeys(node.op for node in unknown))
    return CostReport(layers, totals, names, _notes(graph, unknown, idle), peak.node)


def group_totals(report: CostReport, graph: LayerGraph, node_ids: Iterable[str]) -> Totals:
    """Costs of a folded module: the sums over its ops.

    A parameter that an op outside uses first is not counted here. The peak is that of running
    the group alone (`peak_activations`); `unused_params` is 0, as what never ran is in no group.
    An auxiliary head inside is left out and stands in `training_only_*`; the totals of a head
    itself are its own.
    """
    given = list(node_ids)
    names = graph.counted(given)
    heads = _summed(report.layers[name] for name in set(given) - set(names))
    is_head = any(report.layers[name].training_only for name in names)
    alone = graph if is_head else graph.in_evaluation
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
        peak_activation_bytes=peak_activations(alone, names).bytes,
        training_only_params=heads.params,
        training_only_macs=heads.macs,
    )


def op_cost(call: Call, counting: Counting = _BY_CONVENTION) -> Cost:
    """Arithmetic of one op: by its formula, known to be free, or uncovered with the reason."""
    entry = FORMULAS.get(call.node.op)
    if entry is None:
        known = counted_operations(call, counting) or free_cost(call)
        return known or uncovered(f"no formula for {call.node.op}")
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
    activation_elements: int
    activation_bytes: int
    new_activation_elements: int
    new_activation_bytes: int


def _layer_cost(
    call: Call,
    owned: Owned,
    field: ReceptiveField | None,
    known: dict[Hashable, _Arithmetic],
    counting: Counting,
) -> LayerCost:
    """All costs of one op; `known` remembers the arithmetic, as networks repeat their blocks."""
    node = call.node
    op = node.op
    key = (
        op, call.inputs, node.outputs, node.aliases,
        # Only formulas read attributes: ops that differ in a factor are free alike.
        tuple(node.attributes.items()) if op in FORMULAS else (),
        # Its parameters by role, and which of them it is the first to use.
        () if owned is NOTHING else (
            *call.parameters.items(), tuple(owned.first), tuple(owned.shared)
        ),
    )  # fmt: skip
    same = known.get(key)
    if same is None:
        same = known[key] = _arithmetic(call, owned, counting)
    cost, params, param_bytes, shared, pooling, elements, size, new_elements, new_bytes = same
    return LayerCost(
        node.id, cost, params, param_bytes, elements, size, shared, field, pooling,
        Lines(_derivations, call, cost, owned), new_elements, new_bytes, node.training_only,
    )  # fmt: skip


def _arithmetic(call: Call, owned: Owned, counting: Counting) -> _Arithmetic:
    node, cost = call.node, op_cost(call, counting)
    entry = FORMULAS.get(node.op)
    apart = entry is not None and entry.pooling and not counting.pooling
    return _Arithmetic(
        cost,
        elements_of(owned.first),
        bytes_of(list(owned.first.values())),
        elements_of(owned.shared),
        apart and cost.coverage == "counted",
        sum(spec.elements for spec in node.outputs),
        sum(spec_bytes(spec) for spec in node.outputs),
        *new_elements_and_bytes(node),
    )


def _derivations(call: Call, cost: Cost, owned: Owned) -> tuple[Derivation, ...]:
    """In reading order: output channels and size, parameters, MACs, FLOPs, activation memory."""
    op, outputs = call.node.op, call.node.outputs
    sizes = [line for line in cost.derivations if line.quantity.startswith("output")]
    arithmetic = [line for line in cost.derivations if not line.quantity.startswith("output")]
    if not sizes and outputs and op != "input":
        sizes.append(output_derivation(call))
    if (channels := channels_derivation(call)) is not None:
        sizes.insert(0, channels)
    if cost.coverage == "free":
        arithmetic.append(Derivation("MACs", cost.note, "no multiply-adds", "0"))
    if cost.macs is not None:
        arithmetic.append(flops_derivation(cost.macs))
    if all(bytes_or_none(spec.dtype) is not None for spec in outputs):
        arithmetic.append(memory_derivation(op, outputs))
    return (*sizes, parameter_derivation(call.node, owned), *arithmetic)


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


def _notes(graph: LayerGraph, unknown: list[Node], idle: tuple[Parameter, ...]) -> tuple[str, ...]:
    notes = [unused_note(graph, idle)]
    if unknown:
        listed = ", ".join(f"{op} ×{n}" for op, n in Counter(node.op for node in unknown).items())
        have = "has" if len(unknown) == 1 else "have"
        notes.append(
            f"{len(unknown)} of {ops_text(len(graph.ops))} {have} no formula ({listed}): "
            "MACs and FLOPs are lower bounds"
        )
    specs = [*(p.spec for p in graph.parameters), *(s for n in graph.nodes for s in n.outputs)]
    strange = sorted({dtype for dtype in {s.dtype for s in specs} if bytes_or_none(dtype) is None})
    if strange:
        notes.append(f"the size of dtype {', '.join(strange)} is unknown: its memory is left out")
    return tuple(note for note in notes if note)
