"""Order within rows by Graphviz dot, in this process through the library of pygraphviz."""

from __future__ import annotations

from visualizer.layout.sections import Section

POINTS_PER_INCH = 72.0
_HEAD = (
    "digraph { graph [splines=none, nodesep=0.3, nslimit=4, mclimit=1];"
    ' node [shape=box, fixedsize=true, label="", height=0.2]; edge [arrowhead=none];'
)


def graphviz_rows(section: Section, order: list[list[int]]) -> list[list[int]]:
    """The spots of each row as dot orders them; `order` is dot's first idea.

    All hops join neighbouring rows, so dot's ranks are our rows and only the order is read.
    """
    from pygraphviz import AGraph  # 0.2 s, and most levels do without

    graph = AGraph(string=_dot_source(section, order))
    graph.layout(prog="dot")
    across = {
        int(node[1:]): float(node.attr["pos"].partition(",")[0]) for node in graph.nodes_iter()
    }
    graph.close()
    return [sorted(row, key=lambda spot: across[spot]) for row in order]


def _dot_source(section: Section, order: list[list[int]]) -> str:
    lines = [_HEAD]
    for row in order:
        for number in row:
            lines.append(f"n{number} [width={section.widths[number] / POINTS_PER_INCH:.4f}];")
    place = {spot: number for row in order for number, spot in enumerate(row)}
    for upper, lower, weight in sorted(
        section.hops, key=lambda hop: (place[hop[0]], place[hop[1]])
    ):
        lines.append(f"n{upper} -> n{lower} [weight={max(1, round(weight / 10))}];")
    return "\n".join([*lines, "}"])
