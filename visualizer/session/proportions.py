"""How wide bars are drawn and how much room their names get, for a network in its canvas.

Chosen when a network is opened, from how it is first seen, and again when the user asks for all
of it; kept while modules open and close and while the window changes, so that what the user
looks at stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from visualizer.layout.model import LayoutRequest, Rect
from visualizer.layout.placement import lay_out
from visualizer.layout.proportions import LONGEST
from visualizer.layout.sizing import fits_inside, text_width

Room = tuple[float, float]
"""Width and height on the screen, in pixels."""

NAME_SIZE, STEADY_SIZE, LINE = 11.0, 10.0, 13.0
BESIDE = 8.0
MOST_AMONG_OTHERS = 1.8
PLUS = 50.0  # a plus inside a bar, and as much on the other side
SPARE = 3.0  # that a line may be higher than its bar

_WIDEST = 3000.0
_BROADEST = 1.18  # width of the picture to its height; a broader one is drawn out
_FILLED = 0.93  # of the canvas' width
_NARROWEST_TO_HEIGHT = 0.35  # what is narrower is no silhouette: names are shortened instead
_WIDEST_TO_HEIGHT = 0.8  # what is wider has ribbons that do not read as funnels
_CLOSEST = 1.0
_MARGIN = 32.0  # above and below a fitted picture, together
_MOST_TEXT = 3.75  # rows are too close for their names above 4
_LOWEST = 120.0  # of the highest bar where data flows to the right
_TITLES_INSIDE = 0.6  # titles of frames stand in them from this zoom on
_LESS = 0.85
_HIGHER = 1.02
_ROUNDS = 4
_STEP = 200.0
_ALIKE = 1.05


class Proportions(msgspec.Struct, frozen=True):
    """Scene pixels of the widest bar, and how many a pixel of text will take in the scene."""

    widest: float
    text: float = 1.0

    def is_like(self, other: Proportions) -> bool:
        """Whether a picture would look the same."""
        pairs = (self.widest, other.widest), (self.text, other.text)
        return all(max(pair) <= _ALIKE * min(pair) for pair in pairs)

    def is_inside(self, label: str, width: float, height: float, has_plus: bool) -> bool:
        """Whether a name can be written on a bar."""
        room = width - (PLUS if has_plus else 0.0)
        fits = fits_inside(label, room / self.text, NAME_SIZE)
        return fits and LINE * self.text <= height + SPARE

    def room_beside(self, label: str, detail: str, alone: bool = True) -> float:
        """Room to the right of a bar for what is written there; `label` "" is inside it. Less
        where bars are not `alone`: side by side they would be pushed far apart."""
        words = "  ".join(text for text in (label, detail) if text)
        text = self.text if alone else min(self.text, MOST_AMONG_OTHERS)
        return (text_width(words, NAME_SIZE) + BESIDE) * text


def fitting(room: Room, request_for: Callable[[Proportions], LayoutRequest]) -> Proportions:
    """The proportions with which a picture, names included, fills `room` of the screen.

    It is fitted to the height; then bars are as wide as the width allows, within limits.
    """
    chosen, limit = Proportions(400.0), _WIDEST
    for _ in range(_ROUNDS):
        request = request_for(chosen)
        one = _bounds(request)
        more = _bounds(request_for(Proportions(chosen.widest + _STEP, chosen.text)))
        zoom = min((room[1] - _MARGIN) / one.height, _CLOSEST)
        beside = _titles_beside(request, zoom)
        width = min((_FILLED * room[0] - beside) / zoom, _BROADEST * one.height)
        slope = max((more.width - one.width) / _STEP, 0.5)
        names = (one.width - slope * chosen.widest) / chosen.text
        text = max(1.0, STEADY_SIZE / (NAME_SIZE * zoom))
        narrowest = _NARROWEST_TO_HEIGHT * one.height
        if names > 0:
            text = min(text, max(1.0, (width - slope * narrowest) / names))
        widest = (width - names * text) / slope
        higher = more.height > _HIGHER * one.height  # as ribbons turn further to the side
        if text > _MOST_TEXT and higher:
            limit = min(limit, _LESS * chosen.widest)
        widest = min(widest, _WIDEST_TO_HEIGHT * one.height, limit)
        chosen = Proportions(max(widest, narrowest), text)
    return chosen


def fitting_across(room: Room, request_for: Callable[[Proportions], LayoutRequest]) -> Proportions:
    """The same where data flows to the right: fitted to the width, bars as high as the height
    allows, unless that would make it too high to be drawn out no further."""
    chosen = Proportions(400.0)
    for _ in range(_ROUNDS):
        one = _bounds(request_for(chosen))
        more = _bounds(request_for(Proportions(chosen.widest + _STEP)))
        zoom = min((room[0] - _MARGIN) / one.height, _CLOSEST)
        high = min(_FILLED * (room[1] - _MARGIN) / zoom, one.height / LONGEST)
        slope = max((more.width - one.width) / _STEP, 0.5)
        names = one.width - slope * chosen.widest
        chosen = Proportions(max((high - names) / slope, _LOWEST))
    return chosen


def _titles_beside(request: LayoutRequest, zoom: float) -> float:
    """Pixels that the longest title takes left of its frame, 0 where all are in their frames."""
    if zoom > _TITLES_INSIDE:
        return 0.0
    return max((item.title_width for item in request.items if item.group), default=0.0)


def _bounds(request: LayoutRequest) -> Rect:
    return lay_out(msgspec.structs.replace(request, engine="simple", columns="one")).bounds
