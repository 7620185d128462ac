"""The cut profile as steps along the canvas' vertical axis: numbers only, ready for painting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visualizer.bottlenecks import CutProfile
from visualizer.layout.sizing import WidthScale
from visualizer.session.cuts import CutPlace

Floats = NDArray[np.float64]

_FIRST_AND_LAST = 9.0
_DENSE = 2.0  # steps a pixel from which they are merged


class SeenSteps(NamedTuple):
    """Steps on the screen: n + 1 edges in pixels, n shares (0..1) of the widest cut."""

    edges: Floats
    shares: Floats
    narrowest: Floats


class Steps:
    """One step a cut: heights in scene pixels, `shares` of the widest cut on the canvas'
    width scale, `narrowest` the least of them so far; the input's is the first."""

    def __init__(
        self, profile: CutProfile, places: tuple[CutPlace, ...], scale: WidthScale
    ) -> None:
        widths = [cut.width for cut in profile.cuts]
        self.widest = max(widths)
        self.heights = np.array([place.y for place in places])
        self.shares = _shares(widths, scale, self.widest)
        self.narrowest = np.minimum.accumulate(self.shares)
        self.edges = _edges(self.heights)

    def seen(self, zoom: float, shift: float, top: float, bottom: float) -> SeenSteps:
        """The steps between two heights of the screen, `shift` + `zoom` · scene height.

        Where many share a row of pixels the narrowest of them stands for all: it is what
        the profile is looked at for.
        """
        edges = shift + zoom * self.edges
        first = max(int(np.searchsorted(edges, top, "right")) - 1, 0)
        last = min(int(np.searchsorted(edges, bottom, "left")), len(self.shares))
        part = slice(first, max(last, first))
        found = SeenSteps(edges[first : last + 1], self.shares[part], self.narrowest[part])
        return _merged(found) if len(found.shares) > _DENSE * (bottom - top) else found

    def at(self, height: float) -> int | None:
        """Number of the cut whose step is at a scene height."""
        if not self.edges[0] <= height <= self.edges[-1]:
            return None
        return min(int(np.searchsorted(self.edges, height, "right")) - 1, len(self.shares) - 1)


def _shares(widths: list[int], scale: WidthScale, widest: int) -> Floats:
    whole = scale.exact(widest)
    return np.array([scale.exact(width) / whole if whole else 0.0 for width in widths])


def _edges(heights: Floats) -> Floats:
    """Half way between neighbours; before the first and after the last, about half a bar."""
    between = (heights[1:] + heights[:-1]) / 2
    return np.concatenate(
        [[heights[0] - _FIRST_AND_LAST], between, [heights[-1] + _FIRST_AND_LAST]]
    )


def _merged(steps: SeenSteps) -> SeenSteps:
    rows = np.floor(steps.edges[:-1])
    starts = np.flatnonzero(np.diff(rows, prepend=rows[0] - 1))
    return SeenSteps(
        np.append(steps.edges[starts], steps.edges[-1]),
        np.minimum.reduceat(steps.shares, starts),
        np.minimum.reduceat(steps.narrowest, starts),
    )
