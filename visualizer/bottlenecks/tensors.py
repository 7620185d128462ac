"""The tensors that flow through a network, as a graph: what a cut is made of.

A vertex is a tensor, an edge says that one is computed from the other. Convolution, norm and
activation are one tensor (`fusing`). What no input reaches (weights, constants) and what no
true output needs (auxiliary heads) is not part of the flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from visualizer.bottlenecks.fusing import has_grid, is_activation, is_same_tensor
from visualizer.costs import CostReport
from visualizer.costs.units import element_bytes
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node, TensorRef, TensorSpec

Unit = Literal["numbers", "bytes"]


class Tensor(msgspec.Struct, frozen=True):
    """One tensor: `node` made it, `members` (the maker included) are fused into it.

    `width` is its size for ONE example, in the graph's unit. `shown` are the nodes to
    highlight: the maker, or for the common end of several inputs or outputs all of them
    (`node` is then ""). `grid`: it has positions beside features. `macs` are those of its
    members, pooling left out, uncovered ops too; `bent`: an activation is among them.
    """

    node: str
    shown: tuple[str, ...]
    width: int
    grid: bool
    members: tuple[str, ...] = ()
    macs: int = 0
    bent: bool = False


class TensorGraph(msgspec.Struct, frozen=True, dict=True):
    """Tensors in a topological order, every one on a path from the first to the last.

    The first is the input (several inputs have one common source before them), the last the
    output (several have one common sink). `successors[i]` are positions in `tensors`.
    `tensors` is empty when no output depends on an input.
    """

    graph: LayerGraph
    tensors: tuple[Tensor, ...]
    successors: tuple[tuple[int, ...], ...]
    side_nodes: frozenset[str] = frozenset()
    unit: Unit = "numbers"

    @cached_property
    def predecessors(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.tensors]
        for position, readers in enumerate(self.successors):
            for reader in readers:
                found[reader].append(position)
        return tuple(map(tuple, found))

    @cached_property
    def macs(self) -> int:
        """The whole network's, pooling left out."""
        return sum(tensor.macs for tensor in self.tensors)

    @cached_property
    def position_of(self) -> dict[str, int]:
        """Node id -> position of the tensor it belongs to (the first, if it makes several)."""
        found: dict[str, int] = {}
        for position, tensor in enumerate(self.tensors):
            for member in tensor.members:
                found.setdefault(member, position)
        return found


def tensor_graph(graph: LayerGraph, report: CostReport, unit: Unit = "numbers") -> TensorGraph:
    """The fused tensor graph of a network; `unit` is what widths are counted in.

    Raises UnknownDtypeError when bytes are asked for and a dtype's size is not known.
    """
    flow = _Flow(graph)
    ends = [flow.vertex_of[ref] for ref in main_outputs(graph) if ref in flow.vertex_of]
    inputs = [TensorRef(node.id) for node in graph.inputs]
    kept = flow.needed_for(ends)
    kept_set = set(kept)
    aside = flow.nodes_outside(kept)
    if not kept:
        return TensorGraph(graph, (), (), aside, unit)
    tensors = _tensors(flow, kept, report, unit)
    number = {vertex: position for position, vertex in enumerate(kept)}
    edges = [[number[r] for r in flow.readers[vertex] if r in kept_set] for vertex in kept]
    starts = [number[vertex] for vertex in inputs if vertex in kept_set]
    finals = sorted({number[vertex] for vertex in ends})
    return _with_ends(graph, tensors, edges, starts, finals, aside, unit)


def main_outputs(graph: LayerGraph) -> tuple[TensorRef, ...]:
    """The outputs that count: all but those of auxiliary heads.

    An output counts as auxiliary when the module that makes it, or one around it, has a name
    beginning with "aux" (AuxLogits, aux1, aux_classifier) and another output is left.
    """
    main = tuple(ref for ref in graph.outputs if not is_auxiliary(graph.by_id[ref.node]))
    return main or graph.outputs


def is_auxiliary(node: Node) -> bool:
    """Whether a node belongs to an auxiliary head, by the name of a module around it."""
    paths = (node.id, node.module_path, *node.scope)
    return any(part.lower().startswith("aux") for path in paths for part in path.split("."))


