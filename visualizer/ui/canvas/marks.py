"""Colours laid over bars: a metric, or a reserved red for waists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QColor

from visualizer.costs.border import VERDICTS, Verdict
from visualizer.costs.border_words import MEANINGS
from visualizer.session.cuts import CutMark
from visualizer.ui.theme import Theme, blend

# Pale to saturated, ordered by lightness so that it also reads without colour vision.
_RAMP_ON_LIGHT = ("#B4BFCD", "#E5A558", "#DD7E43", "#B9375E", "#5B1A66")
_RAMP_ON_DARK = ("#5A6274", "#8F52A2", "#C4507A", "#EE8A54", "#FBDD9A")


@dataclass(frozen=True)
class Marks:
    """Colours of bars by id; None is a bar whose value is not known (drawn grey).

    Bars that are not named keep the colour of their family. `legend` says what the colours
    mean; `ramp` with the texts `low` and `high` explains a scale. `waists` are
    marked beside their bars whatever these are coloured by. `swatches` name single colours, for
    an overlay that has classes instead of a scale. All bars but those `kept` are faint.
    """

    colors: Mapping[str, QColor | None] = field(default_factory=dict)
    legend: str = ""
    ramp: tuple[QColor, ...] = ()
    low: str = ""
    high: str = ""
    waists: tuple[CutMark, ...] = ()
    swatches: tuple[tuple[str, QColor], ...] = ()
    kept: frozenset[str] | None = None

    def is_faint(self, bar: str) -> bool:
        """Whether others are told apart from this bar."""
        return self.kept is not None and bar not in self.kept

    @property
    def is_overlay(self) -> bool:
        """Whether bars are coloured by something else than their family."""
        return bool(self.ramp or self.swatches)


def waist_marks(waists: tuple[CutMark, ...], theme: Theme) -> Marks | None:
    """Bars through which too little passes, in the colour kept for them; None without any."""
    colors = {bar: theme.color("waist") for waist in waists for bar in waist.bars}
    legend = "red: representational bottleneck"
    return Marks(colors, legend, waists=waists) if colors else None


def border_marks(
    verdicts: Mapping[str, Verdict | None], waists: tuple[CutMark, ...], theme: Theme
) -> Marks:
    """Bars in the colours of the border rule's verdicts, with what these mean."""
    ramp = heat_ramp(theme)
    warm, hot = (ramp[4], ramp[2]) if theme.is_dark else (ramp[1], ramp[3])
    of = dict(zip(VERDICTS, (theme.color("accent"), warm, hot), strict=True))
    colors = {item: None if verdict is None else of[verdict] for item, verdict in verdicts.items()}
    swatches = tuple((MEANINGS[verdict], of[verdict]) for verdict in VERDICTS)
    title = "Border rule"
    return Marks(colors, title, waists=waists, swatches=swatches)


def heat_ramp(theme: Theme) -> tuple[QColor, ...]:
    """The colours of a metric from least to most."""
    return tuple(QColor(name) for name in (_RAMP_ON_DARK if theme.is_dark else _RAMP_ON_LIGHT))


def heat_color(share: float, theme: Theme) -> QColor:
    """The colour of a value that is `share` (0..1) of the largest."""
    ramp = heat_ramp(theme)
    position = min(max(share, 0.0), 1.0) * (len(ramp) - 1)
    below = min(int(position), len(ramp) - 2)
    return blend(ramp[below], ramp[below + 1], position - below)
