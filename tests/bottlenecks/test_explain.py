"""Why a layer is no bottleneck: every false alarm that is easily raised gets its own answer."""

from __future__ import annotations

import msgspec
import pytest
import torch
from torch import Tensor, nn

from tests.bottlenecks.networks import findings, graph_of, profile, profile_of_graph, traced
from visualizer.bottlenecks import Explanation, explain, explain_group, explain_node
from visualizer.graph import build_hierarchy


def about(network: str, node: str) -> str:
    return explain_node(profile(network), findings(network), node).text


def about_group(network: str, group: str) -> Explanation:
    nodes = build_hierarchy(traced(network)).groups[group].nodes
    return explain_group(profile(network), findings(network), nodes)


# 56*56 = 3,136 positions: 64, 256 channels are 200,704 and 802,816; 224*224*3 = 150,528.
@pytest.mark.parametrize(
    ("network", "node", "says"),
    [
        ("resnet50", "avgpool", "the head: after the final representation (layer4.2.add)"),
        ("resnet50", "flatten", "flatten only rearranges the numbers of avgpool"),
        ("resnet50", "fc", "a network always narrows (1,000 numbers)"),
        ("resnet50", "layer1.1.conv1", "besides the 200,704 numbers here, all 802,816 of layer1.0"),
        ("resnet50", "layer1.1.conv1", "layer1.1.add, where they are added (a skip connection)"),
        ("resnet50", "layer1.1.bn1", "only rescales the numbers of layer1.1.conv1"),
        ("resnet50", "layer1.1.relu", "only bends the numbers of layer1.1.conv1"),
        ("resnet50", "maxpool", "no more than 150,528 can have reached it anyway (input)"),
        ("resnet18", "maxpool", "passes no fewer than the 150,528 numbers of the input"),
        ("resnext50_32x4d", "layer1.1.conv2", "32 groups save MACs, not numbers that pass"),
        ("inception_v3", "Mixed_5b.branch5x5_1.conv", "one branch of several between maxpool2 and"),
        ("inception_v3", "Mixed_5b.avg_pool2d", "A pool with stride 1 keeps the grid and all"),
        ("inception_v3", "dropout", "drops some of the numbers of avgpool"),
        ("mobilenet_v2", "features.1.conv.0.0", "depthwise convolution mixes no channels"),
        ("mobilenet_v2", "features.2.conv.2", "linear bottleneck, by design"),
        ("densenet121", "features.transition1.pool", "conv keeps 128 of 256 channels"),
        ("densenet121", "features.transition2.conv", "compressed on purpose"),
        ("densenet121", "features.denseblock1.denselayer2.conv1", "kept beside it (a skip"),
        ("efficientnet_b0", "features.1.0.block.1.fc1", "only scales them (a gate)"),
        ("efficientnet_b0", "features.1.0.block.1.avgpool", "besides the 32 numbers here, all"),
        ("vit_b_16", "encoder.layers.encoder_layer_3.mlp.3", "where they are added"),
    ],
)
def test_that_a_false_alarm_is_explained(network: str, node: str, says: str) -> None:
    assert says in about(network, node)


class Unet(nn.Module):
    """Two levels down and up again, with two long skips and an auxiliary head."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1)
        self.bottom = nn.Conv2d(16, 8, 3, padding=1)
        self.up, self.last = nn.Conv2d(24, 16, 3, padding=1), nn.Conv2d(32, 2, 3, padding=1)
        self.aux = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        pool, grow = nn.functional.max_pool2d, nn.functional.interpolate
        first = torch.relu(self.first(x))
        second = torch.relu(self.second(pool(first, 4)))
        bottom = torch.relu(self.bottom(pool(second, 4)))
        up = torch.relu(self.up(torch.cat([second, grow(bottom, scale_factor=4.0)], 1)))
        return self.last(torch.cat([first, grow(up, scale_factor=4.0)], 1)), self.aux(bottom)


def test_that_the_bottom_of_a_u_net_is_bypassed_by_its_long_skip() -> None:
    told = profile_of_graph(graph_of(Unet, (1, 3, 64, 64)))
    # 16 channels on 64x64 go past the 8 channels on 4x4.
    assert "besides the 128 numbers here, all 65,536 of first go straight on" in explain(
        told, "bottom"
    )


def test_that_an_auxiliary_head_is_beside_the_main_output() -> None:
    told = profile_of_graph(graph_of(Unet, (1, 3, 64, 64)))
    assert explain(told, "aux") == (
        "No bottleneck: this is an auxiliary head, the main output does not depend on it."
    )


class PaddedGray(nn.Module):
    """One channel, padded: the picture has 784 numbers, not 3·28·28, and not 32·32."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(1, 1, 5, padding=2), nn.Conv2d(1, 16, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.pad(x, (2, 2, 2, 2))
        return torch.relu(self.last(torch.relu(self.first(x))))