class _Flow:
    """Vertices (first refs of fused tensors) and their readers, found in one walk."""

    def __init__(self, graph: LayerGraph) -> None:
        self.graph = graph
        self.vertex_of: dict[TensorRef, TensorRef] = {}
        self.members: dict[TensorRef, list[str]] = {}
        self.read: dict[TensorRef, tuple[TensorRef, ...]] = {}
        self._prefixes = _ConcatPrefixes()
        for node in graph.nodes:
            self._visit(node)
        self.readers: dict[TensorRef, list[TensorRef]] = {vertex: [] for vertex in self.members}
        for vertex, sources in self.read.items():
            for source in sources:
                self.readers[source].append(vertex)

    def _visit(self, node: Node) -> None:
        if node.op == "input":
            self._start(node, ())
            return
        if family_of(node.op) == "constant":
            return  # zeros_like(x) reads a shape, not numbers
        data = [ref for ref in node.inputs if ref in self.vertex_of]
        sources = tuple(dict.fromkeys(self.vertex_of[ref] for ref in data))
        if not sources:
            return
        if len(sources) == 1 and is_same_tensor(node, self.graph.spec(data[0])):
            self.vertex_of[TensorRef(node.id)] = sources[0]
            self.members[sources[0]].append(node.id)
            return
        if family_of(node.op) == "concat":
            sources = self._prefixes.shortened(node, sources)
        self._start(node, sources)

    def _start(self, node: Node, sources: tuple[TensorRef, ...]) -> None:
        for output in range(len(node.outputs)):
            vertex = TensorRef(node.id, output)
            self.vertex_of[vertex] = vertex
            self.members[vertex] = [node.id]
            self.read[vertex] = sources

    def needed_for(self, ends: Iterable[TensorRef]) -> list[TensorRef]:
        """Vertices from which an end is reached, in execution order."""
        wanted: set[TensorRef] = set(ends)
        stack = list(wanted)
        while stack:
            for source in self.read[stack.pop()]:
                if source not in wanted:
                    wanted.add(source)
                    stack.append(source)
        return [vertex for vertex in self.members if vertex in wanted]

    def nodes_outside(self, kept: Iterable[TensorRef]) -> frozenset[str]:
        """Nodes that read an input, but are part of none of the tensors in `kept`."""
        inside = {member for vertex in kept for member in self.members[vertex]}
        return frozenset(ref.node for ref in self.vertex_of if ref.node not in inside)


class _ConcatPrefixes:
    """Concatenations that begin with an earlier one are computed from it.

    A DenseNet concatenates all earlier features anew in every layer: [a, b], [a, b, c], ...
    The second holds the first and c; sizes add up, so no minimum cut changes, and the growing
    stack is seen as one tensor that everything passes through.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, TensorRef], int] = {}
        self._made: dict[tuple[int, object], TensorRef] = {}

    def shortened(self, node: Node, sources: tuple[TensorRef, ...]) -> tuple[TensorRef, ...]:
        if len(sources) != len(node.inputs):
            return sources
        along = node.attributes.get("dim")
        prefix, best = 0, sources
        for length, source in enumerate(sources, 1):
            prefix = self._known.setdefault((prefix, source), len(self._known) + 1)
            whole = self._made.get((prefix, along))
            if whole is not None and length > 1:
                best = (whole, *sources[length:])
        self._made.setdefault((prefix, along), TensorRef(node.id))
        return best


def batch_of(graph: LayerGraph) -> int:
    """Examples in the traced batch: the inputs' common first side, else 1."""
    sides = {node.output.shape[0] for node in graph.inputs if node.output.shape}
    return (sides.pop() or 1) if len(sides) == 1 else 1


def _size(spec: TensorSpec, batch: int, unit: Unit) -> int:
    whole, rest = divmod(spec.elements, batch)
    elements = spec.elements if rest else whole  # not a multiple: shared by all examples
    return elements * element_bytes(spec.dtype) if unit == "bytes" else elements


def _tensors(
    flow: _Flow, kept: Iterable[TensorRef], report: CostReport, unit: Unit
) -> list[Tensor]:
    batch = batch_of(flow.graph)
    counted: set[str] = set()  # an op with several outputs costs once
    found = []
    for vertex in kept:
        members = flow.members[vertex]
        spec = flow.graph.spec(vertex)
        costs = [report.layers[member] for member in members if member not in counted]
        counted.update(members)
        tensor = Tensor(
            node=vertex.node,
            shown=(vertex.node,),
            width=_size(spec, batch, unit),
            grid=_positions(flow.graph, vertex),
            members=tuple(members),
            macs=sum(cost.macs or 0 for cost in costs if not cost.pooling),
            bent=any(is_activation(flow.graph.by_id[member].op) for member in members),
        )
        found.append(tensor)
    return found


def _positions(graph: LayerGraph, vertex: TensorRef) -> bool:
    """Whether a tensor has a grid; stacking vectors (two classifiers' answers) makes none."""
    node = graph.by_id[vertex.node]
    if node.op == "stack" and node.inputs:
        return has_grid("", graph.spec(node.inputs[0]))
    return has_grid(node.op, graph.spec(vertex))


def _with_ends(
    graph: LayerGraph,
    tensors: list[Tensor],
    edges: list[list[int]],
    starts: list[int],
    finals: list[int],
    aside: frozenset[str],
    unit: Unit,
) -> TensorGraph:
    """Add a common source before several inputs and a common sink behind several outputs."""
    if len(finals) > 1:
        tensors.append(common_end([tensors[final] for final in finals]))
        for final in finals:
            edges[final].append(len(tensors) - 1)
        edges.append([])
    if len(starts) > 1:
        tensors.insert(0, common_end([tensors[start] for start in starts]))
        edges = [[reader + 1 for reader in readers] for readers in edges]
        edges.insert(0, [start + 1 for start in starts])
    return TensorGraph(graph, tuple(tensors), tuple(map(tuple, edges)), aside, unit)


def common_end(parts: list[Tensor]) -> Tensor:
    """What stands for several inputs or outputs at once."""
    shown = tuple(dict.fromkeys(part.node for part in parts))
    width = sum(part.width for part in parts)
    return Tensor("", shown, width, any(part.grid for part in parts))
