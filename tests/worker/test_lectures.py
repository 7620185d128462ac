"""The lecture's networks: every layer and total against arithmetic done without this program.

`tests/golden` has the layers of the papers' geometry, the totals below are those that the
papers, the slides and plain arithmetic on their tables give.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from visualizer.costs import CostReport, cost_report
from visualizer.costs.comparison import Compared, figures
from visualizer.costs.lecture_table import lecture_rows, slide_notes
from visualizer.graph import LayerGraph
from visualizer.lecture import LECTURE_BY_NAME, LECTURE_NETWORKS
from visualizer.sources import parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.lectures import BUILDERS
from visualizer.worker.loaders import LoadError, recipe_for

GOLDEN = Path(__file__).parent.parent / "golden"
TABLES = json.loads((GOLDEN / "layer_tables.json").read_text())
TOTALS = json.loads((GOLDEN / "totals.json").read_text())

COVERED = {
    "alexnet": "alexnet_lecture",
    "alexnet-2012": "alexnet_2012_two_gpu",
    "vgg16": "vgg16",
    "googlenet": "googlenet_paper",
    "resnet50-v1": "resnet50_v1",
}
GOLDEN_OPS = {
    "conv2d": "conv", "max_pool2d": "pool", "adaptive_avg_pool2d": "gap", "linear": "fc",
    "flatten": "flatten", "cat": "concat",
}  # fmt: skip

# MiB of conv and fc outputs, with pools too, parameters, millions of MACs
FIGURES = {
    "alexnet": (1.912, 2.249, 61_100_840, 716.77),
    "alexnet-2012": (2.515, 2.982, 60_965_224, 724.41),
    "vgg16": (51.715, 57.553, 138_357_544, 15_470.26),
    "vgg16-slide": (48.652, 54.490, 137_767_464, 13_620.58),
    "vgg19": (56.691, 62.529, 143_667_240, 19_632.06),
    "googlenet": (12.311, 17.722, 6_998_552, 1_582.67),
    "resnet50-v1": (40.391, 41.164, 25_557_032, 3_857.97),
    "mobilenet-v1": (19.240, 19.244, 4_231_976, 568.74),
}


@cache
def opened(name: str) -> tuple[LayerGraph, CostReport]:
    recipe = recipe_for(parse_source(f"lecture:{name}"))
    graph, _ = extract(recipe.build, recipe.default_inputs, name=recipe.name)
    return graph, cost_report(graph)


def golden_rows(table: dict[str, Any], wanted: set[str]) -> list[tuple[Any, ...]]:
    return [
        (
            row["op"], math.prod(row["input"]), math.prod(row["output"]), row["memory_kib"],
            row["weights"] + row["biases"], row["macs"],
        )
        for row in table["layers"]
        if row["op"] in wanted
    ]  # fmt: skip


def our_rows(graph: LayerGraph, report: CostReport, wanted: set[str]) -> list[tuple[Any, ...]]:
    return [
        (
            GOLDEN_OPS[node.op], graph.input_specs(node)[0].elements, node.output.elements,
            cost.activation_bytes / 1024, cost.params, cost.macs or 0,
        )
        for node in graph.ops
        if GOLDEN_OPS.get(node.op) in wanted and (cost := report.layers[node.id])
    ]  # fmt: skip


@pytest.mark.parametrize("name", COVERED)
def test_that_every_layer_is_the_golden_tables(name: str) -> None:
    wanted = {"conv", "pool", "fc", "gap"}
    ours = our_rows(*opened(name), wanted)
    assert sorted(ours) == sorted(golden_rows(TABLES[COVERED[name]], wanted))


@pytest.mark.parametrize("name", ["alexnet", "alexnet-2012", "vgg16"])
def test_that_a_chain_has_the_golden_layers_in_their_order_and_by_their_names(name: str) -> None:
    table = TABLES[COVERED[name]]["layers"]
    graph, report = opened(name)
    wanted = {"conv", "pool", "fc", "flatten"}
    assert our_rows(graph, report, wanted) == golden_rows({"layers": table}, wanted)
    ours = [node.name for node in graph.ops if node.op in GOLDEN_OPS]
    assert ours == [row["name"] for row in table]


@pytest.mark.parametrize(("name", "key"), COVERED.items())
def test_that_totals_are_the_golden_totals(name: str, key: str) -> None:
    totals, golden = opened(name)[1].totals, TOTALS[key]
    assert totals.macs == golden["macs"]
    assert totals.macs + totals.pooling_macs == golden["macs_with_pools"]
    assert totals.params == golden["params_with_batchnorm"]


@pytest.mark.parametrize(("name", "expected"), FIGURES.items())
def test_that_memory_parameters_and_macs_are_those_of_the_texts(
    name: str, expected: tuple[float, float, int, float]
) -> None:
    found = figures([Compared(name, *opened(name))])
    memory = [figure.values[0] for figure in found if figure.title == "Lecture's memory"]
    totals = opened(name)[1].totals
    assert tuple(round(size / 1024**2, 3) for size in memory) == expected[:2]
    assert totals.params == expected[2]
    assert round(totals.macs / 1e6, 2) == expected[3]


def test_that_the_slides_vgg_reproduces_its_printed_totals() -> None:
    """48.6 MB, 138 M, 13.6 G."""
    (figure, *_) = (f for f in figures([Compared("", *opened("vgg16-slide"))]) if "Lect" in f.title)
    totals = opened("vgg16-slide")[1].totals
    assert f"{figure.values[0] / 1024**2:.2f}" == "48.65"
    assert round(totals.params / 1e6) == 138
    assert round(totals.macs / 1e9, 1) == 13.6


@pytest.mark.parametrize(
    ("name", "gmacs"),
    [
        ("resnet34", 3.6), ("resnet34-plain", 3.6), ("resnet50-v1", 3.9), ("resnet101-v1", 7.6),
        ("resnet152-v1", 11.3),
    ],
)  # fmt: skip
def test_that_resnets_cost_what_the_paper_prints(name: str, gmacs: float) -> None:
    """Its 3.8 for ResNet-50 is 3.858 cut off."""
    assert round(opened(name)[1].totals.macs / 1e9, 1) == gmacs


def test_that_shortcuts_without_parameters_cost_nothing() -> None:
    shortcut, plain = opened("resnet34")[1].totals, opened("resnet34-plain")[1].totals
    assert round(shortcut.macs / 1e6, 0) == 3644
    assert (shortcut.macs, shortcut.params) == (plain.macs, plain.params)
    assert not [node for node in opened("resnet34-plain")[0].ops if node.op == "add"]
    assert len([node for node in opened("resnet34")[0].ops if node.op == "add"]) == 16


def test_that_the_tables_of_the_slides_alexnet_mark_its_one_misprint() -> None:
    notes = slide_notes(lecture_rows(*opened("alexnet")))
    (note,) = (note for note in notes if "the slide prints 145" in note)
    assert note.startswith("conv4, Flop (M): the slide prints 145, arithmetic gives 150")


def test_that_googlenets_heads_are_there_and_count_for_training_only() -> None:
    graph, report = opened("googlenet")
    heads = dict.fromkeys(("aux1", "aux2"), 0)
    for node in graph.training_ops:
        heads[node.module_path.partition(".")[0]] += report.layers[node.id].params
    assert heads == {"aux1": 3_188_840, "aux2": 3_190_888}
    assert report.totals.training_only_params == sum(heads.values())


def test_that_googlenet_has_real_5x5_convolutions() -> None:
    graph, _ = opened("googlenet")
    parts = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    fives = [node.id for node in graph.ops if node.attributes.get("kernel_size") == (5, 5)]
    assert fives == [f"inception{part}.5x5" for part in parts]


def test_that_two_gpus_are_two_groups() -> None:
    graph, _ = opened("alexnet-2012")
    groups = {n.id: n.attributes["groups"] for n in graph.ops if n.op == "conv2d"}
    assert groups == {"conv1": 1, "conv2": 2, "conv3": 1, "conv4": 2, "conv5": 2}
    assert [n.id for n in graph.ops if n.op == "local_response_norm"] == ["norm1", "norm2"]


def test_that_every_network_on_offer_can_be_built_and_no_other() -> None:
    assert set(BUILDERS) == set(LECTURE_BY_NAME)
    assert len(LECTURE_BY_NAME) == len(LECTURE_NETWORKS)
    for network in LECTURE_NETWORKS:
        assert recipe_for(parse_source(network.source)).default_inputs[0].shape == network.shape


def test_that_an_unknown_network_gets_the_nearest_names() -> None:
    with pytest.raises(LoadError, match="no network called 'alexnett'; did you mean alexnet"):
        recipe_for(parse_source("lecture:alexnett"))


def test_that_a_network_of_the_lecture_says_that_it_has_no_weights() -> None:
    with pytest.raises(LoadError, match="lecture:vgg16 has no trained weights"):
        recipe_for(parse_source("lecture:vgg16", "default"))