def test_that_a_gray_padded_picture_is_measured_by_its_own_numbers() -> None:
    told = profile_of_graph(graph_of(PaddedGray, (1, 1, 28, 28)))
    assert told.cuts[0].width == 784
    assert "pad only copies the numbers of input" in explain(told, "pad")
    assert "input just before is narrower (784)" in explain(told, "first")


def test_that_a_module_tells_its_worst_finding() -> None:
    answer = about_group("alexnet_lecture", "features")
    assert answer.text.startswith("Inside, at features.2: Representational bottleneck, early")
    assert answer.finding == findings("alexnet_lecture")[0]


def test_that_a_block_tells_its_narrowest_cut_and_what_is_bypassed() -> None:
    answer = about_group("resnet50", "layer1.1")
    assert answer.finding is None
    assert "at layer1.1.add everything passes through these 802,816 numbers" in answer.text
    assert "Narrower inside is layer1.1.conv1, but besides the 200,704 numbers" in answer.text
    assert answer.mentions == ("layer1.1.add", "layer1.0.add", "layer1.1.conv1")


def test_that_a_branch_that_is_no_cut_is_told_by_its_output() -> None:
    told = about_group("inception_v3", "Mixed_5b.branch5x5_2").text
    assert "one branch of several between maxpool2 and Mixed_5b.cat" in told


def test_that_every_module_of_a_network_has_an_answer() -> None:
    for network in ("mobilenet_v2", "inception_v3", "vit_b_16"):
        groups = build_hierarchy(traced(network)).groups
        told = [about_group(network, name).text for name in groups if name]
        assert all(text.endswith((".", ")")) for text in told)


def test_that_the_places_an_answer_names_can_be_gone_to() -> None:
    answer = explain_node(profile("resnet50"), findings("resnet50"), "layer1.1.conv1")
    assert answer.mentions == ("layer1.0.add", "layer1.1.add")


def test_that_an_unknown_layer_is_an_error() -> None:
    with pytest.raises(KeyError):
        explain(profile("resnet50"), "layer9")


@pytest.mark.parametrize(
    ("node", "least"),
    [
        ("layer1.0.conv1", "1,003,520"),  # 64 + 256 (the projection) channels on 56x56
        ("layer2.0.conv1", "501,760"),  # 128 channels on 28x28 and the projection's 512
    ],
)
def test_that_a_skip_with_a_projection_is_a_branch(node: str, least: str) -> None:
    assert f"all branches together carry at least {least}." in about("resnet50", node)


class TwoHeads(nn.Module):
    """A cheap trunk, and behind it two outputs with two branches each."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.left, self.right = nn.Conv2d(8, 4, 3, padding=1), nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.trunk(x)
        return torch.relu(self.left(x)), torch.relu(self.right(x))


def test_that_a_branch_before_the_outputs_names_them() -> None:
    graph = graph_of(lambda: TwoHeads(), (1, 3, 16, 16))
    # Each head 9 * 8 * 4, the trunk 9 * 3 * 8 MACs per position: 576 of 792 come later.
    assert "on the way to left, this is the final representation (256 numbers)" in explain(
        profile_of_graph(graph), "left"
    )
    alone = msgspec.structs.replace(profile_of_graph(graph), cuts=profile_of_graph(graph).cuts)
    alone.__dict__["parting"], alone.__dict__["parts"] = None, ()
    assert "one branch of several between trunk and the outputs" in explain(alone, "left")


def test_that_an_answer_about_branches_reads_well() -> None:
    told = about_group("googlenet_paper", "inception4a").text
    assert told.startswith("In the branches of inception4a.cat: ")
    assert "at inside" not in told and "at in " not in told
