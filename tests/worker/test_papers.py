"""The figures as networks: every number by hand, or from the tables of the paper."""

from __future__ import annotations

from functools import cache

import pytest

from visualizer.bottlenecks import cut_profile, find_bottlenecks
from visualizer.costs import CostReport, cost_report
from visualizer.graph import LayerGraph
from visualizer.paper import PAPER_BY_NAME, PAPER_NETWORKS
from visualizer.sources import parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import LoadError, recipe_for
from visualizer.worker.papers import BUILDERS

G35, G17, G8 = 35 * 35, 17 * 17, 8 * 8

# conv MACs by hand: grid · c_in · c_out · kernel area
REDUCTIONS = {
    "fig9-left": G17 * 320 * 640 * 9,
    "fig9-right": G35 * 320 * 640 * 9,
    "fig10": G17 * 320 * 320 * 9,
}
OTHERS = {
    "inception-a": G35 * (288 * (64 + 48 + 64 + 64) + 9 * (64 * 96 + 96 * 96) + 9 * 48 * 64),
    "inception-b": G17
    * (768 * (128 + 128 + 192 + 192) + 7 * (3 * 128 * 128 + 128 * 192) + 7 * 128 * (128 + 192)),
    "inception-c": G8 * (1280 * (448 + 384 + 192 + 320) + 9 * 448 * 384 + 3 * 4 * 384 * 384),
    "stem-7x7": 147 * 147 * 3 * 64 * 49,
    "stem-3x3": 9 * (149 * 149 * 3 * 32 + 147 * 147 * (32 * 32 + 32 * 64)),
    "fig1-5x5": 25 * 64 * 64,
    "fig1": 9 * 9 * 64 * 64 + 9 * 64 * 64,
}
OUTPUTS = {
    "fig9-left": (1, 640, 17, 17), "fig9-right": (1, 640, 17, 17), "fig10": (1, 640, 17, 17),
    "inception-a": (1, 288, 35, 35), "inception-b": (1, 768, 17, 17),
    "inception-c": (1, 2048, 8, 8), "stem-7x7": (1, 64, 147, 147), "stem-3x3": (1, 64, 147, 147),
    "fig1-5x5": (1, 64, 1, 1), "fig1": (1, 64, 1, 1), "inception-v3-table1": (1, 1000),
}  # fmt: skip


@cache
def opened(name: str) -> tuple[LayerGraph, CostReport]:
    recipe = recipe_for(parse_source(f"paper:{name}"))
    graph, _ = extract(recipe.build, recipe.default_inputs, name=recipe.name)
    return graph, cost_report(graph)


@pytest.mark.parametrize(("name", "macs"), [*REDUCTIONS.items(), *OTHERS.items()])
def test_that_macs_are_those_counted_by_hand(name: str, macs: int) -> None:
    assert opened(name)[1].totals.macs == macs


def test_that_the_reductions_cost_what_the_paper_compares() -> None:
    assert {name: round(macs / 1e6, 1) for name, macs in REDUCTIONS.items()} == {
        "fig9-left": 532.7, "fig9-right": 2257.9, "fig10": 266.3,
    }  # fmt: skip
    assert opened("reductions")[1].totals.macs == sum(REDUCTIONS.values())


@pytest.mark.parametrize(
    ("name", "narrowest", "warned"),
    [("fig9-left", 92_480, True), ("fig9-right", 184_960, False), ("fig10", 184_960, False)],
)
def test_that_only_fig_9_left_is_a_bottleneck(name: str, narrowest: int, warned: bool) -> None:
    profile = cut_profile(*opened(name))
    assert min(cut.width for cut in profile.cuts) == narrowest
    assert ("extreme" in {finding.severity for finding in find_bottlenecks(profile)}) == warned


@pytest.mark.parametrize(("name", "shape"), OUTPUTS.items())
def test_that_a_figure_gives_the_grid_and_channels_it_shows(
    name: str, shape: tuple[int, ...]
) -> None:
    graph, _ = opened(name)
    assert [graph.spec(ref).shape for ref in graph.outputs] == [shape]


@pytest.mark.parametrize(
    ("name", "mmacs", "kilo_weights"),
    [("inception-b", 374.1, 1294.3), ("inception-c", 322.4, 5038.1)],
)
def test_that_figs_6_and_7_cost_what_the_reference_implementation_does(
    name: str, mmacs: float, kilo_weights: float
) -> None:
    """Mixed_6b and Mixed_7b of Inception-v3."""
    graph, report = opened(name)
    assert round(report.totals.macs / 1e6, 1) == mmacs
    weights = sum(p.spec.elements for p in graph.parameters if p.name.endswith("conv.weight"))
    assert round(weights / 1e3, 1) == kilo_weights


def test_that_the_factorized_tile_has_18_weights_for_every_25() -> None:
    weights = {
        name: sum(
            p.spec.elements for p in opened(name)[0].parameters if p.name.endswith("conv.weight")
        )
        for name in ("fig1-5x5", "fig1")
    }
    assert weights["fig1"] * 25 == weights["fig1-5x5"] * 18


def test_that_table_1_has_the_literal_stem_and_the_grids_of_its_rows() -> None:
    graph, report = opened("inception-v3-table1")
    stem = sum(report.layers[n.id].macs or 0 for n in graph.ops if n.id.startswith("stem.conv"))
    assert round(stem / 1e6, 1) == 1627.9
    last = {node.scope[0]: node.output.shape[1:] for node in graph.ops if node.scope}
    assert last["stem"] == (288, 35, 35)
    assert last["grid_35"] == (288, 35, 35)
    assert last["to_grid_17"] == last["grid_17"] == (768, 17, 17)
    assert last["to_grid_8"] == (1280, 8, 8)
    assert last["grid_8"] == (2048, 8, 8)


def test_that_every_figure_on_offer_can_be_built_and_no_other() -> None:
    assert set(BUILDERS) == set(PAPER_BY_NAME)
    assert len(PAPER_BY_NAME) == len(PAPER_NETWORKS)
    for network in PAPER_NETWORKS:
        assert recipe_for(parse_source(network.source)).default_inputs[0].shape == network.shape


def test_that_only_figures_of_three_channels_take_a_picture() -> None:
    assert recipe_for(parse_source("paper:fig10")).preprocessing is None
    stem = recipe_for(parse_source("paper:stem-3x3")).preprocessing
    assert stem is not None
    assert stem.crop == (299, 299)


def test_that_an_unknown_figure_gets_the_nearest_or_all_names() -> None:
    with pytest.raises(LoadError, match="no network called 'fig-10'; did you mean fig10"):
        recipe_for(parse_source("paper:fig-10"))
    with pytest.raises(LoadError, match="it has fig1-5x5, fig1, inception-a"):
        recipe_for(parse_source("paper:zzz"))


@pytest.mark.parametrize("weights", ["default", "weights.pth"])
def test_that_a_figure_says_that_it_has_no_weights(weights: str) -> None:
    with pytest.raises(LoadError, match="paper:fig10 has no trained weights"):
        recipe_for(parse_source("paper:fig10", weights))
