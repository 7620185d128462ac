"""Opening one network as the window and the commands do."""

from __future__ import annotations

import time

from tests.zoo.records import Opened
from visualizer.costs import cost_report
from visualizer.costs.settings import Counting
from visualizer.sources import InputSpec, parse_input, parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import recipe_for


def opened(name: str, inputs: str = "") -> Opened:
    """Costs of network `name`; inputs such as "1x3x224x224 1x3x224x224", "" for its own.

    Raises whatever the product raises.
    """
    start = time.perf_counter()
    recipe = recipe_for(parse_source(name))
    specs = specs_of(inputs) or recipe.default_inputs
    graph, _ = extract(recipe.build, specs, name=name)
    report = cost_report(graph)
    seconds = time.perf_counter() - start
    totals = report.totals
    return Opened(
        name=name,
        inputs=inputs,
        seconds=round(seconds, 3),
        used_inputs=text_of(specs),
        route=graph.route,
        ops=len(graph.ops),
        params=totals.params,
        head_params=totals.training_only_params,
        macs=totals.macs,
        norm_macs=cost_report(graph, Counting(norm=True)).totals.macs,
        uncovered=report.uncovered_ops,
        notes=graph.notes,
    )


def specs_of(inputs: str) -> tuple[InputSpec, ...]:
    return tuple(parse_input(text) for text in inputs.split())


def text_of(specs: tuple[InputSpec, ...]) -> str:
    return " ".join("x".join(map(str, spec.shape)) for spec in specs)
