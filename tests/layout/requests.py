"""Small layout requests for the tests, and random nested ones."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st

from visualizer.layout.model import Flow, LayoutEdge, LayoutItem, LayoutRequest

HEIGHT = 14.0
WIDTHS = (3.0, 10.0, 40.0, 90.0)


def bar(
    name: str, width: float = 60.0, parent: str = "", stacks: bool = False, thins: bool = False
) -> LayoutItem:
    return LayoutItem(name, parent, width, HEIGHT, 50.0, stacks_inputs=stacks, thin_inputs=thins)


def group(name: str, parent: str = "", title_width: float = 80.0) -> LayoutItem:
    return LayoutItem(name, parent, group=True, title_width=title_width)


def request(
    items: Iterable[LayoutItem], pairs: Iterable[tuple[str, str]], engine: str = "graphviz"
) -> LayoutRequest:
    """Every bar sends one tensor, as wide as itself, along each of its pairs."""
    items = tuple(items)
    width = {item.id: item.width for item in items}
    edges = tuple(LayoutEdge(s, t, f"{s}:0", width[s]) for s, t in pairs)
    return LayoutRequest(1, items, edges, "simple" if engine == "simple" else "graphviz")


def chain(*widths: float) -> LayoutRequest:
    names = [f"n{k}" for k in range(len(widths))]
    items = [bar(name, width) for name, width in zip(names, widths, strict=True)]
    return request(items, pairwise(names))


def residual_block(width: float = 180.0) -> LayoutRequest:
    """x → a → b → c → add, and x → add past them."""
    items = [bar("x", width), bar("a", 45), bar("b", 45), bar("c", width), bar("add", width)]
    return request(items, [("x", "a"), ("a", "b"), ("b", "c"), ("c", "add"), ("x", "add")])


@st.composite
def nested_requests(
    draw: st.DrawFn, engine: str = "graphviz", flow: Flow = "down"
) -> LayoutRequest:
    """A random acyclic graph in random nested groups; labels are long where data flows right."""
    items: list[LayoutItem] = []
    open_groups = [""]
    bars: list[LayoutItem] = []
    for number in range(draw(st.integers(1, 22))):
        step = draw(st.sampled_from(("bar", "bar", "bar", "open", "close")))
        if step == "close" and len(open_groups) > 1:
            open_groups.pop()
        elif step == "open" and len(open_groups) < 5:
            items.append(group(f"g{number}", open_groups[-1], draw(st.sampled_from((0.0, 90.0)))))
            open_groups.append(f"g{number}")
        else:
            width = draw(st.sampled_from(WIDTHS))
            room = draw(st.sampled_from((0.0, 70.0)))
            stacks = draw(st.booleans())
            length = draw(st.sampled_from((0.0, 40.0, 95.0))) if flow == "right" else 0.0
            parent = open_groups[-1]
            made = LayoutItem(
                f"b{number}", parent, width, HEIGHT, room, stacks_inputs=stacks,
                label_length=length, thin_inputs=draw(st.booleans()),
            )  # fmt: skip
            bars.append(made)
            items.append(bars[-1])
    edges: dict[tuple[int, int, int], LayoutEdge] = {}
    if len(bars) > 1:
        places = st.integers(0, len(bars) - 1)
        for a, b, output in draw(
            st.lists(st.tuples(places, places, st.integers(0, 1)), max_size=40)
        ):
            source, target = min(a, b), max(a, b)
            if source != target:
                width = bars[source].width if output == 0 else 20.0
                edges[source, target, output] = LayoutEdge(
                    bars[source].id, bars[target].id, f"{bars[source].id}:{output}", width
                )
    return LayoutRequest(
        7, tuple(items), tuple(edges.values()), "simple" if engine == "simple" else "graphviz",
        flow=flow,
    )  # fmt: skip
