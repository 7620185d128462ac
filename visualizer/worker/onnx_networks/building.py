"""From the walk over an ONNX file to the layer graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onnx import ModelProto, helper

from visualizer.costs.registry import FORMULAS, Call
from visualizer.costs.report import op_cost
from visualizer.costs.units import ops_text
from visualizer.graph.model import LayerGraph, Module, Node, Parameter, TensorRef, TensorSpec
from visualizer.worker.onnx_networks.domains import is_standard
from visualizer.worker.onnx_networks.facts import Fact, Step, Walk
from visualizer.worker.onnx_networks.naming import GENERATED, Place, Places, places
from visualizer.worker.onnx_networks.ordering import title
from visualizer.worker.onnx_networks.placing import Placed
from visualizer.worker.onnx_networks.plain_ops import ELEMENTWISE
from visualizer.worker.onnx_networks.signature import Signature
from visualizer.worker.onnx_networks.translate import translated
from visualizer.worker.onnx_networks.views import Attributes, Translated, View

_WITH_SUBGRAPH = ("If", "Loop", "Scan")
_WHOLE = ("int64", "int32", "bool", "uint8", "string")
_LONGEST_LINE = 160


@dataclass
class Built:
    """The graph, the name of each node's first output, among the ops as `placed`, and the
    conditions of Ifs that a run has `decided`."""

    graph: LayerGraph
    tensors: dict[str, str]
    placed: Placed
    decided: dict[str, bool]


@dataclass(frozen=True)
class _Op:
    step: Step
    view: View
    told: Translated
    parameters: dict[str, str]


def build_graph(
    model: ModelProto, walked: Walk, signature: Signature, name: str, route: str
) -> Built:
    """The layer graph of what was walked; every output's shape has to be known by now."""
    ops = _ops(model, walked, signature)
    names = _input_names(signature)
    where = places(
        [op.step.node for op in ops], [op.told.op for op in ops],
        [_owner(op.parameters) for op in ops], list(names.values()),
        [(op.step.loop, op.step.group) for op in ops],
    )  # fmt: skip
    builder = _Builder(walked, model, _needed(model, walked, ops))
    for one, spec in zip(signature.declared, signature.inputs, strict=True):
        builder.add_input(one.name, names[one.name], TensorSpec(spec.shape, one.dtype))
    for op, place in zip(ops, where.of, strict=True):
        builder.add(op, place)
    outputs = [walked.source(value.name) for value in model.graph.output]
    graph = LayerGraph(
        name=name,
        nodes=tuple(builder.nodes),
        outputs=tuple(builder.refs[source] for source in outputs if source in builder.refs),
        parameters=tuple(_parameters(walked, ops)),
        modules=_modules(where, name),
        route=route,
        notes=(*signature.notes, *_notes(walked, ops)),
        assumed=tuple(names[one] for one in signature.chosen),
    )
    return Built(graph, builder.tensors, walked.placed, walked.decided)


def _ops(model: ModelProto, walked: Walk, signature: Signature) -> list[_Op]:
    moving = {one.name for one in signature.declared}
    moving |= {name for step in walked.steps for name in step.outputs}
    by_torch = model.producer_name == "pytorch"
    found: list[_Op] = []
    for step in walked.steps:
        op = _op(step, walked, moving, by_torch)
        for name in _moving_names(op):
            if name not in moving:
                moving.add(name)
                found.append(_constant(name, step, walked))
        found.append(op)
    return found


def _op(step: Step, walked: Walk, moving: set[str], by_torch: bool) -> _Op:
    """The op; where its cost depends on numbers worked out from shapes, those arrive at it too."""
    slots = frozenset(k for k, name in enumerate(step.inputs) if name in moving)
    op = _op_with(slots, step, walked, moving, by_torch)
    worked_out = _worked_out(op)
    if worked_out and op.told.op in FORMULAS and _macs(op, walked) is None:
        return _op_with(slots | worked_out, step, walked, moving, by_torch)
    return op


def _op_with(
    slots: frozenset[int], step: Step, walked: Walk, moving: set[str], by_torch: bool
) -> _Op:
    given = tuple(walked.facts[name] if name else None for name in step.inputs)
    made = tuple(walked.facts[name] for name in step.outputs)
    view = View(step, given, made, slots)
    told = translated(view)
    if step.turns:
        told.attributes.update(_turning(step, walked, moving))
    roles = {**_roles(view, told, by_torch), **_inner_roles(step, walked)}
    return _Op(step, view, told, roles)


def _worked_out(op: _Op) -> frozenset[int]:
    """Slots of operands that are neither stored nor made by an op: positions, states of zeros."""
    given = op.view.given
    operands = range(len(given)) if op.told.order is None else op.told.order
    facts = ((slot, given[slot]) for slot in operands if slot < len(given))
    return frozenset(slot for slot, fact in facts
                     if fact is not None and fact.computed and not fact.is_number)  # fmt: skip


