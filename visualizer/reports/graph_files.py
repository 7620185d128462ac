"""The graph for other programs: JSON with everything, DOT and GraphML as it is folded."""

from __future__ import annotations

import io
from collections.abc import Callable

from visualizer.costs import group_totals
from visualizer.graph import encode_graph, shape_text
from visualizer.graph.folding import fold
from visualizer.session.network import OpenNetwork
from visualizer.session.shown import Flow


def graph_file(
    network: OpenNetwork, expanded: frozenset[str], suffix: str, flow: Flow = "down"
) -> bytes:
    """The contents of a file with this ending, `expanded` modules open; what is drawn from it
    goes in the direction `flow`. Raises KeyError for an ending that is not in GRAPH_SUFFIXES."""
    return _WRITERS[suffix](network, expanded, flow)


def _json(network: OpenNetwork, _: frozenset[str], _flow: Flow) -> bytes:
    return encode_graph(network.graph)


def _dot(network: OpenNetwork, expanded: frozenset[str], flow: Flow) -> bytes:
    from visualizer.layout.dot import dot_source

    return dot_source(network.graph, network.hierarchy, expanded, flow).encode()


def _graphml(network: OpenNetwork, expanded: frozenset[str], _flow: Flow) -> bytes:
    """Nodes with op, module, output shape and costs; edges with shape and number of elements.

    What an op costs that has no formula is left out, never 0.
    """
    import networkx as nx  # late: it takes a tenth of a second

    folded = fold(network.graph, network.hierarchy, expanded)
    drawing = nx.MultiDiGraph(name=network.graph.name)
    for item in folded.leaves:
        drawing.add_node(item.id, **_attributes(network, item.id, folded.members[item.id]))
    for edge in folded.edges:
        drawing.add_edge(
            edge.source, edge.target, shape=shape_text(edge.spec, batch=True),
            dtype=edge.spec.dtype, elements=edge.spec.elements,
        )  # fmt: skip
    written = io.BytesIO()
    nx.write_graphml(drawing, written)
    return written.getvalue()


def _attributes(
    network: OpenNetwork, item: str, nodes: tuple[str, ...]
) -> dict[str, str | int | bool]:
    graph = network.graph
    last = graph.by_id[nodes[-1]]
    totals = group_totals(network.report, graph, nodes)
    group = network.hierarchy.groups.get(item)
    found: dict[str, str | int | bool] = {
        "label": item,
        "op": "module" if group is not None else last.op,
        "type": group.type_name if group is not None else last.module_type,
        "module": group.path if group is not None else last.module_path,
        "output_shape": shape_text(last.output, batch=True) if last.outputs else "",
        "params": totals.params,
        "activation_elements": sum(spec.elements for spec in last.outputs),
        "training_only": all(graph.by_id[node].training_only for node in nodes),
    }
    known = [network.report.layers[n].macs for n in nodes if n in network.report.layers]
    if None not in known:
        found["macs"] = sum(macs for macs in known if macs is not None)
    return found


_WRITERS: dict[str, Callable[[OpenNetwork, frozenset[str], Flow], bytes]] = {
    ".json": _json, ".dot": _dot, ".graphml": _graphml,
}  # fmt: skip
GRAPH_SUFFIXES = tuple(_WRITERS)
