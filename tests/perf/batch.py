"""How long costs for another batch take: from the slider to the numbers, and to the panels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from tests.perf.networks import traced
from tests.perf.table import Row, least_cpu_seconds
from visualizer.costs.settings import CostSettings
from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph, Node, TensorSpec
from visualizer.graph.rebatching import Rebatching
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.recosting import costed
from visualizer.sources import InputSpec, parse_source
from visualizer.ui.models.layer_model import LayerTableModel
from visualizer.ui.models.tree_model import ModuleTreeModel

_BATCHES = range(2, 22)
_AIM_MS = 100.0
_OPS = 2000


def rows() -> list[Row]:
    """Milliseconds for each step of the slider, for about 2,000 ops."""
    network = _network()
    graph = network.graph
    rebatching = Rebatching(2, _for_batch(graph, 2), _for_batch(graph, 3))
    tree, table = ModuleTreeModel(), LayerTableModel()
    tree.show_network(network)
    table.show_network(network)

    def numbers(batch: int) -> OpenNetwork:
        return costed(network, rebatching.at(batch), CostSettings(batch=batch))

    def panels(batch: int) -> None:
        shown = numbers(batch)
        tree.show_costs(shown)
        table.show_costs(shown)

    detail = f"{len(graph.ops):,} ops"
    return [
        Row("costs for another batch", _least_ms(numbers), "ms", _AIM_MS, detail),
        Row("the same in tree and table", _least_ms(panels), "ms", _AIM_MS, detail),
    ]


def _least_ms(work: Callable[[int], object]) -> float:
    work(1)
    return 1000 * least_cpu_seconds(partial(work, batch) for batch in _BATCHES)


def _network() -> OpenNetwork:
    """densenet201 one after the other until there are enough ops."""
    graph = traced("densenet201")
    nodes = list(graph.nodes)
    copy = 0
    while len(nodes) < _OPS:
        copy += 1
        nodes += [_copied(node, copy) for node in graph.nodes if node.op != "input"]
    whole = msgspec.structs.replace(graph, nodes=tuple(nodes[: _OPS + 1]))
    inputs = (InputSpec((1, 3, 224, 224)),)
    source = parse_source("densenet201")
    return open_network(ModelLoaded(1, source, inputs, whole, "random weights", False))


def _copied(node: Node, copy: int) -> Node:
    """The node under another name; what it reads stays."""
    return msgspec.structs.replace(node, id=f"copy{copy}.{node.id}", scope=())


def _for_batch(graph: LayerGraph, batch: int) -> LayerGraph:
    """Every first side is the batch in this network."""

    def widened(spec: TensorSpec) -> TensorSpec:
        return TensorSpec((batch, *spec.shape[1:]), spec.dtype)

    nodes = tuple(
        msgspec.structs.replace(node, outputs=tuple(map(widened, node.outputs)))
        for node in graph.nodes
    )
    return msgspec.structs.replace(graph, nodes=nodes)
