"""What runs only in training is no part of what flows to the answer."""

from __future__ import annotations

import pytest

from visualizer.bottlenecks import cut_profile, find_bottlenecks
from visualizer.bottlenecks.convolutions import convolutions
from visualizer.costs import cost_report
from visualizer.sources import parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import recipe_for


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_that_heads_change_neither_cuts_nor_findings_nor_convolutions(name: str) -> None:
    recipe = recipe_for(parse_source(name))
    graph, _ = extract(recipe.build, recipe.default_inputs, name=name)
    plain = graph.in_evaluation
    assert len(plain.nodes) < len(graph.nodes)
    ours, theirs = (cut_profile(g, cost_report(g)) for g in (graph, plain))
    assert ours.cuts == theirs.cuts
    assert find_bottlenecks(ours) == find_bottlenecks(theirs)
    assert convolutions(graph, cost_report(graph)) == convolutions(plain, cost_report(plain))
