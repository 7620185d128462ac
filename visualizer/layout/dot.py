"""The folded graph as DOT source, for Graphviz and everything that reads it."""

from __future__ import annotations

import graphviz

from visualizer.graph import ROOT, Hierarchy, LayerGraph, shape_text
from visualizer.graph.folding import FoldedGraph, Item, fold
from visualizer.layout.model import Flow

_ROUNDED = {False: "rounded", True: "rounded,dashed"}


def dot_source(
    graph: LayerGraph, hierarchy: Hierarchy, expanded: frozenset[str], flow: Flow = "down"
) -> str:
    """Nodes and folded modules as boxes, open modules as clusters, shapes on the edges; what
    runs only in training is dashed."""
    folded = fold(graph, hierarchy, expanded)
    dashed = _training_only(graph, hierarchy, folded)
    drawing = graphviz.Digraph(graph.name, node_attr={"shape": "box"})
    drawing.attr(rankdir="TB" if flow == "down" else "LR", label=graph.name)
    _add_items(drawing, folded, graph, dashed, ROOT)
    for edge in folded.edges:
        style = {"style": "dashed"} if dashed & {edge.source, edge.target} else {}
        label = shape_text(edge.spec, batch=True)
        drawing.edge(_quoted(edge.source), _quoted(edge.target), label=label, **style)
    source: str = drawing.source
    return source


def _training_only(graph: LayerGraph, hierarchy: Hierarchy, folded: FoldedGraph) -> frozenset[str]:
    """The boxes and clusters in which nothing runs but in training."""
    if not graph.training_ops:
        return frozenset()
    heads = {node.id for node in graph.training_ops}
    inside = folded.members | {
        item.id: hierarchy.groups[item.id].nodes for item in folded.items if item.kind == "expanded"
    }
    return frozenset(item for item, nodes in inside.items() if heads.issuperset(nodes))


def _add_items(
    drawing: graphviz.Digraph,
    folded: FoldedGraph,
    graph: LayerGraph,
    dashed: frozenset[str],
    parent: str,
) -> None:
    for item in folded.items:
        if item.parent != parent:
            continue
        if item.kind == "expanded":
            with drawing.subgraph(name=f"cluster_{item.id}") as cluster:
                cluster.attr(label=item.id, style=_ROUNDED[item.id in dashed])
                _add_items(cluster, folded, graph, dashed, item.id)
        else:
            style = _ROUNDED[item.id in dashed]
            drawing.node(_quoted(item.id), **_box(graph, item), style=style)


def _box(graph: LayerGraph, item: Item) -> dict[str, str]:
    """Label and outline of a node or a folded module."""
    if item.kind == "folded":
        return {"label": f"{item.id} …", "peripheries": "2"}
    node = graph.by_id[item.id]
    shapes = ", ".join(shape_text(spec, batch=True) for spec in node.outputs)
    return {"label": graphviz.escape(f"{node.id}\n{node.op} {shapes}")}


def _quoted(name: str) -> str:
    """Colons would be read as ports."""
    return name.replace(":", "_")
