"""Layout of whole networks with every module open, beside Graphviz' dot and dagre."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.perf.large import NETWORKS, SYNTHETIC, flat, llama, network
from tests.perf.layout_peers import Dagre, dot_seconds
from tests.perf.table import Row, least_cpu_seconds
from visualizer.layout.model import LayoutEdge, LayoutItem, LayoutRequest, Placement
from visualizer.layout.ordering import forget_sections
from visualizer.layout.placement import lay_out
from visualizer.layout.solving import solve_level

FEW = 2000  # bars, up to which layout is to take half a second


def rows() -> list[Row]:
    """Processor seconds for each, nothing cached between repeats but the process; with the
    wrapping into columns."""
    dagre = Dagre()
    rows = [_row(name, ask(), dagre) for name, ask in _graphs()]
    return [*rows, *(_to_the_right(name) for name in NETWORKS), _one_more_module()]


def _graphs() -> Iterator[tuple[str, Callable[[], LayoutRequest]]]:
    for name in NETWORKS:
        yield name, lambda name=name: network(name)
    yield "Llama 405B", llama
    yield "Llama 405B without modules", lambda: flat(llama())
    yield "raft_large without modules", lambda: flat(network("raft_large"))
    yield from SYNTHETIC.items()


def _row(name: str, request: LayoutRequest, dagre: Dagre) -> Row:
    others = f"dot {dot_seconds(request)}; dagre {dagre.seconds(request)}"
    return _timed(f"layout of {name}", request, others)


def _to_the_right(name: str) -> Row:
    return _timed(f"layout of {name} to the right", network(name, "right"))


def _timed(title: str, request: LayoutRequest, others: str = "") -> Row:
    bars = sum(not item.group for item in request.items)
    aim = 0.5 if bars <= FEW else 2.0
    seconds = least_cpu_seconds([lambda: _from_nothing(request)] * 3)
    size = f"{bars:,} bars, {len(request.edges):,} ribbons"
    return Row(title, seconds, "s", aim, f"{size}; {others}" if others else size)


def _one_more_module() -> Row:
    """The Llama once more when one of its layers has been folded: all else is remembered."""
    whole = llama()
    lay_out(whole)
    layer = next(item.id for item in whole.items if item.group and item.id.endswith(".7"))
    again = _folded(whole, layer)
    before = solve_level.cache_info().misses
    seconds = least_cpu_seconds([lambda: lay_out(again)])
    solved = solve_level.cache_info().misses - before
    return Row("layout of Llama 405B, a layer folded", seconds, "s", 2.0, f"{solved} levels solved")


def _folded(request: LayoutRequest, group: str) -> LayoutRequest:
    """The request with a group drawn as one bar."""
    inside = group + "."
    items = tuple(
        LayoutItem(group, item.parent, 200.0, 30.0) if item.id == group else item
        for item in request.items
        if not item.id.startswith(inside)
    )

    def end(name: str) -> str:
        return group if name.startswith(inside) else name

    edges = {
        (end(e.source), end(e.target), e.tensor): LayoutEdge(
            end(e.source), end(e.target), e.tensor, e.width
        )
        for e in request.edges
        if end(e.source) != end(e.target)
    }
    return LayoutRequest(1, items, tuple(edges.values()), columns=request.columns)


def _from_nothing(request: LayoutRequest) -> Placement:
    solve_level.cache_clear()
    forget_sections()
    return lay_out(request)
