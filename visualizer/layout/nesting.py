"""From a request to levels: which edge crosses which frames, and the ports that this needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from visualizer.layout.level import WHOLE, LevelEdge, LevelItem, LevelResult, LevelSpec
from visualizer.layout.model import LayoutItem, LayoutRequest
from visualizer.layout.solving import port_middles, solve_level

ROOT = ""

Tensor = tuple[str, str]  # source bar and tensor name
End = str | None  # an item of the level, or None for the level's own frame
EdgeKey = tuple[End, End, Tensor]
Ports = tuple[dict[Tensor, int], dict[Tensor, int]]  # numbers of those above and below


class LayoutError(ValueError):
    """The request cannot be laid out; the text says why."""


@dataclass(slots=True)
class Nest:
    """One open group while its level is being collected. Ports come with their sort keys."""

    group: str
    children: list[str] = field(default_factory=list)
    entries: dict[Tensor, tuple[int, ...]] = field(default_factory=dict)
    exits: dict[Tensor, tuple[int, ...]] = field(default_factory=dict)
    edges: dict[EdgeKey, float] = field(default_factory=dict)

    def entry_order(self) -> list[Tensor]:
        """Entry ports from left to right."""
        return sorted(self.entries, key=lambda tensor: self.entries[tensor])

    def exit_order(self) -> list[Tensor]:
        """Exit ports from left to right."""
        return sorted(self.exits, key=lambda tensor: self.exits[tensor])


@dataclass(slots=True)
class Step:
    """Part of an edge's path: edge `key` of the level of `group`."""

    group: str
    key: EdgeKey


@dataclass(slots=True)
class Nesting:
    """All open groups, parents before children, and each edge's steps from source to target."""

    nests: dict[str, Nest]
    steps: list[list[Step]]


class _Ancestry:
    """Who is inside what."""

    def __init__(self, items: tuple[LayoutItem, ...]) -> None:
        self.parent = {item.id: item.parent for item in items}
        self._paths: dict[str, tuple[str, ...]] = {ROOT: ()}
        for item in items:
            if item.group:
                self._paths[item.id] = (*self._paths[item.parent], item.id)

    def around(self, bar: str) -> tuple[str, ...]:
        """The open groups around a bar, outermost first, without the root."""
        return self._paths[self.parent[bar]]


def nest(request: LayoutRequest) -> Nesting:
    """Cut every edge at the frames it crosses. Raises LayoutError on ids that do not fit.

    Ports are sorted for lanes at the right: a tensor that is still read late leaves at the
    right, one that comes from far back arrives at the right, and streams that leave one group
    together for another keep their order.
    """
    _check(request)
    nests = {ROOT: Nest(ROOT)}
    for item in request.items:
        nests[item.parent].children.append(item.id)
        if item.group:
            nests[item.id] = Nest(item.id)
    ancestry = _Ancestry(request.items)
    order = {item.id: number for number, item in enumerate(request.items)}
    last_read: dict[Tensor, int] = {}
    for edge in request.edges:
        tensor = (edge.source, edge.tensor)
        last_read[tensor] = max(order[edge.target], last_read.get(tensor, 0))
    steps = []
    for edge in request.edges:
        tensor = (edge.source, edge.tensor)
        path, origin = _path(ancestry, edge.source, edge.target, tensor)
        exit_key = (last_read[tensor], order[edge.source])
        for step in path:
            nested = nests[step.group]
            nested.edges[step.key] = max(edge.width, nested.edges.get(step.key, 0.0))
            if step.key[0] is None:
                nested.entries[tensor] = (-order[origin], *exit_key)
            if step.key[1] is None:
                nested.exits[tensor] = exit_key
        steps.append(path)
    return Nesting(nests, steps)


def _check(request: LayoutRequest) -> None:
    groups = {ROOT}
    bars: set[str] = set()
    for item in request.items:
        if item.parent not in groups:
            raise LayoutError(f"{item.id} is inside {item.parent}, which is no group before it")
        if item.id in groups or item.id in bars:
            raise LayoutError(f"two items are called '{item.id}'")
        (groups if item.group else bars).add(item.id)
    for edge in request.edges:
        if edge.source not in bars or edge.target not in bars or edge.source == edge.target:
            raise LayoutError(f"the edge {edge.source} → {edge.target} does not join two bars")


def _path(ancestry: _Ancestry, source: str, target: str, tensor: Tensor) -> tuple[list[Step], str]:
    """The steps out of the source's groups and into the target's, and the outermost thing
    around the source that is not also around the target."""
    out, into = ancestry.around(source), ancestry.around(target)
    if out is into:  # neighbours, as nearly all are
        return [Step(out[-1] if out else ROOT, (source, target, tensor))], source
    shared = 0
    while shared < min(len(out), len(into)) and out[shared] == into[shared]:
        shared += 1
    leaving = [*out[shared:], source]  # seen from the level around each
    arriving = [*into[shared:], target]
    common = out[shared - 1] if shared else ROOT
    steps = [
        *(Step(group, (child, None, tensor)) for group, child in reversed(list(pairwise(leaving)))),
        Step(common, (leaving[0], arriving[0], tensor)),
        *(Step(group, (None, child, tensor)) for group, child in pairwise(arriving)),
    ]
    return steps, leaving[0]


