"""Which ops are drawn as part of the op before them: the normalization and activation that
follow a convolution, a linear layer or an addition on their way and change no size."""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node

_FUSED_FAMILIES = ("norm", "activation")


def fused_hosts(graph: LayerGraph, parent_of: Mapping[str, str]) -> dict[str, str]:
    """Absorbed node -> the node it is drawn with.

    A norm or activation is absorbed when it is the only reader of its producer, keeps the
    number of elements and stands in the same group, so that folding never tears them apart.
    """
    hosts: dict[str, str] = {}
    results = {ref.node for ref in graph.outputs}
    for node in graph.nodes:
        producer = _sole_producer(graph, node)
        if (
            producer is not None
            and producer.id not in results
            and parent_of[producer.id] == parent_of[node.id]
        ):
            hosts[node.id] = hosts.get(producer.id, producer.id)
    return hosts


def _sole_producer(graph: LayerGraph, node: Node) -> Node | None:
    if family_of(node.op) not in _FUSED_FAMILIES or len(node.inputs) != 1:
        return None
    producer = graph.by_id[node.inputs[0].node]
    fits = (
        producer.op != "input"
        and graph.consumers[producer.id] == (node.id,)
        and len(producer.outputs) == len(node.outputs) == 1
        and producer.output.elements == node.output.elements
    )
    return producer if fits else None
