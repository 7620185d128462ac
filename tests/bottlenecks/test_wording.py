"""What is said about a finding, and about a layer that is none."""

from __future__ import annotations

import pytest

from tests.bottlenecks.networks import findings, profile
from tests.costs.building import Net
from visualizer.bottlenecks import (
    Thresholds,
    cut_profile,
    explain,
    find_bottlenecks,
    findings_document,
)
from visualizer.sources import InputSpec


def test_that_alexnets_waist_is_told_in_a_students_words() -> None:
    waist = findings("alexnet_lecture")[0]
    assert waist.title == "Representational bottleneck, early"
    assert waist.evidence == (
        "At most 46,656 numbers per image pass here; 139,968 are computed from them afterwards "
        "(features.3). That is 30.2 % of the 154,587 that got this far (input). 10.2 % of the "
        "arithmetic is done by then. (β = 0.302, ν = 0.333, λ = 0.333)"
    )


def test_that_fig_10_is_suggested_with_the_papers_width_and_cost() -> None:
    (found,) = findings("fig9_left")
    assert (found.rewrite_width, found.rewrite_macs) == (184_960, 266_342_400 - 532_684_800)
    assert "266.34 M MACs instead of 532.68 M" in found.suggestion
    assert "a 3×3 convolution with the pool's stride to 320 channels" in found.suggestion


def test_that_a_linear_bottleneck_is_left_alone() -> None:
    found = [f for f in findings("mobilenet_v2") if f.severity == "moderate"]
    assert all(f.suggestion.startswith("Nothing to do: no activation") for f in found)
    assert all("by design" in f.title for f in found)


def test_that_the_thresholds_can_be_moved() -> None:
    relaxed = find_bottlenecks(profile("alexnet_lecture"), Thresholds(extreme_beta=0.3))
    assert [f.severity for f in relaxed] == ["moderate", "mild", "info"]


def test_that_early_findings_rank_before_late_ones_of_their_severity() -> None:
    ranked = [(f.severity, f.early) for f in findings("mobilenet_v2")]
    assert ranked[:2] == [("moderate", True)] * 2
    assert ranked[2:6] == [("moderate", False)] * 4


@pytest.mark.parametrize(
    ("network", "node", "says"),
    [
        (
            "resnet50",
            "layer1.1.conv1",
            "all 802,816 of layer1.0.add go straight on to layer1.1.add",
        ),
        ("resnet50", "maxpool", "Local valley, already as narrow before (info)"),
        ("resnet50", "fc", "this is the head: after the final representation (layer4.2.add)"),
        ("resnet50", "layer4.2.add", "this is the final representation (100,352 numbers)"),
        ("resnet50", "layer4.0.add", "layer4.1.add just after is not wider"),
        ("resnet50", "layer1.0.bn1", "between maxpool and layer1.0.add"),
        ("inception_v3", "Mixed_5b.branch5x5_1.conv", "one branch of several"),
        ("inception_v3", "Mixed_6b.branch7x7_1.conv", "these 184,960 numbers in 4 branches"),
        ("inception_v3", "Mixed_7a.cat", "not many more (131,072) are made of them"),
        ("alexnet_lecture", "features.1", "input just before is narrower (154,587)"),
        ("alexnet_lecture", "input", "This is the input"),
    ],
)
def test_that_any_layer_is_explained(network: str, node: str, says: str) -> None:
    assert says in explain(profile(network), node)


def test_that_what_no_input_reaches_is_explained_too() -> None:
    net = Net((1, 10))
    net.op("table", "arange", [], (10,))
    net.op("aux.fc", "linear", ["input"], (1, 2))
    net.op("add", "add", ["input", "table"], (1, 10))
    told = cut_profile(net.graph("add", "aux.fc"), net.report())
    assert "weights and constants" in explain(told, "table")
    assert "auxiliary head" in explain(told, "aux.fc")


def test_that_every_node_of_a_network_has_an_explanation() -> None:
    told = profile("mobilenet_v2")
    sentences = [explain(told, node.id) for node in told.tensors.graph.nodes]
    assert all(sentence.endswith((".", ")")) for sentence in sentences)


def test_that_the_document_has_the_fields_of_the_contract() -> None:
    found = findings("fig9_left")
    document = findings_document(
        profile("fig9_left"), found, "paper:fig9-left", [InputSpec((1, 320, 35, 35))]
    )
    assert document["inputs"] == [{"shape": [1, 320, 35, 35], "dtype": "float32"}]
    assert document["cuts"][1] == {
        "width": 92_480, "tensors": ["0"], "in_body": True, "beta": 92_480 / 392_000,
        "nu": 0.5, "lambda": 0.5, "macs_spent_share": 0.0,
    }  # fmt: skip
    (only,) = document["findings"]
    assert set(only) == {
        "severity", "principle", "title", "node", "width", "evidence", "suggestion", "by_design",
    }  # fmt: skip
    assert (only["severity"], only["principle"], only["width"]) == ("extreme", 1, 92_480)


def test_that_an_empty_tensor_is_a_finding_without_a_rewrite() -> None:
    net = Net((1, 8, 4, 4))
    net.op("boxes", "nonzero", ["input"], (0, 4, 4))
    net.op("wide", "custom", ["boxes"], (1, 8, 4, 4))
    net.op("last", "custom", ["wide"], (1, 4, 4, 4))
    (found,) = find_bottlenecks(cut_profile(net.graph(), net.report()))
    assert (found.node, found.width, found.severity) == ("boxes", 0, "extreme")
    assert found.suggestion.startswith("Nothing at all passes here")