@dataclass(slots=True)
class Solved:
    """A level with its geometry. `members` says, per item of the level, which child it is;
    `edge_numbers` finds an edge of the nest among the level's edges."""

    spec: LevelSpec
    result: LevelResult
    members: list[str | None]
    edge_numbers: dict[EdgeKey, int]
    item: LevelItem
    entries: list[Tensor]
    exits: list[Tensor]


def solve_nests(request: LayoutRequest, nesting: Nesting) -> dict[str, Solved]:
    """Every level's geometry, innermost first."""
    items = {item.id: item for item in request.items}
    solved: dict[str, Solved] = {}
    for group in reversed(nesting.nests):
        title_width = items[group].title_width if group else 0.0
        solved[group] = _solve(nesting.nests[group], items, solved, title_width, request)
    return solved


def _solve(
    nested: Nest,
    items: dict[str, LayoutItem],
    inner: dict[str, Solved],
    title_width: float,
    request: LayoutRequest,
) -> Solved:
    entries, exits = nested.entry_order(), nested.exit_order()
    children = _sorted_children(nested)
    widths = {key[2]: width for key, width in nested.edges.items()}
    level_items = (
        *(LevelItem("entry", widths[tensor]) for tensor in entries),
        *(_level_item(child, items, inner) for child in children),
        *(LevelItem("exit", widths[tensor]) for tensor in exits),
    )
    numbering = _Numbering(entries, children, exits, inner)
    edges = tuple(numbering.edge(key, width) for key, width in nested.edges.items())
    framed = nested.group != ROOT
    spec = LevelSpec(level_items, edges, title_width, framed, request.engine, request.flow)
    result = solve_level(spec)
    tops, bottoms = port_middles(spec, result)
    box = LevelItem(
        "box", result.width, result.height, spine=result.spine, tops=tops, bottoms=bottoms
    )
    return Solved(
        spec, result, [*[None] * len(entries), *children, *[None] * len(exits)],
        {key: number for number, key in enumerate(nested.edges)}, box, entries, exits,
    )  # fmt: skip


def _level_item(child: str, items: dict[str, LayoutItem], inner: dict[str, Solved]) -> LevelItem:
    if child in inner:
        return inner[child].item
    bar = items[child]
    among = bar.label_width if bar.label_among_others is None else bar.label_among_others
    return LevelItem(
        "bar", bar.width, bar.height, bar.label_width, bar.stacks_inputs,
        label_among_others=among, label_length=bar.label_length,
        thins=bar.thin_inputs,
    )  # fmt: skip


class _Numbering:
    """Numbers for the ends of a level's edges."""

    def __init__(
        self, entries: list[Tensor], children: list[str], exits: list[Tensor],
        inner: dict[str, Solved],
    ) -> None:  # fmt: skip
        self._entries = {tensor: k for k, tensor in enumerate(entries)}
        self._children = {child: len(entries) + k for k, child in enumerate(children)}
        first_exit = len(entries) + len(children)
        self._exits = {tensor: first_exit + k for k, tensor in enumerate(exits)}
        self._ports: dict[End, Ports] = {
            child: _ports(inner[child]) for child in children if child in inner
        }
        self._tensors: dict[Tensor, int] = {}

    def edge(self, key: EdgeKey, width: float) -> LevelEdge:
        source, target, tensor = key
        above, below = self._ports.get(source), self._ports.get(target)
        return LevelEdge(
            self._entries[tensor] if source is None else self._children[source],
            above[1].get(tensor, WHOLE) if above else WHOLE,
            self._exits[tensor] if target is None else self._children[target],
            below[0].get(tensor, WHOLE) if below else WHOLE,
            self._tensors.setdefault(tensor, len(self._tensors)),
            width,
        )


def _ports(solved: Solved) -> Ports:
    return (
        {tensor: k for k, tensor in enumerate(solved.entries)},
        {tensor: k for k, tensor in enumerate(solved.exits)},
    )


def _sorted_children(nested: Nest) -> list[str]:
    """Children in execution order, or another topological order where edges go against it.

    Raises LayoutError when the children read each other in a circle.
    """
    place = {child: number for number, child in enumerate(nested.children)}
    inner = [(s, t) for s, t, _ in nested.edges if s is not None and t is not None]
    if all(place[source] < place[target] for source, target in inner):
        return nested.children
    above: dict[str, set[str]] = {child: set() for child in nested.children}
    for source, target in inner:
        above[target].add(source)
    try:
        return list(TopologicalSorter(above).static_order())
    except CycleError as error:
        raise LayoutError(f"items read each other in a circle: {error.args[1]}") from error