def _constant(name: str, reader: Step, walked: Walk) -> _Op:
    """An op that gives what was worked out from shapes, beside the one that needs it."""
    node = helper.make_node("Constant", [], [name], reader.node.name)
    node.metadata_props.extend(reader.node.metadata_props)
    step = Step(node, {}, (), (name,), loop=reader.loop, group=reader.group)
    view = View(step, (), (walked.facts[name],), frozenset())
    return _Op(step, view, Translated("constant"), {})


# --------------------------------------------------------------------------- long loops


def _turning(step: Step, walked: Walk, moving: set[str]) -> Attributes:
    """How often a loop turns, and the MACs of one turn where all its ops have formulas."""
    moving = moving | {name for inner in step.body for name in inner.outputs}
    macs = [_macs(_op(inner, walked, moving, False), walked) for inner in step.body]
    found: Attributes = {"turns": step.turns}
    if all(count is not None for count in macs):
        found["macs_each_turn"] = sum(count or 0 for count in macs)
    return found


def _macs(op: _Op, walked: Walk) -> int | None:
    """MACs of an op that is not drawn; those of pooling stand apart, so they are left out."""
    told, made = op.told, tuple(fact.spec for fact in op.view.made if fact.shape is not None)
    given = tuple(walked.facts[name].spec for name in _moving_names(op))
    weights = {role: walked.weights[name] for role, name in op.parameters.items()}
    node = Node("", told.op, outputs=made, attributes=told.attributes)
    entry = FORMULAS.get(told.op)
    cost = op_cost(Call(node, given, weights))
    return 0 if entry is not None and entry.pooling and cost.macs else cost.macs


def _moving_names(op: _Op) -> list[str]:
    """The tensors that arrive at an op, operands first."""
    slots = range(len(op.step.inputs))
    first = [slot for slot in op.told.order or () if slot in slots]
    return [op.step.inputs[slot] for slot in dict.fromkeys((*first, *slots))
            if slot in op.view.moving]  # fmt: skip


def _roles(view: View, told: Translated, by_torch: bool) -> dict[str, str]:
    """Role and name of the stored tensors that are operands."""
    found: dict[str, str] = {}
    operands = told.order if told.order is not None else range(len(view.given))
    for slot in operands:
        fact = view.given[slot] if slot < len(view.given) else None
        if fact is None or slot in view.moving or not fact.root:
            continue
        is_weight = slot in told.roles and view.step.node.op_type not in ELEMENTWISE
        if is_weight or fact.is_weight or (by_torch and _is_named_scalar(fact)):
            found[told.roles.get(slot, f"input_{slot}")] = fact.root
    return found


def _inner_roles(step: Step, walked: Walk) -> dict[str, str]:
    """The weights that the graphs of an If, a Loop or a Scan read."""
    facts = (walked.facts[name] for name in step.outer)
    roots = dict.fromkeys(fact.root for fact in facts if fact.is_weight)
    return {f"inside_{number}": root for number, root in enumerate(roots)}


def _is_named_scalar(fact: Fact) -> bool:
    """A learned number: torch names its own "blocks.0.scale"."""
    named = "." in fact.root and not GENERATED.match(fact.root)
    return fact.is_number and named and fact.spec.dtype.startswith(("float", "bfloat"))


def _owner(parameters: dict[str, str]) -> str:
    """The module whose weight an op reads: layer1.0.conv1 of layer1.0.conv1.weight."""
    weight = parameters.get("weight", "")
    return "" if GENERATED.match(weight) else weight.rpartition(".")[0]


def _input_names(signature: Signature) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in signature.declared:
        base = one.name.strip("/").replace(".", "_").replace("#", "_")[:120] or "input"
        name, number = base, 1
        while name in names.values():
            number += 1
            name = f"{base}_{number}"
        names[one.name] = name
    return names


def _needed(model: ModelProto, walked: Walk, ops: Sequence[_Op]) -> set[str]:
    """Tensors that somebody reads."""
    read = {walked.source(value.name) for value in model.graph.output}
    for op in ops:
        read.update(op.step.inputs)
        read.update(op.step.outer)
    return read


