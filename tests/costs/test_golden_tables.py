"""Whole networks against tables that were worked out without this program.

`tests/golden` holds plain arithmetic on the papers' geometry; `meta` of torchvision's weights
holds its publishers' parameter counts and GMACs.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from visualizer.costs import CostReport, cost_report
from visualizer.graph.model import LayerGraph

torch = pytest.importorskip("torch")
models = pytest.importorskip("torchvision.models")

GOLDEN = Path(__file__).parent.parent / "golden"
TABLES = json.loads((GOLDEN / "layer_tables.json").read_text())
TOTALS = json.loads((GOLDEN / "totals.json").read_text())

NETWORKS = {
    "alexnet_lecture": "alexnet",
    "vgg16": "vgg16",
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "resnext50_32x4d": "resnext50_32x4d",
    "inception_v3": "inception_v3",
    "mobilenet_v2": "mobilenet_v2",
    "densenet121": "densenet121",
}
MOST_DIFFERENT = (
    "convnext_tiny", "efficientnet_b0", "efficientnet_v2_s", "googlenet", "inception_v3",
    "maxvit_t", "mnasnet0_5", "mobilenet_v3_small", "resnet18", "shufflenet_v2_x1_0",
    "squeezenet1_1", "swin_t", "swin_v2_t", "vit_b_32",
)  # fmt: skip
GOLDEN_OPS = {"conv2d": "conv", "max_pool2d": "pool", "avg_pool2d": "pool", "linear": "fc"}


@cache
def traced(name: str, side: int) -> tuple[LayerGraph, CostReport]:
    from visualizer.worker.extraction import trace

    without = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    auxiliary = {"aux_logits": False} if name == "googlenet" else {}
    with torch.device("meta"):
        network = models.get_model(name, weights=None, **without, **auxiliary)
    picture = torch.empty(1, 3, side, side, device="meta")
    graph = trace(network.eval(), (picture,), name=name)
    return graph, cost_report(graph)


def golden_rows(table: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(op, input, output, memory in KiB, weights, MACs) of every row that is a layer of ours."""
    return [
        (
            row["op"], math.prod(row["input"]), math.prod(row["output"]), row["memory_kib"],
            row["weights"] + (row["biases"] if row["op"] != "pool" else 0), row["macs"],
        )
        for row in table["layers"]
        if row["op"] in GOLDEN_OPS.values()
    ]  # fmt: skip


def our_rows(graph: LayerGraph, report: CostReport) -> list[tuple[Any, ...]]:
    return [
        (
            GOLDEN_OPS[node.op], graph.input_specs(node)[0].elements, node.output.elements,
            cost.activation_bytes / 1024, cost.params, cost.macs,
        )
        for node in graph.ops
        if node.op in GOLDEN_OPS and (cost := report.layers[node.id])
    ]  # fmt: skip


@pytest.mark.parametrize("key", NETWORKS)
def test_that_every_conv_pool_and_fc_row_is_the_golden_tables(key: str) -> None:
    graph, report = traced(NETWORKS[key], TABLES[key]["input"][1])
    ours, golden = our_rows(graph, report), golden_rows(TABLES[key])
    if key == "inception_v3":  # parallel branches stand in another order in the paper
        ours, golden = sorted(ours), sorted(golden)
    assert ours == golden


@pytest.mark.parametrize("key", NETWORKS)
def test_that_totals_are_the_golden_totals(key: str) -> None:
    _, report = traced(NETWORKS[key], TABLES[key]["input"][1])
    totals, golden = report.totals, TOTALS[key]
    assert totals.macs == golden["macs"]
    assert totals.flops == 2 * golden["macs"]
    assert totals.macs + totals.pooling_macs == golden["macs_with_pools"]
    assert totals.params - totals.unused_params == golden["params_with_batchnorm"]


@pytest.mark.parametrize("name", MOST_DIFFERENT)
def test_that_parameters_and_gmacs_are_those_published(name: str) -> None:
    published = next(iter(models.get_model_weights(name)))
    crop = published.transforms().crop_size
    _, report = traced(name, crop[0] if isinstance(crop, list) else crop)
    assert report.totals.params == published.meta["num_params"]
    assert round(report.totals.macs / 1e9, 3) == published.meta["_ops"]
    assert report.uncovered_ops == ()


def test_that_the_idle_head_of_inception_is_named() -> None:
    _, report = traced("inception_v3", 299)
    assert report.totals.unused_params == 3_326_696
    assert "3,326,696 parameters never run (AuxLogits)" in report.notes


@pytest.mark.parametrize(
    ("name", "node", "expected"),
    [
        # size, stride, padding; Araujo et al. 2019 and, where torch pads otherwise, autograd
        ("alexnet", "features.12", (195, 32, 66)),
        ("vgg16", "features.30", (212, 32, 90)),
        ("resnet50", "layer1.2.relu#3", (35, 4, 17)),
        ("resnet50", "layer2.3.relu#3", (91, 8, 45)),
        ("resnet50", "layer3.5.relu#3", (267, 16, 133)),
        ("resnet50", "layer4.2.relu#3", (427, 32, 213)),
        ("resnet18", "layer4.1.relu#2", (435, 32, 217)),
        ("resnet34", "layer4.2.relu#2", (899, 32, 449)),
        ("resnext50_32x4d", "layer4.2.relu#3", (427, 32, 213)),
        ("mobilenet_v2", "features.18.0", (491, 32, 245)),
        ("densenet121", "features.norm5", (2071, 32, 1021)),
    ],
)
def test_that_receptive_fields_are_those_of_the_literature(
    name: str, node: str, expected: tuple[int, int, int]
) -> None:
    _, report = traced(name, 224)
    field = report.layers[node].receptive_field
    assert field is not None
    assert (field.size[0], field.stride[0], field.padding[0]) == expected
    assert field.size[0] == field.size[1]
    assert field.aligned
    assert not field.whole_input


def test_that_resnet50s_feasible_input_range_is_that_of_rfa_toolbox() -> None:
    graph, report = traced("resnet50", 224)
    spatial = [n for n in graph.ops if n.attributes.get("kernel_size") == (3, 3)]
    fields = [report.layers[n.id].receptive_field for n in spatial]
    assert max(f.minimum[0] for f in fields if f) == 75
    assert max(f.size[0] for f in fields if f) == 427


@pytest.mark.parametrize("name", ["resnet50", "vit_b_32", "swin_t", "mobilenet_v3_small"])
def test_that_the_classifier_sees_the_whole_picture(name: str) -> None:
    graph, report = traced(name, 224)
    field = report.layers[graph.outputs[0].node].receptive_field
    assert field is not None
    assert field.whole_input


def test_that_windowed_attention_has_no_receptive_field() -> None:
    graph, report = traced("swin_t", 224)
    inner = next(node for node in graph.ops if node.id.endswith("features.1.0.mlp.0"))
    assert report.layers[inner.id].receptive_field is None
