"""The lecture's three trend charts, and activation memory over time, as SVG without Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from visualizer.costs.timeline import Timeline
from visualizer.costs.trend_words import (
    macs_sentence,
    memory_sentence,
    params_sentence,
    share_text,
)
from visualizer.costs.trends import QUANTITIES, Quantity, Trends
from visualizer.costs.units import human_bytes, human_count
from visualizer.reports.model import Figure
from visualizer.reports.svg import drawing, element, hint, text

_WIDTH, _LEFT, _RIGHT = 1000.0, 78.0, 46.0
_HEAD, _PLOT, _FOOT = 30.0, 130.0, 30.0
_ROW = _HEAD + _PLOT + _FOOT
_MOST_TICKS = 24

_TITLES: dict[Quantity, str] = {
    "memory": "Memory of outputs", "params": "Parameters", "macs": "MACs"
}  # fmt: skip
_SENTENCES: dict[Quantity, Callable[[Trends], str]] = {
    "memory": memory_sentence, "params": params_sentence, "macs": macs_sentence
}  # fmt: skip
CAPTION = (
    "Bars: one a layer with weights or a pooling layer, in execution order, coloured by kind. "
    "Line: the sum so far, as a share of the whole (right axis); dashed: where half is reached."
)


def trend_charts(found: Trends) -> Figure:
    """Three rows of bars, one below the other on the same axis of layers."""
    rows = (_moved("".join(_chart(found, q)), n * _ROW) for n, q in enumerate(QUANTITIES))
    words = "Memory, parameters and MACs layer by layer"
    height = _ROW * len(QUANTITIES) + 14
    axis = text("number of the layer with weights", _WIDTH - _RIGHT, height - 2,
                class_="small", text_anchor="end")  # fmt: skip
    return Figure("trends", drawing("".join(rows) + axis, _WIDTH, height, words, "chart"), words)


def _moved(inside: str, down: float) -> str:
    return element("g", inside, transform=f"translate(0 {down:.0f})")


def _chart(found: Trends, quantity: Quantity) -> Iterator[str]:
    said = human_bytes if quantity == "memory" else human_count
    most = max((bar.value(quantity) or 0 for bar in found.bars), default=0)
    yield text(_TITLES[quantity], _LEFT, 14, class_="head")
    yield text(_SENTENCES[quantity](found), _LEFT + 150, 14, class_="detail")
    yield from _axes(said(most) if most else "0", "100 %")
    yield from _columns(found, quantity, most, said)
    yield from _sum_line(found, quantity)
    yield from _numbers(found)


def _axes(top: str, right: str = "") -> Iterator[str]:
    foot, end = _HEAD + _PLOT, _WIDTH - _RIGHT
    yield element("line", class_="rule", x1=_LEFT, x2=end, y1=_HEAD, y2=_HEAD)
    yield element(
        "line", class_="rule", x1=_LEFT, x2=end, y1=_HEAD + _PLOT / 2, y2=_HEAD + _PLOT / 2
    )
    yield element("line", class_="axis", x1=_LEFT, x2=end, y1=foot, y2=foot)
    yield text(top, _LEFT - 8, _HEAD + 4, class_="small", text_anchor="end")
    yield text("0", _LEFT - 8, foot + 3, class_="small", text_anchor="end")
    if right:
        yield text(right, end + 6, _HEAD + 4, class_="small")
        yield text("50 %", end + 6, _HEAD + _PLOT / 2 + 4, class_="small")


def _step(found: Trends) -> float:
    return (_WIDTH - _LEFT - _RIGHT) / max(len(found.bars), 1)


def _columns(
    found: Trends, quantity: Quantity, most: int, said: Callable[[int | None], str]
) -> Iterator[str]:
    step = _step(found)
    width = max(step * 0.78, 0.6)
    for number, bar in enumerate(found.bars):
        value = bar.value(quantity)
        high = _PLOT * (value or 0) / most if most else 0.0
        share = share_text(found.share(quantity, number)) if value else ""
        words = f"{bar.node}: {said(value)}" + (f", {share}" if share else "")
        x = _LEFT + step * number + (step - width) / 2
        yield element(
            "rect", hint(words), class_=f"f-{bar.family}", x=x,
            y=_HEAD + _PLOT - max(high, 0.6), width=width, height=max(high, 0.6),
        )  # fmt: skip


def _sum_line(found: Trends, quantity: Quantity) -> Iterator[str]:
    whole, step = found.totals[quantity], _step(found)
    if not whole:
        return
    sums = (min(reached / whole, 1.0) for reached in found.cumulative(quantity))
    points = [
        (_LEFT + step * (n + 0.5), _HEAD + _PLOT * (1 - share)) for n, share in enumerate(sums)
    ]
    yield element("polyline", class_="sum", points=_points(points))
    half = found.half(quantity)
    if half is not None:
        x = points[half][0]
        yield element("line", class_="half", x1=x, x2=x, y1=_HEAD, y2=_HEAD + _PLOT)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _numbers(found: Trends) -> Iterator[str]:
    """Numbers of layers below their bars, as many as can be read."""
    step = _step(found)
    every = _round_step(found.numbered / _MOST_TICKS)
    for number, bar in enumerate(found.bars):
        if bar.number is not None and (bar.number == 1 or bar.number % every == 0):
            x = _LEFT + step * (number + 0.5)
            yield text(str(bar.number), x, _HEAD + _PLOT + 14, class_="small", text_anchor="middle")


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... that is not below `least`."""
    if least <= 1:
        return 1
    decade = 10 ** math.floor(math.log10(least))
    return int(next(step * decade for step in (1, 2, 5, 10) if step * decade >= least))


def timeline_chart(found: Timeline) -> Figure | None:
    """Activations alive while each op runs; None for a network without ops."""
    if found.peak is None:
        return None
    most = max(*found.alive, 1, 1)
    step = (_WIDTH - _LEFT - _RIGHT) / len(found.alive)
    outline = [
        (_LEFT + step * (number + side), _HEAD + _PLOT * (1 - alive / most))
        for number, alive in enumerate(found.alive)
        for side in (0, 1)
    ]
    area = [(_LEFT, _HEAD + _PLOT), *outline, (_WIDTH - _RIGHT, _HEAD + _PLOT)]
    peak = _LEFT + step * (found.peak + 0.5)
    inside = "".join(
        (
            text("Activations alive", _LEFT, 14, class_="head"),
            *_axes(human_bytes(most)),
            element("polygon", class_="area", points=_points(area)),
            element("polyline", class_="outline", points=_points(outline)),
            element("circle", hint(f"most in {found.nodes[found.peak]}"), class_="mark",
                    cx=peak, cy=_HEAD, r=4),
            text("time: one step an op, inputs first →", _WIDTH - _RIGHT, _HEAD + _PLOT + 14,
                 class_="small", text_anchor="end"),
        )
    )  # fmt: skip
    words = "Bytes of activations alive while each op runs"
    return Figure("memory", drawing(inside, _WIDTH, _ROW, words, "chart"), words)
