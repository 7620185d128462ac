"""The silhouette as SVG without Qt: the same picture that the window draws, for a page.

Colours are classes, so that one drawing serves light and dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from visualizer.graph.families import FAMILY_TITLES, Family
from visualizer.layout.level import TITLE_HEIGHT
from visualizer.layout.model import Rect, Span
from visualizer.layout.sizing import text_width
from visualizer.reports.model import Figure
from visualizer.reports.svg import band, drawing, element, hint, text
from visualizer.session.cuts import CutMark
from visualizer.session.shown import ShownBar, ShownGraph, WidthScale

_MARGIN, _LEGEND, _GAP = 20.0, 62.0, 8.0
_BASELINE = 3.8  # below the middle of a line of 11 pixels
_LEVEL = 4.5
_SCALES = {"linear": "activations", "sqrt": "√activations", "log": "log(activations)"}


def silhouette(shown: ShownGraph, waists: Sequence[CutMark] = ()) -> Figure:
    """The drawing of a placed graph, with arrowheads at its waists."""
    bounds = shown.placement.bounds
    left = _MARGIN + _room_left(shown, waists)
    width = max(left + bounds.width + _MARGIN, 560.0)
    height = bounds.height + 2 * _MARGIN + _LEGEND
    parts = (_gradients(shown), _frames(shown), _ribbons(shown), _titles(shown), _bars(shown))
    inside = "".join((*(piece for part in parts for piece in part), *_waists(shown, waists)))
    moved = _moved(inside, left - bounds.x, _MARGIN - bounds.y)
    below = _moved(_legend(shown, width - 2 * _MARGIN), _MARGIN, bounds.height + 2 * _MARGIN)
    words = f"{shown.title}: every bar is a layer, as wide as its activations are many"
    return Figure("silhouette", drawing(moved + below, width, height, words, "picture"), words)


def _moved(inside: str, x: float, y: float) -> str:
    return element("g", inside, transform=f"translate({x:.1f} {y:.1f})")


def _room_left(shown: ShownGraph, waists: Sequence[CutMark]) -> float:
    """What the texts of waists need left of the picture."""
    bars, start = shown.placement.bars, shown.placement.bounds.x
    marked = ((bars[mark.bars[0]].x, mark.short) for mark in waists if mark.bars)
    edges = (x - start - text_width(words) - 24 for x, words in marked)
    return max(0.0, -min(edges, default=0.0))


def _gradients(shown: ShownGraph) -> Iterator[str]:
    pairs = dict.fromkeys(_ends(shown))
    stops = (_gradient(above, below) for above, below in pairs)
    yield element("defs", "".join(stops)) if pairs else ""


def _gradient(above: Family, below: Family) -> str:
    stops = element("stop", class_=f"s-{above}", offset=0)
    stops += element("stop", class_=f"s-{below}", offset=1)
    return element("linearGradient", stops, id=f"{above}-{below}", x1=0, y1=0, x2=0, y2=1)


def _ends(shown: ShownGraph) -> list[tuple[Family, Family]]:
    family = {bar.id: bar.family for bar in shown.bars}
    return [(family[ribbon.source], family[ribbon.target]) for ribbon in shown.ribbons]


def _frames(shown: ShownGraph) -> Iterator[str]:
    for group in shown.groups:
        rect = shown.placement.groups[group.id]
        yield _box(rect, "frame" + " training" * group.training_only, 9.0)


def _titles(shown: ShownGraph) -> Iterator[str]:
    for group in shown.groups:
        rect = shown.placement.groups[group.id]
        y = rect.y + TITLE_HEIGHT * shown.placement.stretch / 2 + _BASELINE
        yield text(group.title, rect.x + 10, y, class_="title halo")


def _box(rect: Rect, class_: str, radius: float, inside: str = "") -> str:
    radius = min(radius, rect.width / 2, rect.height / 2)
    return element(
        "rect", inside, class_=class_, x=rect.x, y=rect.y, width=rect.width, height=rect.height,
        rx=radius,
    )  # fmt: skip


def _ribbons(shown: ShownGraph) -> Iterator[str]:
    ends = _ends(shown)
    for route in shown.placement.routes:
        ribbon, (above, below) = shown.ribbons[route.edge], ends[route.edge]
        words = hint(f"{ribbon.source} → {ribbon.target}: {ribbon.detail}")
        class_ = "ribbon pale" if ribbon.training_only else "ribbon"
        path = band(route.spans)
        yield element("path", words, class_=class_, d=path, fill=f"url(#{above}-{below})")


def _bars(shown: ShownGraph) -> Iterator[str]:
    for bar in shown.bars:
        yield from _bar(bar, shown.placement.bars[bar.id])


def _bar(bar: ShownBar, rect: Rect) -> Iterator[str]:
    class_ = f"f-{bar.family}" + " training" * bar.training_only
    yield _box(rect, class_, 3.0, hint(bar.tooltip or f"{bar.id}: {bar.detail}"))
    if bar.folded and bar.profile:
        inside = band(_outline(bar.profile, rect))
        yield element("path", class_=f"on-{bar.family}", d=inside, fill_opacity=0.17)
    if bar.floored:
        yield from _floor_marks(rect)
    middle = rect.y + rect.height / 2 + _BASELINE
    start = rect.right + _GAP + 3 * bar.floored
    if bar.label_inside:
        class_ = f"inside on-{bar.family}"
        yield text(bar.label, rect.center, middle, class_=class_, text_anchor="middle")
    else:
        yield text(bar.label, start, middle, class_="name halo")
        start += text_width(bar.label) + 6
    yield text(bar.detail, start, middle, class_="detail halo")


def _outline(profile: Sequence[float], rect: Rect) -> list[Span]:
    """The shape of a folded module inside its bar; of levels drawn as one the narrowest counts."""
    count = min(len(profile), max(3, int(rect.height / _LEVEL)))
    edges = [round(number * len(profile) / count) for number in range(count + 1)]
    levels = [min(profile[start:end]) for start, end in pairwise(edges)]
    shrink = min(1.0, rect.width / max(*profile, 1e-9, 1e-9))
    step = rect.height / count
    return [
        Span(rect.y + step * (number + part), rect.center - half, rect.center + half)
        for number, half in enumerate(width * shrink / 2 for width in levels)
        for part in (0.0 if number == 0 else 0.3, 1.0 if number == count - 1 else 0.7)
    ]


def _floor_marks(rect: Rect) -> Iterator[str]:
    """Two arrowheads that press on a bar drawn wider than it is."""
    middle = rect.y + rect.height / 2
    for edge, outwards in ((rect.x - 1.5, -3.2), (rect.right + 1.5, 3.2)):
        yield _triangle(edge, middle, edge + outwards, 2.6, "floor")


def _triangle(tip: float, y: float, back: float, half: float, class_: str) -> str:
    points = f"{tip:.1f},{y:.1f} {back:.1f},{y - half:.1f} {back:.1f},{y + half:.1f}"
    return element("polygon", class_=class_, points=points)


def _waists(shown: ShownGraph, waists: Iterable[CutMark]) -> Iterator[str]:
    bars = shown.placement.bars
    for mark in waists:
        for number, name in enumerate(mark.bars):
            y, tip = bars[name].y + bars[name].height / 2, bars[name].x - 7
            yield _triangle(tip, y, tip - 7, 4.5, "waist")
            if number == 0:
                yield text(
                    mark.short, tip - 12, y + _BASELINE, class_="waisttext halo",
                    text_anchor="end",
                )  # fmt: skip


def _legend(shown: ShownGraph, room: float) -> str:
    """What width means, and what the colours mean, in as many lines as they need."""
    parts = [_scale_bar(shown.scale)]
    x, y = 0.0, 38.0
    families = dict.fromkeys(bar.family for bar in shown.bars)
    for family in families:
        title = FAMILY_TITLES[family]
        width = text_width(title, 10) + 28
        if x + width > room:
            x, y = 0.0, y + 16
        parts.append(element("rect", class_=f"f-{family}", x=x, y=y - 9, width=9, height=9, rx=2))
        parts.append(text(title, x + 14, y, class_="small"))
        x += width
    return "".join(parts)


def _scale_bar(scale: WidthScale) -> str:
    words = f"{scale.legend_elements:,} numbers · width ∝ {_SCALES[scale.mode]}"
    bar = element("rect", class_="f-other", x=0, y=6, width=scale.legend_pixels, height=8, rx=2)
    return bar + text(words, scale.legend_pixels + 10, 14, class_="small")
