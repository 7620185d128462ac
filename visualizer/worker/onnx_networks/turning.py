"""A Loop or Scan under way: what a turn is given, makes and hands on to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper

from visualizer.worker.onnx_networks.domains import is_standard
from visualizer.worker.onnx_networks.facts import Fact, Step, attributes_of
from visualizer.worker.onnx_networks.ordering import subgraphs
from visualizer.worker.onnx_networks.placing import rename

if TYPE_CHECKING:
    from visualizer.worker.onnx_networks.walk import Walker

MOST_OPS = 2_000
"""A loop of more ops, all turns together, is drawn as one."""
_MOST_TURNS = 1_000
_FIRST_SCAN_WITHOUT_BATCH = 9


class UnknownError(Exception):
    """How often it turns, or what a turn does, depends on numbers that are not known here."""


class TooLongError(Exception):
    """More turns than are drawn."""


@dataclass
class Loop:
    """A Loop or Scan under way. `states` are the tensors handed on from turn to turn, `scanned`
    those of which each turn gets a slice, `stacked` what each turn gives besides."""

    walker: Walker
    node: NodeProto
    given: Sequence[str]
    depth: int
    states: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)
    stacked: list[list[str]] = field(default_factory=list)
    going: bool = True

    def __post_init__(self) -> None:
        self.attributes = attributes_of(self.node)
        self.is_scan = self.node.op_type == "Scan"
        body = self.attributes.get("body")
        if not isinstance(body, GraphProto) or not any(self.node.output):
            raise UnknownError
        self.name = next(filter(None, self.node.output))
        self.label = self.walker.label_of(self.node)
        self._take_inputs()
        self.body = GraphProto()
        self.body.CopyFrom(body)
        self.stored = tuple(_hoisted(self.walker, self.body))
        self.states = [self._made(name) for name in self.states]
        extra = 0 if self.is_scan else 1
        self.stacked = [[] for _ in range(len(body.output) - len(self.states) - extra)]
        if len(body.input) != len(self.states) + len(self.scanned) + 2 * extra:
            raise UnknownError

    def _take_inputs(self) -> None:
        if not self.is_scan:
            self.states = list(self.given[2:])
            self.bound = self._whole(0)
            self.going = self._holds(self.given[1]) if len(self.given) > 1 else True
        else:
            if self.walker.version < _FIRST_SCAN_WITHOUT_BATCH:
                raise UnknownError
            count = int(self.attributes.get("num_scan_inputs", 0))
            cut = len(self.given) - count
            self.states, self.scanned = list(self.given[:cut]), list(self.given[cut:])
            self.bound = self._length()
        if not all((*self.states, *self.scanned)):
            raise UnknownError

    def _made(self, name: str) -> str:
        """A state of zeros that begins a loop is made by an op, as everywhere else."""
        fact = self.walker.done.facts[name]
        is_state = fact.value is not None and fact.value.size > 1 and fact.value.dtype.kind == "f"
        if fact.root or not fact.constant or not is_state:
            return name
        made = f"{self.name}[].{name}"
        fact = Fact(fact.elem_type, fact.shape)
        self._add(helper.make_node("ConstantOfShape", [], [made]), {}, fact, (self.label,))
        self.walker.done.placed.pass_on(name, made)
        return made

    def _length(self) -> int:
        """Of the axis that is scanned."""
        lengths = {self._shape(name)[self._axis(k, "input")]
                   for k, name in enumerate(self.scanned)}  # fmt: skip
        if len(lengths) != 1:
            raise UnknownError
        return lengths.pop()

    def _axis(self, number: int, side: str) -> int:
        axes = self.attributes.get(f"scan_{side}_axes", ())
        axis = int(axes[number]) if number < len(axes) else 0
        names = self.scanned if side == "input" else self.stacked[number]
        rank = len(self._shape(names[number if side == "input" else 0])) + (side == "output")
        if not -rank <= axis < rank:
            raise UnknownError
        return axis % rank

    def _shape(self, name: str) -> tuple[int, ...]:
        shape = self.walker.done.facts[name].shape
        if shape is None:
            raise UnknownError
        return shape

    def _whole(self, slot: int) -> int | None:
        """The most turns; None without a limit."""
        name = self.given[slot] if slot < len(self.given) else ""
        if not name:
            return None
        value = self.walker.done.facts[name].value
        if value is None or value.size != 1:
            raise UnknownError
        return int(value.ravel()[0])

    def _holds(self, name: str) -> bool:
        if not name:
            return True
        value = self.walker.done.facts[name].value
        if value is None or value.size != 1:
            raise UnknownError
        return bool(value.ravel()[0])

    # ----------------------------------------------------------------- all turns

    def place(self) -> None:
        """All turns, then what the loop gives."""
        done, turn = self.walker.done, 0
        done.placed.changed = True
        first = len(done.steps)
        while self.going and (self.bound is None or turn < self.bound):
            is_long = turn >= _MOST_TURNS or len(done.steps) - first > MOST_OPS
            # The first turn tells how many ops there will be, where nothing ends it early.
            ahead = (len(done.steps) - first) * (self.plain_count() or 0) if turn == 1 else 0
            if is_long or ahead > MOST_OPS or self.walker.is_tired:
                raise TooLongError
            self.turn(turn)
            turn += 1
        done.folded += 1
        done.turns.append((self.node.op_type, turn))
        for outer, state in zip(self.node.output, self.states, strict=False):
            if outer:
                self.walker.hand_out(outer, state)
        for number, outer in enumerate(self.node.output[len(self.states) :]):
            if outer:
                self._stack(number, outer)

    def plain_count(self) -> int | None:
        """How many turns a long loop makes: its limit, where nothing ends it before."""
        return self.bound if self.is_scan or self._never_ends_early() else None

    def _never_ends_early(self) -> bool:
        told, asked = self.body.output[0].name, self.body.input[1].name
        makers = {name: node for node in self.body.node for name in node.output}
        while (maker := makers.get(told)) is not None and maker.op_type == "Identity":
            told = maker.input[0]
        if told == asked:
            return self.going
        stored = self.walker.done.facts.get(told)
        value = stored.value if stored is not None and told in self.stored else None
        return value is not None and value.size == 1 and bool(value.ravel()[0])

    def _stack(self, number: int, outer: str) -> None:
        names = self.stacked[number]
        if not names or any(self._shape(n) != self._shape(names[0]) for n in names):
            raise UnknownError
        if _is_backwards(self.attributes, "output", number):
            names = names[::-1]
        axis, fact = self._stacked(number, len(names))
        made = helper.make_node("Stack", names, [outer])
        self._add(made, {"axis": axis}, fact, (self.label,))
        self.walker.done.placed.stack(names, outer, axis, self.walker.version)

    def _stacked(self, number: int, turns: int) -> tuple[int, Fact]:
        """What so many turns give besides, and the side along which it is put together."""
        name = self.stacked[number][0]
        axis = self._axis(number, "output") if self.is_scan else 0
        shape = list(self._shape(name))
        shape.insert(axis, turns)
        return axis, Fact(self.walker.done.facts[name].elem_type, tuple(shape))

    def given_out(self, turns: int) -> dict[str, Fact]:
        """What the loop gives after so many turns that are like the one that was followed."""
        facts = self.walker.done.facts
        made = [Fact(facts[name].elem_type, self._shape(name)) for name in self.states]
        made += [self._stacked(number, turns)[1] for number in range(len(self.stacked))]
        return {name: fact for name, fact in zip(self.node.output, made, strict=False) if name}

    def _add(
        self, node: NodeProto, attributes: dict[str, Any], fact: Fact, group: tuple[str, ...]
    ) -> None:
        done, loops = self.walker.done, self.walker.loops
        done.facts[node.output[0]] = fact
        home = loops[0][0] if loops else self.node
        above = tuple(part for _, parts in loops for part in parts)
        done.steps.append(
            Step(node, attributes, tuple(node.input), tuple(node.output), loop=home,
                 group=(*above, *group))
        )  # fmt: skip

    # ----------------------------------------------------------------- one turn

    def turn(self, number: int) -> None:
        """The ops of one turn; `states` and `going` are those after it."""
        walker = self.walker
        walker.loop_work += len(self.body.node) + 1
        graph = self._body_of(number)
        unknown = len(walker.done.unknown)
        walker.loops.append((self.node, (self.label, str(number))))
        try:
            walker.take(graph, self.depth + 1)
        finally:
            walker.loops.pop()
        made = [walker.done.source(value.name) for value in graph.output]
        is_known = len(walker.done.unknown) == unknown
        if not is_known or any(name not in walker.done.facts for name in made):
            raise UnknownError
        if not self.is_scan:
            self.going = self._holds(made.pop(0))
        self.states = made[: len(self.states)]
        for names_of, name in zip(self.stacked, made[len(self.states) :], strict=True):
            names_of.append(name)

    def _body_of(self, number: int) -> GraphProto:
        """The body, its tensors under names of this turn."""
        prefix = f"{self.name}[{number}]."
        names = {name: f"{prefix}{name}" for node in self.body.node for name in node.output if name}
        given = (value.name for value in self.body.input)
        names.update(zip(given, self._bound(prefix, number), strict=True))
        graph = GraphProto()
        graph.CopyFrom(self.body)
        rename(graph, names)
        return graph

    def _bound(self, prefix: str, number: int) -> Iterator[str]:
        """Names of what the body is given this time."""
        facts = self.walker.done.facts
        if not self.is_scan:
            for name, kind, value in (("turn", TensorProto.INT64, np.asarray(number, np.int64)),
                                      ("going", TensorProto.BOOL, np.asarray(True))):  # fmt: skip
                facts[prefix + name] = Fact(kind, (), value, constant=True, computed=True)
                self.walker.done.placed.constant(value, prefix + name)
                yield prefix + name
        yield from self.states
        for place, name in enumerate(self.scanned):
            yield self._slice(f"{prefix}slice{place}", name, place, number)

    def _slice(self, made: str, name: str, place: int, number: int) -> str:
        axis = self._axis(place, "input")
        shape = list(self._shape(name))
        del shape[axis]
        fact = Fact(self.walker.done.facts[name].elem_type, tuple(shape))
        node = helper.make_node("Unstack", [name], [made])
        self._add(node, {"axis": axis}, fact, (self.label, str(number)))
        if _is_backwards(self.attributes, "input", place):
            number = self._shape(name)[axis] - 1 - number
        self.walker.done.placed.part(name, made, axis, number)
        return made


def _is_backwards(attributes: Mapping[str, Any], side: str, number: int) -> bool:
    told = attributes.get(f"scan_{side}_directions", ())
    return number < len(told) and bool(told[number])


# --------------------------------------------------------------------------- the body


def _hoisted(walker: Walker, graph: GraphProto) -> Iterator[str]:
    """Takes the stored tensors out of a body, and out of graphs in it, so that all turns share
    them; gives their names. The graph reads them under these."""
    if graph.sparse_initializer:
        raise UnknownError
    names = {}
    for tensor in graph.initializer:
        names[tensor.name] = tensor.name = walker.free_name(tensor.name)
        walker.store(tensor, tensor.name)
    walker.done.placed.take_stored(graph)
    del graph.initializer[:]
    for number in reversed(range(len(graph.node))):
        node = graph.node[number]
        if node.op_type == "Constant" and is_standard(node) and node.output:
            names[node.output[0]] = node.output[0] = walker.free_name(node.output[0])
            walker.constant(node, attributes_of(node))
            walker.done.placed.take_op(node)
            del graph.node[number]
    rename(graph, names)
    yield from names.values()
    for node in graph.node:
        for inner in subgraphs(node):
            yield from _hoisted(walker, inner)
