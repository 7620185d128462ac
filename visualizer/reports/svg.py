"""Small pieces of SVG, every text in them escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from visualizer.layout.model import Span

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def element(name: str, inside: str = "", **attributes: object) -> str:
    """`<rect x="1"/>`; `class_` is written class, `_` in other names as `-`, None left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _value(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(words: str, x: float, y: float, **attributes: object) -> str:
    """A line of text with its baseline at `y`."""
    return element("text", escape(words), x=x, y=y, **attributes)


def hint(words: str) -> str:
    """What a browser shows when the pointer rests on the element around it."""
    return f"<title>{escape(words)}</title>"


def drawing(inside: str, width: float, height: float, label: str, class_: str) -> str:
    """The `<svg>` element; it shrinks with the page and never grows beyond its own size."""
    size = {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": round(width)}
    return element(
        "svg", hint(label) + inside, xmlns="http://www.w3.org/2000/svg", **size,
        height=round(height), role="img", class_=class_, font_family=FONT,
    )  # fmt: skip


def band(spans: Sequence[Span]) -> str:
    """Path of the ribbon through `spans`: between two a side is a cubic with vertical tangents."""
    parts = [f"M{_point(spans[0].left, spans[0].y)}"]
    parts += [_side(a.left, a.y, b.left, b.y) for a, b in pairwise(spans)]
    parts.append(f"L{_point(spans[-1].right, spans[-1].y)}")
    parts += [_side(b.right, b.y, a.right, a.y) for b, a in pairwise(spans[::-1])]
    return "".join((*parts, "Z"))


def _side(x0: float, y0: float, x1: float, y1: float) -> str:
    if abs(x0 - x1) < 0.01:
        return f"L{_point(x1, y1)}"
    middle = (y0 + y1) / 2
    return f"C{_point(x0, middle)} {_point(x1, middle)} {_point(x1, y1)}"


def _point(x: float, y: float) -> str:
    return f"{_value(float(x))} {_value(float(y))}"
