"""What training needs, in a report."""

from __future__ import annotations

from collections.abc import Iterator

from visualizer.costs.checkpointing import SavedBy
from visualizer.costs.training import TrainingMemory
from visualizer.costs.training_words import peak_sentence, plan_text
from visualizer.costs.units import human_bytes, percent
from visualizer.reports.model import Block, Fold, Sheet, Words
from visualizer.session.training import TrainingShown

_MOST = 30
_MEASURED = (
    "Observed on one training step without numbers: the tensors that backward keeps. Kernel "
    "workspace and the loss are not counted."
)


def training_blocks(training: TrainingShown | str) -> Iterator[Block]:
    """The parts at the peak, and what is saved for backward by which module; of a text why that
    could not be observed."""
    if isinstance(training, str):
        if training:
            yield Words(training, faint=True)
        return
    memory = training.memory
    plan = plan_text(memory.plan)
    yield Words(f"{plan[:1].upper()}{plan[1:]}. {peak_sentence(memory)}")
    yield _parts(memory)
    if training.parts:
        yield Fold("Saved for backward", _without(memory), (_saved(training.parts),))
    yield Words(_MEASURED, faint=True)


def _parts(memory: TrainingMemory) -> Sheet:
    rows = [
        (part.title, human_bytes(part.bytes), percent(part.bytes / memory.peak_bytes), part.meaning)
        for part in memory.parts
    ]
    total = ("Peak", human_bytes(memory.peak_bytes), "100.0 %", "all of it at one moment")
    titles = ("At the peak", "Memory", "Share", "What it is")
    return Sheet(titles, (False, True, True, False), (*rows, total))


def _without(memory: TrainingMemory) -> str:
    return "without checkpointing, most first" if memory.plan.checkpoint else "most first"


def _saved(parts: tuple[SavedBy, ...]) -> Sheet:
    rows = tuple(
        (part.item or "ops that run only in training", human_bytes(part.bytes), percent(part.share))
        for part in parts[:_MOST]
    )
    return Sheet(("Part", "Saved", "Share"), (False, True, True), rows)
