"""Ticks and names on the axes of the cost charts: round numbers in bytes, counts and shares."""

from __future__ import annotations

import re

from visualizer.costs.units import KILO
from visualizer.ui.panels.cut_axes import linear_ticks

Ticks = list[tuple[float, str]]

_BYTE_UNITS = ((KILO**4, "TB"), (KILO**3, "GB"), (KILO**2, "MB"), (KILO, "KB"), (1, "B"))
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_NAME_LENGTH = 20


def byte_ticks(high: float) -> Ticks:
    """At most five round steps from 0 to `high` bytes, in units of 1024."""
    size, unit = next(((s, u) for s, u in _BYTE_UNITS if high >= s), (1, "B"))
    if high / size < 2 and size > 1:  # 0.5 MB and 1 MB read worse than 500 KB and 1000 KB
        size, unit = next((s, u) for s, u in _BYTE_UNITS if s < size)
    return [(place * size, f"{place:g} {unit}") for place, _ in linear_ticks(0, high / size)]


def count_ticks(high: float) -> Ticks:
    """At most five round steps from 0 to `high`."""
    return linear_ticks(0, high)


def share_ticks(high: float) -> Ticks:
    """Round steps in percent up to `high`, 1.0 being the whole; quarters where all is shown."""
    if high >= 1:
        return [(place, f"{place:.0%}".replace("%", " %")) for place in _QUARTERS]
    return [(place / 100, f"{text} %") for place, text in linear_ticks(0, 100 * high)]


def axis_name(name: str) -> str:
    """The end of a long name, which tells more than its beginning, from a joint in it on."""
    if len(name) <= _NAME_LENGTH:
        return name
    tail = name[-_NAME_LENGTH:]
    joint = re.search(r"[._]", tail[: _NAME_LENGTH // 2])
    return f"…{tail[joint.end() :] if joint else tail}"


def layer_name(name: str, kind: str) -> str:
    """A name without the op at its end, which is all that its module does: `stem.conv2d`."""
    module, _, last = name.rpartition(".")
    return module if module and last.partition("#")[0] == kind else name
