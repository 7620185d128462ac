"""What is to be said of each network: what did not open, is uncovered, or counted otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.zoo.explained import EXPLAINED
from tests.zoo.published import Figure, published
from tests.zoo.records import Counted, Fact, Key, Opened
from tests.zoo.sweep import compared_inputs

# fvcore also counts some poolings and resizings, a little of the whole.
_FVCORE_SHARE = 0.02
_UNCONNECTED = "no path leads from the inputs"


@dataclass(frozen=True)
class Verdict:
    """One row: `own` at the network's own inputs, `compared` at those of the published figure."""

    own: Opened
    compared: Opened
    counted: Counted | None
    figure: Figure | None
    problems: tuple[str, ...]

    @property
    def explanation(self) -> str:
        """Only a difference from a published figure can be explained."""
        about_figure = self.problems and all("published" in text for text in self.problems)
        return EXPLAINED.get(self.own.name, "") if about_figure else ""

    @property
    def is_fine(self) -> bool:
        return not self.problems or bool(self.explanation)


def verdict_of(name: str, facts: dict[Key, Fact]) -> Verdict | None:
    """None when the network was not opened yet."""
    own = facts.get(("Opened", name, ""))
    if not isinstance(own, Opened):
        return None
    inputs = compared_inputs(own)
    opened_so = ("Opened", name, inputs) in facts
    compared = facts.get(("Opened", name, inputs), own)
    assert isinstance(compared, Opened)
    counted = facts.get(("Counted", name, inputs or own.used_inputs))
    assert counted is None or isinstance(counted, Counted)
    figure = published(name) if opened_so else None
    problems = tuple(_problems(own, compared, counted, figure))
    return Verdict(own, compared, counted, figure, problems)


def _problems(
    own: Opened, compared: Opened, counted: Counted | None, figure: Figure | None
) -> Iterator[str]:
    failed = own.error or compared.error
    if failed:
        yield f"did not open: {failed}"
        return
    if own.uncovered:
        yield f"uncovered: {', '.join(own.uncovered)}"
    if any(note.startswith(_UNCONNECTED) for note in own.notes):
        yield "no path from input to output"
    if counted is not None:
        yield from _against_torch(compared, counted)
    if figure is not None:
        yield from _against_published(compared, figure)


def _against_torch(ours: Opened, counted: Counted) -> Iterator[str]:
    everything = ours.params + ours.head_params
    if counted.params is not None and counted.params != everything:
        yield f"{everything:,} parameters, the module has {counted.params:,}"
    if counted.macs is not None and counted.macs != ours.macs:
        yield f"{ours.macs:,} MACs, torch's counter says {counted.macs:,}"


def _against_published(ours: Opened, figure: Figure) -> Iterator[str]:
    # torchvision counts the head of Inception-v3, and not those of GoogLeNet.
    candidates = (ours.params, ours.params + ours.head_params)
    if all(abs(params - figure.params) > figure.params_digit / 2 for params in candidates):
        yield f"{ours.params:,} parameters, published {figure.params:,.0f}"
    macs = ours.norm_macs if figure.counts_norms else ours.macs
    slack = figure.macs * _FVCORE_SHARE if figure.counts_norms else 0
    if abs(macs - figure.macs) > figure.macs_digit / 2 + slack + 1:
        yield f"{macs / 1e9:.3f} GMACs, published {figure.macs / 1e9:.3f}"


def needless_explanations(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Networks that are explained although nothing is wrong with them any more."""
    return tuple(v.own.name for v in verdicts if v.own.name in EXPLAINED and not v.problems)
