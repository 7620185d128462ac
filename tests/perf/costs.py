"""The cost report of a large network: every formula, receptive field and lifetime."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import msgspec

from tests.perf.table import Row, least_cpu_seconds
from visualizer.costs import cost_report
from visualizer.sources import parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import recipe_for

REPEATS = 40


def rows() -> list[Row]:
    """Milliseconds for timm's nfnet_f7, the largest convolutional network there is."""
    recipe = recipe_for(parse_source("timm:nfnet_f7"))
    graph, _ = extract(recipe.build, recipe.default_inputs, name="nfnet_f7")
    # Copies that nobody has looked at: nothing derived from them is there yet.
    fresh = [msgspec.structs.replace(graph) for _ in range(REPEATS)]
    with _without_torch_in_collections():
        seconds = least_cpu_seconds(partial(cost_report, copy) for copy in fresh)
    ops = f"{len(graph.nodes):,} nodes"
    return [Row("cost report of nfnet_f7", 1000 * seconds, "ms", 50.0, ops)]


@contextmanager
def _without_torch_in_collections() -> Iterator[None]:
    """Garbage is collected as in the window's process, which never imports torch: what stands
    in memory here because of it is not looked through."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
