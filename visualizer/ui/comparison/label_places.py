"""Where a name stands beside its dot: on the side on which it covers the fewest other dots."""

from __future__ import annotations

from collections.abc import Sequence

Spot = tuple[float, float]

_AWAY_ACROSS, _AWAY_DOWN = 11.0, 9.0
_DOT = 7.0
_INSIDE = (0.05, 0.35, 0.65, 0.95)


def anchor_for(spot: Spot, size: Spot, others: Sequence[Spot], room: Spot) -> Spot:
    """The point of a text `size` (width, height) that is put on `spot`, as shares of its size.

    Right of the dot when that is free, else left, above or below. All in pixels, downwards;
    `others` are the dots to leave free, `room` is the size of the chart.
    """
    width, height = size
    across, down = _AWAY_ACROSS / width, _AWAY_DOWN / height
    anchors = ((-across, 0.5), (1 + across, 0.5), (0.5, 1 + down), (0.5, -down))
    return min(anchors, key=lambda anchor: _cost(spot, size, anchor, others, room))


def covered(spot: Spot, size: Spot, anchor: Spot) -> tuple[Spot, ...]:
    """Places inside a text that was put somewhere, for the next ones to leave free."""
    left, top = (at - share * side for at, share, side in zip(spot, anchor, size, strict=True))
    return tuple((left + share * size[0], top + size[1] / 2) for share in _INSIDE)


def _cost(spot: Spot, size: Spot, anchor: Spot, others: Sequence[Spot], room: Spot) -> int:
    """How many dots it covers; far too many where it would leave the chart."""
    left, top = (at - share * side for at, share, side in zip(spot, anchor, size, strict=True))
    right, bottom = left + size[0], top + size[1]
    if left < 0 or top < 0 or right > room[0] or bottom > room[1]:
        return len(others) + 1
    return sum(left - _DOT < x < right + _DOT and top - _DOT < y < bottom + _DOT for x, y in others)
