"""The folded graph as DOT source, for Graphviz and everything that reads it."""

from __future__ import annotations

import graphviz

from visualizer.graph import ROOT, Hierarchy, LayerGraph, shape_text
from visualizer.graph.folding import FoldedGraph, fold


def dot_source(graph: LayerGraph, hierarchy: Hierarchy, expanded: frozenset[str]) -> str:
    """Nodes and folded modules as boxes, open modules as clusters, shapes on the edges."""
    folded = fold(graph, hierarchy, expanded)
    drawing = graphviz.Digraph(graph.name, node_attr={"shape": "box", "style": "rounded"})
    drawing.attr(rankdir="TB", label=graph.name)
    _add_items(drawing, folded, graph, ROOT)
    for edge in folded.edges:
        drawing.edge(
            _quoted(edge.source), _quoted(edge.target), label=shape_text(edge.spec, batch=True)
        )
    source: str = drawing.source
    return source


def _add_items(
    drawing: graphviz.Digraph, folded: FoldedGraph, graph: LayerGraph, parent: str
) -> None:
    for item in folded.items:
        if item.parent != parent:
            continue
        if item.kind == "expanded":
            with drawing.subgraph(name=f"cluster_{item.id}") as cluster:
                cluster.attr(label=item.id, style="rounded")
                _add_items(cluster, folded, graph, item.id)
        elif item.kind == "folded":
            drawing.node(_quoted(item.id), label=f"{item.id} …", peripheries="2")
        else:
            node = graph.by_id[item.id]
            shapes = ", ".join(shape_text(spec, batch=True) for spec in node.outputs)
            drawing.node(_quoted(item.id), label=graphviz.escape(f"{node.id}\n{node.op} {shapes}"))


def _quoted(name: str) -> str:
    """Colons would be read as ports."""
    return name.replace(":", "_")
