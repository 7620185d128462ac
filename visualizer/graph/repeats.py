"""Repeats: modules that stand in a row, are built alike and feed each other.

Two modules are alike when their ops agree one by one in kind, attributes, output shapes and
shapes of their weights, and read the same places: the same op of their own module, or a tensor
of the same shape from outside. A run is `units` of one or more such modules (Swin alternates
two kinds of blocks), at least three of them, each of which reads the one before in the same
place and everything else from where the one before it did.

A run becomes a group of a second hierarchy, between the modules and what is around them; a
module that holds nothing but a run is that group. A run of four or more holds its first unit,
and all others as a run of their own: opened, it shows one of them, and the rest once more as
one. The first hierarchy stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from visualizer.graph.folding import MOST_BARS
from visualizer.graph.hierarchy import ROOT, Group, Hierarchy
from visualizer.graph.model import LayerGraph, Node, TensorRef

FEWEST = 3
CLEARLY_MANY = 4
_LONGEST_UNIT = 6  # Gemma 3 repeats five blocks with a window and one without


class Run(NamedTuple):
    """Members number `first` to `first + times * length` of a group: `times` units of `length`."""

    first: int
    length: int
    times: int


class _Form(NamedTuple):
    """How some ops are built, and the tensors they read from elsewhere, in order."""

    built: tuple[object, ...]
    read: tuple[TensorRef, ...]


def with_repeats(graph: LayerGraph, hierarchy: Hierarchy) -> Hierarchy:
    """The hierarchy with a group around each run, called as its first and last module:
    `layer3.1…35`. Itself when nothing repeats, or they are there."""
    if runs_of(hierarchy):
        return hierarchy
    groups: dict[str, Group] = {}
    moved: dict[str, str] = {}
    forms = _Forms(graph)
    for group in hierarchy.groups.values():
        found = tuple(_runs(group, hierarchy, forms))
        if group.id != ROOT and found and found[0].length * found[0].times == len(group.members):
            run = found[0]
            whole = msgspec.structs.replace(group, repeats=run.times, unit=run.length)
            made = _with_rest(whole, hierarchy)
        else:
            runs = [_group_of(run, group, hierarchy) for run in found]
            around = msgspec.structs.replace(group, members=_members_with(group, found, runs))
            made = [around, *(one for run in runs for one in _with_rest(run, hierarchy))]
        groups |= {one.id: one for one in made}
        moved.update((member, one.id) for one in made for member in one.members)
    if not any(group.repeats > 1 for group in groups.values()):
        return hierarchy
    for name in moved.keys() & groups.keys():
        groups[name] = msgspec.structs.replace(groups[name], parent=moved[name])
    return Hierarchy(groups)


def runs_of(hierarchy: Hierarchy) -> tuple[Group, ...]:
    """The groups that stand for runs, from the first of them on."""
    runs = [group for group in hierarchy.groups.values() if group.repeats > 1]
    rests = {member for run in runs for member in run.members[run.unit :]}
    return tuple(run for run in runs if run.id not in rests)


def first_shown(group: Group) -> frozenset[str]:
    """What is opened with a group, so that one of a run is seen."""
    shows_one = group.repeats >= CLEARLY_MANY and group.unit == 1 and len(group.members) == 2
    return frozenset(group.members[:1]) if shows_one else frozenset()


def first_of(group: Group) -> Group:
    """The first of the units that repeat in a group, as a group; itself where none do."""
    if group.repeats == 1:
        return group
    nodes = group.nodes[: len(group.nodes) // group.repeats]
    members = group.members[: group.unit]
    return msgspec.structs.replace(group, members=members, nodes=nodes, repeats=1)


def shorten(repeated: Hierarchy, hierarchy: Hierarchy, opened: frozenset[str]) -> bool:
    """Whether there is a run of four or more that is not seen when these modules are open, or
    that is seen as more bars than there is room for."""
    seen = {ROOT, *opened}
    return any(
        run.repeats >= CLEARLY_MANY
        and (run.repeats * run.unit > MOST_BARS or hierarchy.parent_of[run.members[0]] not in seen)
        for run in runs_of(repeated)
    )


def _members_with(group: Group, runs: tuple[Run, ...], made: list[Group]) -> tuple[str, ...]:
    """The members of a group with each run as one."""
    members = list(group.members)
    for run, one in zip(reversed(runs), reversed(made), strict=True):
        members[run.first : run.first + run.length * run.times] = [one.id]
    return tuple(members)


def _group_of(run: Run, around: Group, hierarchy: Hierarchy) -> Group:
    members = around.members[run.first : run.first + run.length * run.times]
    kinds = {hierarchy.groups[member].type_name for member in members}
    name = f"{members[0]}…{_last_word(members[0], members[-1])}"
    nodes = tuple(node for member in members for node in hierarchy.groups[member].nodes)
    type_name = kinds.pop() if len(kinds) == 1 else ""
    return Group(name, name, type_name, around.id, members, nodes, run.times, run.length)


def _with_rest(run: Group, hierarchy: Hierarchy) -> list[Group]:
    """A run, and where it is long the run of all but the first unit that it holds."""
    if run.repeats < CLEARLY_MANY:
        return [run]
    rest = _group_of(Run(run.unit, run.unit, run.repeats - 1), run, hierarchy)
    return [msgspec.structs.replace(run, members=(*run.members[: run.unit], rest.id)), rest]


def _last_word(first: str, last: str) -> str:
    """What of `last` is to be said after `first`: `35` after `layer3.1`."""
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    while same and first[same - 1].isdigit():
        same -= 1
    return last[same:]


def _runs(group: Group, hierarchy: Hierarchy, forms: _Forms) -> Iterator[Run]:
    """Runs among the members of a group, the longest from each place on."""
    members = [hierarchy.groups.get(member) for member in group.members]
    nodes = [member.nodes if member is not None else () for member in members]
    first = 0
    while first < len(members):
        ahead = nodes[first : first + _LONGEST_UNIT * FEWEST]
        room = next((number for number, one in enumerate(ahead) if not one), len(ahead))
        lengths = range(1, room // FEWEST + 1)
        found = (_run_from(nodes, first, length, forms) for length in lengths)
        run = next((run for run in found if run.times >= FEWEST), None)
        if run is not None:
            yield run
        first += run.length * run.times if run is not None else 1


def _run_from(nodes: list[tuple[str, ...]], first: int, length: int, forms: _Forms) -> Run:
    """How often the unit of `length` members from `first` on comes again."""

    def unit(number: int) -> tuple[str, ...]:
        start = first + number * length
        parts = nodes[start : start + length]
        whole = len(parts) == length and all(parts)
        return tuple(node for part in parts for node in part) if whole else ()

    count, step = 1, None
    before, after = unit(0), unit(1)
    while before and len(before) == len(after):
        found = forms.step(before, after)
        if found is None or (step is not None and found != step):
            break
        count, step = count + 1, found
        before, after = after, unit(count)
    return Run(first, length, count)


class _Forms:
    """The forms of units of ops, each worked out once."""

    def __init__(self, graph: LayerGraph) -> None:
        self._graph = graph
        self._kinds: dict[str, object] = {}
        self._known: dict[tuple[str, ...], _Form] = {}

    def step(self, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[object, ...] | None:
        """From where `after` reads what comes from outside: from a place in `before`, or from
        where `before` read it. None when they are not alike, or it reads anything else."""
        if any(self._kind(a) != self._kind(b) for a, b in zip(before, after, strict=True)):
            return None
        first, second = self._form(before), self._form(after)
        if first.built != second.built:
            return None
        place = {node: number for number, node in enumerate(before)}
        step: list[object] = []
        for old, new in zip(first.read, second.read, strict=True):
            if new.node not in place and new != old:
                return None
            step.append((place[new.node], new.output) if new.node in place else None)
        return tuple(step) if any(step) else None

    def _form(self, nodes: tuple[str, ...]) -> _Form:
        if nodes not in self._known:
            self._known[nodes] = self._work_out(nodes)
        return self._known[nodes]

    def _work_out(self, nodes: tuple[str, ...]) -> _Form:
        graph, place = self._graph, {node: number for number, node in enumerate(nodes)}
        read = [ref for name in nodes for ref in graph.by_id[name].inputs]
        built = tuple(
            (place[ref.node], ref.output) if ref.node in place else graph.spec(ref) for ref in read
        )
        return _Form(built, tuple(ref for ref in read if ref.node not in place))

    def _kind(self, name: str) -> object:
        if name not in self._kinds:
            self._kinds[name] = _kind_of(self._graph, self._graph.by_id[name])
        return self._kinds[name]


def _kind_of(graph: LayerGraph, node: Node) -> object:
    """Everything of an op but its name and what it reads."""
    weights = tuple((role, graph.parameter_spec(node, role)) for role in sorted(node.parameters))
    attributes = tuple(sorted(node.attributes.items()))
    return (
        node.op, node.kind, len(node.scope), len(node.inputs), node.outputs, attributes, weights,
        node.training_only,
    )  # fmt: skip
