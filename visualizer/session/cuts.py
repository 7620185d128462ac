"""The selected cut, and where cuts stand on the canvas: one choice for strip, chart and cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, groupby

import msgspec

from visualizer.bottlenecks import Cut, CutProfile, Finding
from visualizer.costs.units import exact
from visualizer.layout.model import Rect
from visualizer.session.network import Narrowing
from visualizer.session.state import SessionState


class CutController:
    """Keeps `SessionState.cut` and the selection together.

    Whatever selects a layer selects the cut it belongs to, and choosing a cut selects the
    layer that stands for it.
    """

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._tensors: tuple[str, ...] = ()
        state.events.selection.connect(self._selection_changed)
        state.events.narrowing.connect(self._narrowing_changed)

    def choose(self, number: int) -> None:
        """Select cut `number` of the profile with its layer; one that is not there changes
        nothing."""
        narrowing = self._state.narrowing
        if narrowing is not None and 0 <= number < len(narrowing.profile.cuts):
            self._show(number)
            self._state.selection = narrowing.profile.cuts[number].node

    def clear(self) -> None:
        """Select no cut any more, and no layer."""
        self._show(None)
        self._state.selection = ""

    def _selection_changed(self, item: str) -> None:
        narrowing = self._state.narrowing
        if narrowing is not None:
            self._show(cut_of(narrowing.profile, narrowing.findings, item, self._state.cut))

    def _narrowing_changed(self, narrowing: Narrowing | None) -> None:
        """Counted in another unit a cut may have another number; what it consists of stays."""
        if narrowing is None:
            self._state.cut = None
            return
        cuts = narrowing.profile.cuts
        kept = (number for number, cut in enumerate(cuts) if cut.tensors == self._tensors)
        current = next(kept, None)
        selection = self._state.selection
        self._state.cut = None  # a number of the old profile
        self._show(cut_of(narrowing.profile, narrowing.findings, selection, current))

    def _show(self, number: int | None) -> None:
        narrowing = self._state.narrowing
        if narrowing is None or number is None:
            self._tensors = ()
        else:
            self._tensors = narrowing.profile.cuts[number].tensors
        self._state.cut = number


def cut_of(
    profile: CutProfile, findings: Sequence[Finding], item: str, current: int | None = None
) -> int | None:
    """Number of the cut that node `item` belongs to, None for no cut's.

    A layer in which branches meet stands for the cut inside them and for its own: the
    `current` one stays, else one that was found narrow comes first.
    """
    if not item:
        return None
    if current is not None and profile.cuts[current].node == item:
        return current
    for finding in findings:
        if finding.node == item and not finding.output:
            return finding.cut
    position = profile.tensors.position_of.get(item)
    for number, cut in enumerate(profile.cuts):
        if position in cut.positions or item in cut.tensors:
            return number
    return None


def cut_label(profile: CutProfile, number: int) -> str:
    """`46,656 numbers pass · β 0.302 · ν 0.333`; ratios that do not exist are left out."""
    cut = profile.cuts[number]
    ratios = [f"{name} {ratio:.3g}" for name, ratio in _ratios(cut) if ratio is not None]
    return " · ".join([passing(profile, number), *ratios])


def passing(profile: CutProfile, number: int) -> str:
    """`46,656 numbers pass`."""
    return f"{exact(profile.cuts[number].width)} {profile.unit} pass"


def _ratios(cut: Cut) -> tuple[tuple[str, float | None], ...]:
    return (("β", cut.beta), ("ν", cut.nu))


class CutPlace(msgspec.Struct, frozen=True):
    """Where a cut is drawn: its height `y` in scene pixels, and the bars of its tensors from
    left to right."""

    y: float
    bars: tuple[str, ...]


class CutMark(msgspec.Struct, frozen=True):
    """A cut to be marked on the canvas: its place, `text` with all its numbers, `short` with
    its width only; `warned` says that it is a waist."""

    y: float
    bars: tuple[str, ...]
    text: str
    short: str
    warned: bool


def cut_mark(narrowing: Narrowing, number: int, place: CutPlace) -> CutMark:
    """Cut `number` as it is marked at its place."""
    warned = number in narrowing.waist_cuts
    profile = narrowing.profile
    return CutMark(
        place.y, place.bars, cut_label(profile, number), passing(profile, number), warned
    )


def waists(
    narrowing: Narrowing,
    places: Sequence[CutPlace],
    parts: Mapping[str, Sequence[CutPlace]] | None = None,
) -> tuple[CutMark, ...]:
    """The cuts that are warned of, marked at their places.

    `parts` has the places of the cuts on the way to each of several outputs that part
    (`part_places`); without, only cuts of the whole network are marked.
    """
    shown = {"": places, **(parts or {})}
    known = (finding for finding in narrowing.warned if finding.output in shown)
    return tuple(
        _warned(narrowing.profile.towards(f.output), f.cut, shown[f.output][f.cut]) for f in known
    )


def _warned(profile: CutProfile, number: int, place: CutPlace) -> CutMark:
    texts = cut_label(profile, number), passing(profile, number)
    return CutMark(place.y, place.bars, *texts, warned=True)


def cut_places(
    profile: CutProfile,
    bar_of: Callable[[str], str | None],
    bars: Mapping[str, Rect],
    wrapped: bool = False,
) -> tuple[CutPlace, ...]:
    """The place of every cut of the profile, heights never decreasing unless the picture is
    `wrapped` into columns.

    `bar_of` names the bar that stands for a node (None: not drawn), `bars` has where it is.
    A cut stands in the middle of its bars: at the bar of a single tensor, between those of
    parallel branches. Cuts that share their bars, as in a folded module, are spread in order
    over the bars' height. A cut none of whose tensors is drawn stands where the one before
    it does.
    """
    shown = [_bars_of(cut, bar_of, bars) for cut in profile.cuts]
    heights: list[float] = []
    for names, alike in groupby(shown):
        count = len(list(alike))
        above, below = _band([bars[name] for name in names], heights)
        heights += [above + (below - above) * (k + 0.5) / count for k in range(count)]
    return tuple(map(CutPlace, heights if wrapped else accumulate(heights, max), shown))


def part_places(
    profile: CutProfile,
    bar_of: Callable[[str], str | None],
    bars: Mapping[str, Rect],
    wrapped: bool = False,
) -> dict[str, tuple[CutPlace, ...]]:
    """As `cut_places`, for the way to each of several outputs that part, by its node."""
    return {part.output: cut_places(part.profile, bar_of, bars, wrapped) for part in profile.parts}


def _bars_of(
    cut: Cut, bar_of: Callable[[str], str | None], bars: Mapping[str, Rect]
) -> tuple[str, ...]:
    found = {bar_of(node) for node in cut.tensors}
    drawn = [name for name in found if name is not None and name in bars]
    return tuple(sorted(drawn, key=lambda name: (bars[name].center, name)))


def _band(rects: list[Rect], heights: list[float]) -> tuple[float, float]:
    """Mean upper and lower edge of bars; the last height twice where there are none."""
    if not rects:
        last = heights[-1] if heights else 0.0
        return last, last
    count = len(rects)
    return sum(rect.y for rect in rects) / count, sum(rect.bottom for rect in rects) / count
