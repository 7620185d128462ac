"""Which node of the graph an executed op is, where that is sure."""

from __future__ import annotations

from torch import nn

from visualizer.graph.model import LayerGraph, Node
from visualizer.worker.extraction.records import Record


class Matching:
    """Recognizes the ops of a pass as nodes of the graph.

    Op number k is node k until the pass parts from the graph, at a branch that depends on
    values. From there on an op is known only when it is all that a layer of torch's own does:
    by the layer's path and the number of the call. `parted` says where that was, or is empty.
    """

    def __init__(self, graph: LayerGraph) -> None:
        self.parted = ""
        self._graph = graph = graph.in_evaluation
        self._calls = {(node.module_path, node.call_index): node for node in graph.nodes}
        self._layers: list[str] = []

    def node_of(self, number: int, record: Record) -> Node | None:
        """The node that op `number` of this pass is; None when that cannot be told."""
        if not self.parted:
            self._compare(number, record)
        owner = record.frame
        node = (
            self._calls.get((owner.path, owner.call)) if self.parted else self._graph.nodes[number]
        )
        if node is None or (self.parted and node.op != record.op):
            return None
        if is_whole_module(node, owner.module):
            self._layers.append(node.id)
            return node
        return None if self.parted else node

    def end(self, count: int) -> None:
        """The pass is over after `count` ops."""
        if not self.parted and count < len(self._graph.nodes):
            self.parted = f"the pass ended where the graph has {self._expected(count)}"

    def layer_near(self, node: str) -> str:
        """The last recognized layer that stands before `node`, or else the first; or empty."""
        index = self._graph.index
        before = [layer for layer in self._layers if index[layer] < index[node]]
        return (before[-1:] or self._layers[:1] or [""])[0]

    def _compare(self, number: int, record: Record) -> None:
        nodes, frame = self._graph.nodes, record.frame
        node = nodes[number] if number < len(nodes) else None
        seen = (record.op, frame.path, frame.call)
        if node is None or seen != (node.op, node.module_path, node.call_index):
            where = f" in {frame.path}" if frame.path else ""
            self.parted = f"it has {record.op}{where} where the graph has {self._expected(number)}"

    def _expected(self, number: int) -> str:
        nodes = self._graph.nodes
        return nodes[number].id if number < len(nodes) else "its end"


def is_whole_module(node: Node, owner: nn.Module) -> bool:
    """Only of torch's own layers is it sure that they give what their one op gave."""
    called = "" if node.call_index == 1 else f"#{node.call_index}"
    own_name = bool(node.module_path) and node.id == f"{node.module_path}{called}"
    return own_name and type(owner).__module__.startswith("torch.nn.")
