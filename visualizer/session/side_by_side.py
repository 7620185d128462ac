"""Networks drawn on one scale: what is open in each, and their layouts one after another."""

from __future__ import annotations

from visualizer.graph import ROOT
from visualizer.layout.model import Placement
from visualizer.layout.sizing import WidthScale, scale_for
from visualizer.session.comparison import Comparison
from visualizer.session.network import OpenNetwork
from visualizer.session.picture import LayoutPort, drawn_as
from visualizer.session.resolve import Draft, draft, picture
from visualizer.session.shown import ShownGraph, WidthMode

# Pixels of the widest bar: narrow, high pictures stand beside one another.
_LEAST, _A_ROW, _MOST = 150.0, 9.0, 560.0


class SideBySideController:
    """Asks for all layouts, each when the one before is there; late ones are dropped by run.

    A network folds for itself; a change of the scale draws all anew.
    """

    def __init__(self, layout: LayoutPort) -> None:
        self._layout = layout
        self._run = 0
        self._waiting: list[tuple[int, Draft]] = []
        self._networks: tuple[OpenNetwork, ...] = ()
        self._expanded: list[frozenset[str]] = []
        self._shown: list[Draft | None] = []
        self._scale: WidthScale | None = None
        self.mode: WidthMode = "linear"

    @property
    def waiting(self) -> bool:
        """Whether a picture is on its way."""
        return bool(self._waiting)

    def expanded(self, side: int) -> frozenset[str]:
        """The modules that are open on a side."""
        return self._expanded[side]

    def show(self, comparison: Comparison) -> None:
        """Draw other networks, as they are when first opened."""
        self._networks = tuple(network.as_first_seen for network in comparison.networks)
        self._expanded = [network.first_view for network in self._networks]
        self._shown = [None] * len(comparison.networks)
        self._request()

    def set_mode(self, mode: WidthMode) -> None:
        """Draw all on another scale."""
        if mode != self.mode:
            self.mode = mode
            self._request()

    def toggle(self, side: int, group: str) -> None:
        """Open a folded module of a side, or fold an open one with all inside."""
        if group == ROOT or side >= len(self._networks):
            return
        hierarchy = self._networks[side].hierarchy
        if group not in hierarchy.groups:
            return
        opened = self._expanded[side]
        if group in opened:
            self._expanded[side] = opened - {group, *hierarchy.walk(group)}
        else:
            self._expanded[side] = opened | ({group, *hierarchy.ancestors(group)} - {ROOT})
        self._request()

    def placed(self, placement: Placement) -> tuple[int, ShownGraph] | None:
        """The side and picture of a placement; None when it is late."""
        if not self._waiting or self._waiting[0][1].request.run != placement.run:
            return None
        side, drafted = self._waiting.pop(0)
        self._shown[side] = drafted
        self._submit()
        return side, picture(drafted, placement)

    def failed(self, run: int) -> None:
        """One that cannot be laid out is left out."""
        if self._waiting and self._waiting[0][1].request.run == run:
            self._waiting.pop(0)
            self._submit()

    def visible_item(self, side: int, item: str) -> str | None:
        """What stands on a side's canvas for a node or group."""
        drafted = self._shown[side]
        if drafted is None or not item:
            return None
        return drawn_as(item, self._networks[side].hierarchy, drafted.folded)

    def members(self, side: int) -> dict[str, tuple[str, ...]]:
        """The ops that each bar of a side stands for."""
        drafted = self._shown[side]
        if drafted is None:
            return {}
        return {bar.id: drafted.folded.members[bar.id] for bar in drafted.bars}

    def _request(self) -> None:
        if not self._networks:
            return
        sides = range(len(self._networks))
        drafts = [self._draft(side, None) for side in sides]
        scale = common_scale(drafts, self.mode)
        # A side that looks the same is not laid out again.
        again = [side for side in sides if not self._is_shown(side, drafts[side], scale)]
        self._scale = scale
        self._waiting = [(side, self._draft(side, scale)) for side in again]
        self._submit()

    def _is_shown(self, side: int, drafted: Draft, scale: WidthScale) -> bool:
        shown = self._shown[side]
        return (
            shown is not None
            and scale == self._scale
            and not any(waiting == side for waiting, _ in self._waiting)
            and shown.folded.members == drafted.folded.members
        )

    def _draft(self, side: int, scale: WidthScale | None) -> Draft:
        self._run += 1
        network, expanded = self._networks[side], self._expanded[side]
        return draft(network, expanded, self.mode, True, self._run, scale)

    def _submit(self) -> None:
        if self._waiting:
            self._layout.submit(self._waiting[0][1].request)


def common_scale(drafts: list[Draft], mode: WidthMode) -> WidthScale:
    """The scale for the widest bar of all: wider for networks that are longer, so that the
    whole of them has the shape of half a window."""
    largest = max((bar.elements for drafted in drafts for bar in drafted.bars), default=1)
    rows = max(len(drafted.bars) for drafted in drafts)
    return scale_for(mode, largest, min(max(_LEAST, rows * _A_ROW), _MOST))
