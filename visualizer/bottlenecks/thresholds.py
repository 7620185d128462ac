"""The limits that make a narrow place a finding, and how they are set by name."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of the ratios of a cut, each from 0 to 1; see `Cut` for beta, nu and depth (lambda).

    The reductions of well-working networks have beta down to 0.443 (Inception-v3), the
    pattern the paper warns of 0.236 and 0.25 (pooling without widening): 1/3 lies between.
    A class token appended later makes a tensor up to 2 % wider, which is no re-expansion.
    """

    extreme_beta: float = 1 / 3
    extreme_nu: float = 0.97
    moderate_beta: float = 1 / 2
    moderate_nu: float = 1 / 2
    squeeze_depth: float = 1 / 4
    mild_beta: float = 1.0
    mild_nu: float = 1 / 2
    cliff_beta: float = 1 / 3
    early: float = 1 / 3


class ThresholdMeaning(msgspec.Struct, frozen=True):
    """What a limit is about: the `group` of findings it decides, the `symbol` of its ratio, and
    what happens when the ratio is on the small side of it; `reason` for its default, if it
    needs one."""

    group: str
    symbol: str
    relation: str
    decides: str
    reason: str = ""


class ThresholdError(ValueError):
    """A limit that does not exist, is no number or does not lie between 0 and 1."""


DEFAULTS = Thresholds()
MEANINGS: dict[str, ThresholdMeaning] = {
    "extreme_beta": ThresholdMeaning(
        "Extreme", "β", "below", "so small a share of what got this far passes on"
    ),
    "extreme_nu": ThresholdMeaning(
        "Extreme",
        "ν",
        "below",
        "and more is computed afterwards (a class token's 2 % do not count)",
        "0.97 and not 1: a class token that is appended late makes a tensor up to 2 % wider, "
        "which is no re-expansion.",
    ),
    "moderate_beta": ThresholdMeaning(
        "Moderate", "β", "below", "so small a share of what got this far passes on"
    ),
    "moderate_nu": ThresholdMeaning(
        "Moderate", "ν", "at most", "and clearly more is computed afterwards"
    ),
    "squeeze_depth": ThresholdMeaning(
        "Moderate", "λ", "at most", "or: channels are squeezed so far, and nothing runs past"
    ),
    "mild_beta": ThresholdMeaning(
        "Mild", "β", "below", "less passes on than got this far (else the place is info)"
    ),
    "mild_nu": ThresholdMeaning("Mild", "ν", "at most", "and clearly more is computed afterwards"),
    "cliff_beta": ThresholdMeaning(
        "Info", "β", "below", "the drop into the final representation is so steep"
    ),
    "early": ThresholdMeaning(
        "Early", "MACs", "below", "so small a share of the arithmetic is done by then"
    ),
}


def with_threshold(thresholds: Thresholds, name: str, value: float) -> Thresholds:
    """`thresholds` with one limit changed.

    Raises ThresholdError for an unknown name and for a value that is not between 0 and 1.
    """
    if name not in MEANINGS:
        raise ThresholdError(f"no threshold '{name}'; there are {', '.join(MEANINGS)}")
    if not 0 <= value <= 1:  # not a number fails this too
        raise ThresholdError(f"threshold {name} must be between 0 and 1, not {value:g}")
    return msgspec.structs.replace(thresholds, **{name: value})


def parse_thresholds(settings: Iterable[str]) -> Thresholds:
    """The defaults with changes such as `extreme_beta=0.4`; raises ThresholdError."""
    thresholds = DEFAULTS
    for setting in settings:
        name, equals, number = setting.partition("=")
        if not equals:
            raise ThresholdError(
                f"cannot read threshold '{setting}': write NAME=NUMBER, as in extreme_beta=0.4"
            )
        thresholds = with_threshold(thresholds, name.strip(), _number(name, number))
    return thresholds


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ThresholdError(f"threshold {name} needs a number, not '{text}'") from None


def changes(thresholds: Thresholds) -> str:
    """`extreme_beta = 0.4 (default 0.333)`, what differs from the defaults; "" for nothing."""
    moved = (
        f"{name} = {value:.3g} (default {default:.3g})"
        for name in MEANINGS
        if (value := getattr(thresholds, name)) != (default := getattr(DEFAULTS, name))
    )
    return ", ".join(moved)


def thresholds_text(thresholds: Thresholds) -> str:
    """All limits as text, to be remembered."""
    return msgspec.json.encode(thresholds).decode()


def thresholds_from(text: str) -> Thresholds:
    """What `thresholds_text` wrote; the defaults when it is none of that."""
    try:
        found = msgspec.json.decode(text, type=Thresholds)
        for name in MEANINGS:
            with_threshold(found, name, getattr(found, name))
    except (msgspec.DecodeError, ThresholdError):
        return DEFAULTS
    return found
