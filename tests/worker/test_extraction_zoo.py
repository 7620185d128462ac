"""Very different published networks: every op connected, every parameter accounted for."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
import torchvision

from visualizer.graph import LayerGraph, build_hierarchy
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract


def graph_of(name: str, side: int = 224) -> LayerGraph:
    def build(device: str) -> torch.nn.Module:
        with torch.device(device):
            return torchvision.models.get_model(name, weights=None)

    return extract(build, (InputSpec((1, 3, side, side)),), name=name)[0]


@pytest.mark.parametrize(("name", "ops"), [("alexnet", 22), ("resnet50", 175)])
def test_that_the_number_of_ops_is_the_one_counted_by_hand_of_the_source(
    name: str, ops: int
) -> None:
    """AlexNet: 13 + 1 + 1 + 7. ResNet-50: 4 + 16 blocks of 10 + 4 shortcuts of 2 + 3."""
    assert len(graph_of(name).ops) == ops


@pytest.mark.parametrize(
    "name",
    [
        "densenet121",
        "shufflenet_v2_x0_5",
        "swin_t",
        "vit_b_16",
        "efficientnet_b0",
        "regnet_y_400mf",
    ],
)
def test_that_every_op_of_a_published_network_hangs_together(name: str) -> None:
    graph = graph_of(name)
    published = torchvision.models.get_model_weights(name).DEFAULT.meta["num_params"]
    assert sum(p.spec.elements for p in graph.parameters if not p.is_buffer) == published
    assert "constant" not in Counter(node.op for node in graph.nodes)
    fed_by_weights = {node.id for node in graph.ops if not node.inputs and node.parameters}
    reached = {"input", *fed_by_weights}
    for node in graph.ops:
        assert node.id in fed_by_weights or any(ref.node in reached for ref in node.inputs)
        reached.add(node.id)
    read = {ref.node for node in graph.nodes for ref in node.inputs}
    assert read | {ref.node for ref in graph.outputs} == {node.id for node in graph.nodes}
    used = {name for node in graph.nodes for name in node.parameters.values()}
    assert {p.name for p in graph.parameters if not p.is_buffer} == used & {
        p.name for p in graph.parameters if not p.is_buffer
    }
    assert graph.spec(graph.outputs[0]).shape == (1, 1000)


def test_that_the_groups_of_resnet_are_its_stages() -> None:
    hierarchy = build_hierarchy(graph_of("resnet50"))
    assert hierarchy.root.members == (
        "input", "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4",
        "avgpool", "flatten", "fc",
    )  # fmt: skip
    assert hierarchy.groups["layer1.0"].members == (
        "layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu", "layer1.0.conv2", "layer1.0.bn2",
        "layer1.0.relu#2", "layer1.0.conv3", "layer1.0.bn3", "layer1.0.downsample",
        "layer1.0.add", "layer1.0.relu#3",
    )  # fmt: skip
