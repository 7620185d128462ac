"""The `memory` command: what one training step needs, and the largest batch that fits."""

from __future__ import annotations

import json
import sys
from typing import Any, cast

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.costs.checkpointing import Checkpointing, SavedBy, checkpointing, saved_by_part
from visualizer.costs.observed import TrainingObserved
from visualizer.costs.training import (
    Optimizer,
    Plan,
    TrainingMemory,
    largest_batch,
    training_memory,
)
from visualizer.costs.training_words import fits_sentence, peak_sentence, plan_text
from visualizer.costs.units import human_bytes, percent
from visualizer.graph.model import as_plain
from visualizer.session.network import OpenNetwork
from visualizer.sources import SourceError

_MOST = 10
_MOST_GIB = 1 << 30
_UNSEEN_WIDTH = 110


def print_memory(
    opening: Opening,
    batch: int,
    optimizer: str,
    mixed: bool,
    checkpoint: bool,
    fits: float | None,
    format: str,
) -> None:
    """Write the memory of one training step to stdout; raises SourceError."""
    if fits is not None and not fits < _MOST_GIB:
        raise SourceError(f"--fits {fits:g} is no memory in GB: give a number like 16")
    with worker() as session:
        opened, network = open_source(session, opening)
        observed = session.observe_training(opened, network.inputs, mixed)
    blocks = checkpointing(network.graph, network.report, observed)
    if checkpoint and blocks is None:
        raise SourceError(f"{network.graph.name} has no blocks in a row to checkpoint")
    plan = Plan(batch, cast(Optimizer, optimizer), mixed, checkpoint)
    memory = training_memory(observed, plan, blocks)
    largest = largest_batch(observed, plan, fits, blocks) if fits is not None else None
    parts = saved_by_part(network.graph, observed, batch)
    if format == "json":
        document = _document(opening.text, network, observed, memory, blocks, parts)
        print(json.dumps(document | {"fits_gib": fits, "largest_batch": largest}, indent=1))
        return
    console = Console() if sys.stdout.isatty() else Console(width=_UNSEEN_WIDTH)
    console.print(_parts_table(f"Training memory of {network.graph.name}", memory))
    console.print(_saved_table(parts, checkpoint))
    for line in _remarks(network, observed, memory, blocks, fits, largest):
        console.print(line, highlight=False, markup=False)


def _parts_table(title: str, memory: TrainingMemory) -> Table:
    heading = f"{title}: {plan_text(memory.plan)}"
    table = Table(title=heading, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("At the peak")
    for column in ("Memory", "Share"):
        table.add_column(column, justify="right")
    table.add_column("What it is")
    for part in memory.parts:
        share = percent(part.bytes / memory.peak_bytes)
        table.add_row(part.title, human_bytes(part.bytes), share, part.meaning)
    table.add_section()
    table.add_row("Peak", human_bytes(memory.peak_bytes), "100.0 %", "all of it at one moment")
    return table


def _saved_table(parts: tuple[SavedBy, ...], checkpoint: bool) -> Table:
    without = " without checkpointing" if checkpoint else ""
    title = f"Saved for backward{without}, where most"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("Part")
    for column in ("Saved", "Share"):
        table.add_column(column, justify="right")
    for part in parts[:_MOST]:
        name = part.item or "ops that run only in training"
        table.add_row(name, human_bytes(part.bytes), percent(part.share))
    if len(parts) > _MOST:
        rest = parts[_MOST:]
        size, share = sum(p.bytes for p in rest), sum(p.share for p in rest)
        table.add_row(f"{len(rest)} more", human_bytes(size), percent(share))
    return table


def _remarks(
    network: OpenNetwork,
    observed: TrainingObserved,
    memory: TrainingMemory,
    blocks: Checkpointing | None,
    fits: float | None,
    largest: int | None,
) -> list[str]:
    lines = [peak_sentence(memory)]
    lines += [f"{d.quantity}: {d.formula}: {d.text}" for d in memory.derivations]
    if memory.plan.checkpoint and blocks is not None:
        share = percent(blocks.extra_macs / max(network.report.totals.macs, 1))
        lines.append(f"checkpointing {len(blocks.blocks)} blocks: {share} of the MACs run twice")
    if fits is not None and largest is not None:
        lines.append(fits_sentence(largest, fits))
    return [*lines, _seen(observed)]


def _seen(observed: TrainingObserved) -> str:
    small, large = observed.batches
    return (
        f"Observed on {observed.route} with batches of {small} and {large}; a batch of "
        f"{observed.checked_batch} was {percent(observed.off)} off the line. Kernel workspace and "
        "the loss are not counted."
    )


def _document(
    source: str,
    network: OpenNetwork,
    observed: TrainingObserved,
    memory: TrainingMemory,
    blocks: Checkpointing | None,
    parts: tuple[SavedBy, ...],
) -> dict[str, Any]:
    return {
        "source": source,
        "inputs": [as_plain(node.output) for node in network.graph.inputs],
        "memory": as_plain(memory),
        "saved_by_part": [as_plain(part) for part in parts],
        "blocks": [block.id for block in blocks.blocks] if blocks is not None else [],
        "extra_macs": blocks.extra_macs if blocks is not None and memory.plan.checkpoint else 0,
        "observed": {
            "route": observed.route,
            "batches": observed.batches,
            "checked_batch": observed.checked_batch,
            "off": observed.off,
            "saved": as_plain(observed.saved_law),
        },
    }