class _Builder:
    def __init__(self, walked: Walk, model: ModelProto, needed: set[str]) -> None:
        self.nodes: list[Node] = []
        self.refs: dict[str, TensorRef] = {}
        self.tensors: dict[str, str] = {}
        self._walked = walked
        self._needed = needed

    def add_input(self, tensor: str, name: str, spec: TensorSpec) -> None:
        self.nodes.append(Node(name, "input", outputs=(spec,), aliases=(-1,)))
        self.refs[tensor] = TensorRef(name)
        self.tensors[name] = tensor

    def add(self, op: _Op, place: Place) -> None:
        step = op.step
        outputs = [t for k, t in enumerate(step.outputs) if k == 0 or t in self._needed]
        inputs = self._inputs(op)
        shares = op.told.shares and len(inputs) == 1
        self.nodes.append(
            Node(
                id=place.id,
                op=op.told.op,
                module_path=place.path,
                module_type=place.type_name,
                call_index=place.call_index,
                inputs=inputs,
                outputs=tuple(self._walked.facts[name].spec for name in outputs),
                attributes=op.told.attributes,
                parameters=op.parameters,
                scope=place.scope,
                aliases=tuple(0 if shares and k == 0 else -1 for k in range(len(outputs))),
                source_line=_line(step),
            )
        )
        for number, name in enumerate(outputs):
            self.refs[name] = TensorRef(place.id, number)
        if outputs:
            self.tensors[place.id] = outputs[0]

    def _inputs(self, op: _Op) -> tuple[TensorRef, ...]:
        names = _moving_names(op)
        names += [name for name in op.step.outer if name in self.refs]
        return tuple(self.refs[name] for name in names)


def _line(step: Step) -> str:
    """`Conv /layer1/conv1/Conv → tensor`: the op in the file's own words."""
    node = step.node
    domain = f"{node.domain}." if not is_standard(node) else ""
    return f"{domain}{title(node)} → {', '.join(step.outputs)}"[:_LONGEST_LINE]


def _parameters(walked: Walk, ops: Sequence[_Op]) -> Iterator[Parameter]:
    """Weights, then what is only state: statistics, scales, tables of numbers."""
    roles: dict[str, bool] = {}
    for op in ops:
        for role, name in op.parameters.items():
            state = _is_state(op, role, walked.weights[name])
            roles[name] = roles.get(name, True) and state
    read = {name for node in walked.placed.ops for name in node.input}
    read |= {fact.root for name, fact in walked.facts.items() if fact.root and fact.root != name}
    used = {step_input for op in ops for step_input in op.step.inputs}
    for wanted in (False, True):
        for name, spec in walked.weights.items():
            if name in roles:
                is_state = roles[name]
            elif spec.elements > 1 and _is_stored(name, spec, used, read, walked):
                is_state = name in used or GENERATED.match(name) is not None
            else:
                continue
            if is_state == wanted:
                yield Parameter(name, spec, is_state)


def _is_stored(name: str, spec: TensorSpec, used: set[str], read: set[str], walked: Walk) -> bool:
    """A tensor of numbers that no op has as an operand: a scale, or one that nobody reads."""
    if spec.dtype in _WHOLE:
        return walked.facts[name].value is None
    return name in used or name not in read or walked.facts[name].value is None


def _is_state(op: _Op, role: str, spec: TensorSpec) -> bool:
    slots = {slot for slot, told in op.told.roles.items() if told == role}
    if slots:
        if slots & op.told.buffers:
            return True
        if op.step.node.op_type not in ELEMENTWISE:
            return False
    name = op.parameters[role]
    return spec.dtype in _WHOLE or GENERATED.match(name) is not None


def _modules(where: Places, name: str) -> tuple[Module, ...]:
    return (Module("", name), *where.modules.values())


def _notes(walked: Walk, ops: Sequence[_Op]) -> Iterator[str]:
    if walked.folded:
        yield (
            f"{ops_text(walked.folded)} of the file {'carries' if walked.folded == 1 else 'carry'} "
            f"no activations and {'is' if walked.folded == 1 else 'are'} not drawn: "
            "constants, sizes of tensors, renamed or re-laid weights"
        )
    yield from _loop_notes(walked, ops)


def _loop_notes(walked: Walk, ops: Sequence[_Op]) -> Iterator[str]:
    for kind, turns in walked.turns:
        yield f"a {kind} of {turns:,} {'turn' if turns == 1 else 'turns'} is drawn turn by turn"
    if walked.decided:
        yield (
            f"{_counted(len(walked.decided), 'If')} on numbers of the input: drawn is the branch "
            "taken on made-up inputs"
        )
    for op in ops:
        if op.step.turns:
            kind = op.step.node.op_type
            yield f"a {kind} of {op.step.turns:,} turns is shown as one op that counts them all"
    unknown = Counter(op.step.node.op_type for op in ops if _is_unknown(op.step))
    for kind, count in unknown.items():
        whose = "their own: shown as one op each" if count > 1 else "its own: shown as one op"
        yield f"{count} {kind} with a graph of {whose}; MACs inside are not counted, weights are"


def _is_unknown(step: Step) -> bool:
    return step.node.op_type in _WITH_SUBGRAPH and not step.turns


def _counted(count: int, what: str) -> str:
    return f"1 {what} depends" if count == 1 else f"{count:,} {what}s depend"
