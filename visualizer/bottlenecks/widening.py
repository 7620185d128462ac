"""What more channels in some layers cost: there, and in every layer that reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

import msgspec

from visualizer.bottlenecks.tensors import TensorGraph
from visualizer.graph.families import family_of
from visualizer.graph.model import Node

_PASS_ON = ("norm", "activation", "pool")
_COPIES = ("pad", "interpolate", "upsample", "contiguous", "clone", "to")


class Widening(msgspec.Struct, frozen=True):
    """More MACs of a pass: `there` in the widened layers, `readers` in those that read them.

    `stopped_at` is the first op through which the new channels cannot be followed, "" when
    all of them are: then nothing else gets dearer. `weights` are what all these layers have
    more, biases left out; a shared one counts once.
    """

    there: int
    readers: int
    stopped_at: str = ""
    weights: int = 0

    @property
    def macs(self) -> int | None:
        """All in all, None when something could not be followed."""
        return None if self.stopped_at else self.there + self.readers


def features(node: Node) -> int:
    """Channels of a convolution's or a pool's output, features of a linear layer's."""
    shape = node.output.shape
    return shape[-1] if family_of(node.op) == "linear" else shape[1]


def widening(tensors: TensorGraph, widths: Mapping[str, int]) -> Widening:
    """What it costs to give convolutions and linear layers other numbers of filters, by node;
    or a pool other numbers of channels, which costs nothing there.

    A filter costs what it costs now, a reader (its filters kept) as much more as it reads
    more channels. A depthwise convolution gets a filter for each new channel.
    """
    walk = _Walk(tensors, widths)
    walk.run()
    there = sum(
        _macs(tensors, node) * (get - have) // have
        for node, get in widths.items()
        if (have := features(tensors.graph.by_id[node]))
    )
    return Widening(there, walk.more, walk.stopped_at, walk.weights)


def layers_behind(
    tensors: TensorGraph, positions: Sequence[int]
) -> tuple[tuple[Node, ...], str | None]:
    """The convolutions and linear layers whose features make up some tensors, in their order,
    looked for through pools and concatenations; and what hinders, if something does."""
    found: dict[str, Node] = {}
    stack = list(reversed(positions))
    while stack:
        position = stack.pop()
        node = tensors.graph.by_id.get(tensors.tensors[position].node)
        if node is None or node.op == "input":
            return (), "it is made of the network's input, which has the channels it has"
        family = family_of(node.op)
        if family in ("conv", "linear"):
            found[node.id] = node
        elif family in ("pool", "concat") or node.op == "channel_shuffle":
            stack.extend(reversed(tensors.predecessors[position]))
        else:
            return (), f"{node.id} ({node.op}) has no filters, all that it reads would widen too"
    return tuple(found.values()), None


class _Walk:
    """Goes through the ops that read something widened, in the order of execution, and keeps
    how many features each one gives more."""

    def __init__(self, tensors: TensorGraph, widths: Mapping[str, int]) -> None:
        self.more, self.stopped_at = 0, ""
        self.weights = 0
        self._holders: dict[str, str] = {}  # of a shared weight the first layer widens it
        self._tensors = tensors
        self._widths = widths
        self._extra: dict[str, int] = {}

    def run(self) -> None:
        """Until nothing more is read, or something stops."""
        graph = self._tensors.graph
        waiting = sorted(graph.index[name] for name in self._widths)
        seen = set(waiting)
        while waiting and not self.stopped_at:
            node = graph.nodes[heappop(waiting)]
            self._visit(node)
            readers = graph.consumers.get(node.id, ()) if node.id in self._extra else ()
            for reader in {graph.index[name] for name in readers} - seen:
                seen.add(reader)
                heappush(waiting, reader)

    def _visit(self, node: Node) -> None:
        extras = [self._extra.get(ref.node, 0) for ref in node.inputs]
        if any(extras) and node.id in self._tensors.position_of:
            self._read(node, extras)
        if node.id in self._widths:
            have, more = features(node), self._widths[node.id] - features(node)
            self._extra[node.id] = more
            self._add_weights(node, more, max(have, 1))

    def _add_weights(self, node: Node, more: int, have: int) -> None:
        """`more` of `have` features of a layer's weights; there may be none, as in a pool."""
        spec = self._tensors.graph.parameter_spec(node, "weight")
        if spec is None:
            return
        if self._holders.setdefault(node.parameters["weight"], node.id) == node.id:
            self.weights += math.prod(spec.shape) * more // have

    def _read(self, node: Node, extras: list[int]) -> None:
        family = family_of(node.op)
        if family in ("conv", "linear") and not any(extras[1:]):
            self._weighted(node, extras[0])
        elif (family == "concat" and _joins_features(node)) or _passes_on(node, extras):
            self._extra[node.id] = sum(extras)
        elif node.op == "flatten" and len(node.output.shape) == 2:
            per_channel = node.output.shape[1] // self._read_features(node)
            self._extra[node.id] = extras[0] * per_channel
        else:
            self.stopped_at = node.id

    def _weighted(self, node: Node, extra: int) -> None:
        """A reading layer: dearer by the share of features that it reads more."""
        groups = node.attributes.get("groups", 1)
        reads = self._read_features(node)
        if groups != 1 and groups != reads:
            self.stopped_at = node.id
            return
        self.more += _macs(self._tensors, node.id) * extra // reads
        self._add_weights(node, extra, reads)
        if groups != 1:
            self._extra[node.id] = extra * features(node) // reads

    def _read_features(self, node: Node) -> int:
        shape = self._tensors.graph.spec(node.inputs[0]).shape
        return shape[-1] if family_of(node.op) == "linear" else shape[1]


def _passes_on(node: Node, extras: list[int]) -> bool:
    """An op that gives as many features as it reads from its only widened input."""
    known = family_of(node.op) in _PASS_ON or node.op in _COPIES
    return known and not any(extras[1:]) and len(node.outputs) == 1


def _joins_features(node: Node) -> bool:
    along = node.attributes.get("dim", 0)
    return node.op != "stack" and along in (1, 1 - len(node.output.shape))


def _macs(tensors: TensorGraph, node: str) -> int:
    """Of the tensor a node makes: norms and activations in it have none."""
    return tensors.tensors[tensors.position_of[node]].macs


def filters_for(have: int, wanted: int, width: int) -> int:
    """How many filters bring a tensor of `width` numbers to at least `wanted`."""
    return math.ceil(have * wanted / width)
