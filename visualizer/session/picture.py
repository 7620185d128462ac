"""What is being drawn: asks for a layout when folding or settings change, keeps the newest."""

from __future__ import annotations

from typing import Protocol

import msgspec

from visualizer.graph import Hierarchy
from visualizer.graph.folding import FoldedGraph
from visualizer.layout.model import LayoutRequest, Placement, Rect
from visualizer.layout.placement import lay_out
from visualizer.session.network import OpenNetwork
from visualizer.session.proportions import Proportions, Room
from visualizer.session.resolve import Draft, draft, picture, proportions_in
from visualizer.session.shown import ShownGraph
from visualizer.session.state import SessionState


class LayoutPort(Protocol):
    """The part of the layout process that is needed here."""

    def submit(self, request: LayoutRequest) -> None: ...


class PictureController:
    """One draft is on its way at most; late placements are dropped by run number.

    `room` is what the canvas has for a picture: a network opened then is drawn to fill it.
    `wanted_whole` says that of what is drawn to fill it the user wants to see all.
    """

    def __init__(self, state: SessionState, layout: LayoutPort) -> None:
        self.room: Room | None = None
        self.wanted_whole = False
        self._proportions: Proportions | None = None
        self._state = state
        self._layout = layout
        self._run = 0
        self._pending: Draft | None = None
        self._new_network = False
        self._shown: Draft | None = None
        self._placement: Placement | None = None

    @property
    def folded(self) -> FoldedGraph | None:
        """The folded graph that is on the canvas."""
        return self._shown.folded if self._shown else None

    @property
    def waiting(self) -> bool:
        """Whether a newer picture is on its way."""
        return self._pending is not None

    @property
    def outdated(self) -> bool:
        """Whether the canvas still shows another network than the one that is open."""
        return self._new_network

    def forget(self) -> None:
        """Nothing is shown any more, and what is on its way is late."""
        self._run += 1
        self._pending = self._shown = self._placement = None
        self._new_network = False

    def request(self, *_: object, new_network: bool = False) -> None:
        """Draw anew: the network, what is open in it or the scale has changed."""
        network = self._state.drawn_network
        if network is None:
            return
        self._run += 1
        self._new_network = self._new_network or new_network
        if new_network:
            self._proportions, self.wanted_whole = self._fitting(network), False
        self._pending = self._draft(network, self._run)
        self._layout.submit(self._pending.request)

    def fit(self, room: Room) -> None:
        """Draw anew what would fill `room` better in other proportions, as after modules were
        opened in it; the picture is then seen whole."""
        network, self.room = self._state.drawn_network, room
        if network is None:
            return
        drawn, better = self._proportions, self._fitting(network)
        if drawn is None or better is None or not better.is_like(drawn):
            self.request(new_network=True)
        if self.waiting:
            self._new_network = self.wanted_whole = True

    def _fitting(self, network: OpenNetwork) -> Proportions | None:
        state = self._state
        if self.room is None:
            return None
        return proportions_in(
            network.plain, self.room, state.width_mode, state.expanded, state.flow
        )

    def _draft(self, network: OpenNetwork, run: int) -> Draft:
        state = self._state
        return draft(
            network, state.expanded, state.width_mode, state.fused, run,
            columns=state.columns, flow=state.flow,
            proportions=self._proportions,
        )  # fmt: skip

    def in_one_column(self) -> ShownGraph | None:
        """What is shown, not wrapped into columns and in the proportions of a page, as it is
        printed."""
        if self._shown is None or self._placement is None:
            return None
        network = self._state.drawn_network
        if self._proportions is not None and network is not None:
            state, run = self._state, self._shown.request.run
            page = draft(
                network, state.expanded, state.width_mode, state.fused, run, flow=state.flow
            )
            return picture(page, lay_out(page.request))
        if not self._placement.columns:
            return picture(self._shown, self._placement)
        request = msgspec.structs.replace(self._shown.request, columns="one")
        return picture(self._shown, lay_out(request))

    def redrawn(self) -> ShownGraph | None:
        """The picture that is shown with the words of the costs there are now, in its place; None
        when it would not be the same picture, which is then asked for."""
        network, shown = self._state.drawn_network, self._shown
        if network is None or shown is None or self._pending is not None:
            self.request()
            return None
        run = shown.request.run
        drafted = self._draft(network, run)
        if self._placement is None or drafted.request != shown.request:
            self.request()
            return None
        self._shown = drafted
        return picture(drafted, self._placement)

    def placed(self, placement: Placement) -> tuple[ShownGraph, bool] | None:
        """The picture for a placement, and whether it is of another network; None when late."""
        if self._pending is None or placement.run != self._run:
            return None
        self._shown, self._pending, self._placement = self._pending, None, placement
        new_network, self._new_network = self._new_network, False
        return picture(self._shown, placement), new_network

    def visible_item(self, item: str) -> str | None:
        """What stands on the canvas for a node or group: itself, its host, or the folded module."""
        network, folded = self._state.drawn_network, self.folded
        if network is None or folded is None or not item:
            return None
        return drawn_as(item, network.hierarchy, folded)


def drawn_as(item: str, hierarchy: Hierarchy, folded: FoldedGraph) -> str | None:
    """What stands in a folded graph for a node or group; None for what is not there."""
    if item in folded.by_id:
        return item
    if item in folded.shown_as:
        return folded.shown_as[item]
    if group := hierarchy.groups.get(item):
        drawn = {folded.shown_as[node] for node in group.nodes}
        if len(drawn) == 1:
            return drawn.pop()
    return next((a for a in hierarchy.ancestors(item) if a in folded.by_id), None)


# What the arrow keys mean where data flows to the right, in layout's own directions.
_TURNED = {"up": "left", "down": "right", "left": "up", "right": "down"}


def neighbour(shown: ShownGraph, item: str, direction: str) -> str | None:
    """The bar one step along the edges ("up", "down") or beside ("left", "right"); the other way
    round where data flows to the right.

    From nowhere the first bar is found, from an open module the first or, against the flow, the
    last bar in it. Of several, the nearest by its middle across the flow.
    """
    if shown.placement.flow == "right":
        direction = _TURNED[direction]
    bars = shown.placement.bars
    if item not in bars:
        return _from_module(shown, item, direction)
    here = bars[item]
    if direction == "down":
        candidates = [r.target for r in shown.ribbons if r.source == item]
    elif direction == "up":
        candidates = [r.source for r in shown.ribbons if r.target == item]
    else:
        candidates = [name for name, bar in bars.items() if _beside(here, bar, direction)]
    return min(candidates, key=lambda name: abs(bars[name].center - here.center), default=None)


def _from_module(shown: ShownGraph, group: str, direction: str) -> str | None:
    frame = shown.placement.groups.get(group)
    bars = shown.placement.bars
    if frame is None:
        return next(iter(bars), None)
    inside = [name for name, bar in bars.items() if _within(frame, bar)]
    return (
        max(inside, key=lambda name: bars[name].y)
        if direction == "up"
        else min(inside, key=lambda name: bars[name].y)
    )


def _within(frame: Rect, bar: Rect) -> bool:
    return frame.y <= bar.y and bar.bottom <= frame.bottom and frame.x <= bar.center <= frame.right


def _beside(here: Rect, bar: Rect, direction: str) -> bool:
    same_row = here.y < bar.bottom and bar.y < here.bottom
    return same_row and (
        bar.center < here.center if direction == "left" else bar.center > here.center
    )
