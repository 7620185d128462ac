"""What kind of layer something is, where that is easily taken for a bottleneck."""

from __future__ import annotations

from visualizer.bottlenecks.fusing import is_activation
from visualizer.bottlenecks.tensors import TensorGraph
from visualizer.costs.units import exact
from visualizer.graph.families import family_of
from visualizer.graph.model import Node


def remark_on(tensors: TensorGraph, node: Node, found: bool) -> str:
    """A further sentence, with a space before it, about an op of the flow; "" for most.

    `found`: something was found here, whose evidence says already how it compares.
    """
    for remark in (_fused, _grouped, _transition, *(() if found else (_pool,))):
        if said := remark(tensors, node):
            return f" {said}"
    return ""


def _fused(tensors: TensorGraph, node: Node) -> str:
    maker = tensors.tensors[tensors.position_of[node.id]].node
    if maker in ("", node.id):
        return ""
    return f"{node.id} only {_does(tensors, node)} the numbers of {maker}: both are one tensor."


def _does(tensors: TensorGraph, node: Node) -> str:
    if is_activation(node.op):
        return "bends"
    if node.inputs and node.output.elements > tensors.graph.spec(node.inputs[0]).elements:
        return "copies"
    return _FUSED.get(family_of(node.op), "rearranges")


_FUSED = {
    "norm": "rescales",
    "activation": "drops some of",
    "elementwise": "rescales",
    "pool": "passes on",
}


def _grouped(tensors: TensorGraph, node: Node) -> str:
    groups = node.attributes.get("groups", 1)
    if family_of(node.op) != "conv" or not isinstance(groups, int) or groups < 2:
        return ""
    read = tensors.graph.spec(node.inputs[0]).shape
    if groups == read[1]:
        return "A depthwise convolution mixes no channels: that saves MACs, not numbers that pass."
    return f"Its {groups} groups save MACs, not numbers that pass."


def _transition(tensors: TensorGraph, node: Node) -> str:
    """A 1x1 convolution that halves a concatenation's channels, and the pool behind it."""
    conv = _maker_before(tensors, node) if family_of(node.op) == "pool" else node
    if conv is None or conv.attributes.get("kernel_size") != (1, 1):
        return ""
    source = _maker_before(tensors, conv)
    pooled = node is not conv or any(
        family_of(reader.op) == "pool" for reader in _readers(tensors, conv)
    )
    if source is None or family_of(source.op) != "concat" or not pooled:
        return ""
    have, get = tensors.graph.spec(conv.inputs[0]).shape[1], conv.output.shape[1]
    if get >= have:
        return ""
    return (
        f"This is a transition, compressed on purpose: {conv.id} keeps {get} of {have} channels "
        f"({get / have:.2g} of them, as in DenseNet) before the pool."
    )


def _pool(tensors: TensorGraph, node: Node) -> str:
    if family_of(node.op) != "pool" or not node.inputs:
        return ""
    here, read = node.output, tensors.graph.spec(node.inputs[0])
    if here.shape == read.shape:
        return "A pool with stride 1 keeps the grid and all channels."
    width, given = tensors.tensors[tensors.position_of[node.id]].width, tensors.tensors[0].width
    if here.elements > 0 and width >= given and _has_grid(here.shape):
        return f"It still passes no fewer than the {exact(given)} {tensors.unit} of the input."
    return ""


def _has_grid(shape: tuple[int, ...]) -> bool:
    return any(side > 1 for side in shape[2:])


def _maker_before(tensors: TensorGraph, node: Node) -> Node | None:
    """The op that makes the only tensor from which the op's tensor is computed."""
    before = tensors.predecessors[tensors.position_of[node.id]]
    if len(before) != 1:
        return None
    return tensors.graph.by_id.get(tensors.tensors[before[0]].node)


def _readers(tensors: TensorGraph, node: Node) -> list[Node]:
    positions = tensors.successors[tensors.position_of[node.id]]
    makers = (tensors.tensors[position].node for position in positions)
    return [tensors.graph.by_id[maker] for maker in makers if maker]
