"""`--batch`, `--resolution`, `--dtype` and `--count`: what the costs of a command are for."""

from __future__ import annotations

import re

import msgspec

from visualizer.cli.loading import open_source
from visualizer.cli.opening import Opening
from visualizer.costs.settings import (
    CostSettings,
    Counting,
    at_batch,
    at_resolution,
    batch_of,
    resolution_of,
)
from visualizer.engine.waiting import WorkerSession
from visualizer.graph.retyping import WEIGHT_ONLY, WEIGHT_PRECISIONS
from visualizer.session.network import OpenNetwork
from visualizer.session.recosting import costed, retraced
from visualizer.sources import InputSpec, SourceError

COUNTABLE = tuple(field.name for field in msgspec.structs.fields(Counting))


def cost_settings(
    batch: int | None, resolution: str, dtype: str, counted: tuple[str, ...]
) -> CostSettings:
    """The options as settings; raises SourceError."""
    try:
        counting = Counting(**dict.fromkeys(counted, True))
        return CostSettings(batch, _sides(resolution), dtype, counting=counting)
    except ValueError as error:
        raise SourceError(str(error)) from error


def _sides(text: str) -> tuple[int, int] | None:
    """`256x320` (height, width) or `256`."""
    if not text:
        return None
    if not re.fullmatch(r"\d+(x\d+)?", text):
        raise SourceError(f"cannot read resolution '{text}': write it like 256 or 256x320")
    height, _, width = text.partition("x")
    return int(height), int(width or height)


def open_for(
    session: WorkerSession,
    opening: Opening,
    settings: CostSettings,
) -> OpenNetwork:
    """The network with the costs that `settings` ask for; raises SourceError."""
    opened_source, network = open_source(session, opening)
    wanted = _inputs_for(network, settings)
    if wanted != network.inputs:
        network = retraced(network, session.retrace(opened_source, wanted))
    return costed(network, network.graph, settings)


def _inputs_for(network: OpenNetwork, settings: CostSettings) -> tuple[InputSpec, ...]:
    inputs = network.inputs
    if settings.batch is not None:
        if batch_of(inputs) is None:
            raise SourceError("the inputs of this network have no batch in common: use --input")
        inputs = at_batch(inputs, settings.batch)
    if settings.resolution is not None:
        if resolution_of(inputs) is None:
            raise SourceError("this network does not take pictures of one size: use --input")
        inputs = at_resolution(inputs, settings.resolution)
    return inputs


def settings_remarks(settings: CostSettings) -> list[str]:
    """What must be said about costs for these settings."""
    lines = []
    if settings.dtype in WEIGHT_PRECISIONS:
        lines.append(f"{settings.dtype}: {WEIGHT_ONLY}")
    counted = [name for name in COUNTABLE if getattr(settings.counting, name)]
    if counted:
        lines.append(f"the MACs count operations of {', '.join(counted)} as well")
    return lines
