"""An open network with other costs: pure, from the graph as it is at other settings."""

from __future__ import annotations

import msgspec

from visualizer.costs import cost_report
from visualizer.costs.settings import CostSettings, at_batch
from visualizer.engine.messages import Retraced
from visualizer.graph import LayerGraph, build_hierarchy
from visualizer.graph.fusion import fused_hosts
from visualizer.graph.retyping import PRECISIONS, with_precision
from visualizer.session.network import OpenNetwork
from visualizer.sources import InputSpec
from visualizer.uncollected import uncollected


def costed(plain: OpenNetwork, graph: LayerGraph, settings: CostSettings) -> OpenNetwork:
    """`plain` with the costs that `settings` ask for; `graph` is it at their batch.

    Groups, hosts and receptive fields are those of `plain`: they do not depend on the batch.
    """
    with uncollected():
        return _costed(plain, graph, settings)


def _costed(plain: OpenNetwork, graph: LayerGraph, settings: CostSettings) -> OpenNetwork:
    fields = {name: layer.receptive_field for name, layer in plain.report.layers.items()}
    if settings.dtype:
        graph = with_precision(graph, settings.dtype)
    return msgspec.structs.replace(
        plain,
        graph=graph,
        report=cost_report(graph, settings.counting, fields),
        inputs=_inputs_for(plain.inputs, settings),
        settings=settings,
        opened=plain,
    )


def _inputs_for(inputs: tuple[InputSpec, ...], settings: CostSettings) -> tuple[InputSpec, ...]:
    if settings.batch is not None:
        inputs = at_batch(inputs, settings.batch)
    if settings.dtype not in PRECISIONS:
        return inputs
    return tuple(
        msgspec.structs.replace(spec, dtype=settings.dtype) if spec.dtype in PRECISIONS else spec
        for spec in inputs
    )


def retraced(network: OpenNetwork, reply: Retraced) -> OpenNetwork:
    """The network for the inputs of `reply`; its groups stay the same objects where the same
    ops ran."""
    same = [n.id for n in reply.graph.nodes] == [n.id for n in network.graph.nodes]
    hierarchy = network.hierarchy if same else build_hierarchy(reply.graph)
    return msgspec.structs.replace(
        network,
        graph=reply.graph,
        inputs=reply.inputs,
        hierarchy=hierarchy,
        hosts=network.hosts if same else fused_hosts(reply.graph, hierarchy.parent_of),
        report=cost_report(reply.graph),
        preprocessing=reply.preprocessing,
    )
