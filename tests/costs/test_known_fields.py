"""Receptive fields of well-known networks against published values.

Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill
2019) with google-research/receptive_field (slim's networks, 224 pixels), and for torchvision's
own networks the same arithmetic by hand, which `test_fields_by_gradient` checks on the pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import pytest
import timm
import torch
from torch import nn
from torchvision import models

from tests.costs import slim
from visualizer.costs import cost_report
from visualizer.costs.model import ReceptiveField
from visualizer.worker.extraction import trace

Table = dict[str, tuple[int, int, int | None]]

ALEXNET_V2: Table = {
    "conv1": (11, 4, 0), "pool1": (19, 8, 0), "conv2": (51, 8, 16), "conv3": (99, 16, 32),
    "conv4": (131, 16, 48), "conv5": (163, 16, 64), "pool5": (195, 32, 64),
}  # fmt: skip
VGG16: Table = {
    "features.0": (3, 1, 1), "features.4": (6, 2, 2), "features.5": (10, 2, 4),
    "features.9": (16, 4, 6), "features.10": (24, 4, 10), "features.12": (32, 4, 14),
    "features.16": (44, 8, 18), "features.17": (60, 8, 26), "features.19": (76, 8, 34),
    "features.23": (100, 16, 42), "features.24": (132, 16, 58), "features.26": (164, 16, 74),
    "features.30": (212, 32, 90),
}  # fmt: skip
INCEPTION_V3: Table = {
    "Conv2d_1a_3x3.conv": (3, 2, 0), "Conv2d_2a_3x3.conv": (7, 2, 0),
    "Conv2d_2b_3x3.conv": (11, 2, 2), "maxpool1": (15, 4, 2), "Conv2d_3b_1x1.conv": (15, 4, 2),
    "Conv2d_4a_3x3.conv": (23, 4, 2), "maxpool2": (31, 8, 2), "Mixed_5b": (63, 8, 18),
    "Mixed_5c": (95, 8, 34), "Mixed_5d": (127, 8, 50), "Mixed_6a": (159, 16, 58),
    "Mixed_6b": (351, 16, 154), "Mixed_6c": (543, 16, 250), "Mixed_6d": (735, 16, 346),
    "Mixed_6e": (927, 16, 442), "Mixed_7a": (1055, 32, 490), "Mixed_7b": (1183, 32, 554),
    "Mixed_7c": (1311, 32, 618),
}  # fmt: skip
RESNET50: Table = {
    "layer1": (35, 4, None), "layer2": (91, 8, None), "layer3": (267, 16, None),
    "layer4": (427, 32, 213),
}  # fmt: skip
RESNET18: Table = {
    "layer1": (43, 4, None), "layer2": (99, 8, None), "layer3": (211, 16, None),
    "layer4": (435, 32, 217),
}  # fmt: skip
GOOGLENET: Table = {
    "maxpool2": (27, 8, None), "inception3a": (59, 8, None), "inception3b": (91, 8, None),
    "inception4e": (427, 16, None), "inception5b": (715, 32, None),
}  # fmt: skip


@cache
def fields(build: Callable[[], nn.Module], side: int, channels: int) -> dict[str, ReceptiveField]:
    """The field of every op by name, and of every module, what it gives on last."""
    with torch.device("meta"):
        network = build().eval()
    graph = trace(network, [torch.empty(1, channels, side, side, device="meta")])
    layers = cost_report(graph).layers
    found: dict[str, ReceptiveField] = {}
    for node in graph.ops:
        field = layers[node.id].receptive_field
        if field is not None and not field.whole_input:
            parts = (node.module_path or node.id).split(".")
            prefixes = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
            found |= dict.fromkeys((*prefixes, node.id, ""), field)
    return found


def torchvision_network(name: str) -> Callable[[], nn.Module]:
    more = {"aux_logits": False, "init_weights": False} if name.startswith("inception") else {}
    return partial(models.get_model, name, weights=None, **more)


def real_googlenet() -> nn.Module:
    """torchvision's with the paper's windows: 5x5 in the third branches, 3x3 in the last pool,
    where torchvision has 3x3 and 2x2."""
    network = models.googlenet(weights=None, aux_logits=False, init_weights=False)
    network.maxpool4 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
    for name, module in network.named_children():
        if name.startswith("inception"):
            old = module.branch3[1].conv
            module.branch3[1].conv = nn.Conv2d(old.in_channels, old.out_channels, 5, padding=2)
    return network


BUILT = {
    name: torchvision_network(name)
    for name in ("alexnet", "vgg16", "inception_v3", "resnet50", "resnet18", "resnet34",
                 "mobilenet_v2", "densenet121", "resnext50_32x4d")
} | {
    "googlenet": real_googlenet,
    "inception_v4": partial(timm.create_model, "inception_v4"),
    "inception_resnet_v2": partial(timm.create_model, "inception_resnet_v2"),
    "alexnet_v2": slim.alexnet_v2,
    "inception_v2": slim.inception_v2,
    "mobilenet_v1": slim.mobilenet_v1,
    "mobilenet_v1 padded by one": partial(slim.mobilenet_v1, 1),
    "resnet_v1_50": partial(slim.resnet_v1, 3, 4, 6, 3),
    "resnet_v1_101": partial(slim.resnet_v1, 3, 4, 23, 3),
    "resnet_v1_152": partial(slim.resnet_v1, 3, 8, 36, 3),
    "resnet_v1_200": partial(slim.resnet_v1, 3, 24, 36, 3),
}  # fmt: skip
_SLIM = ("alexnet_v2", "inception_v2", "mobilenet_v1", "mobilenet_v1 padded by one")


def of(name: str, place: str) -> ReceptiveField:
    channels = 1 if name in _SLIM or name.startswith("resnet_v1") else 3
    side = 299 if name.startswith("inception") and channels == 3 else 224
    return fields(BUILT[name], side, channels)[place]


def check(field: ReceptiveField, size: int, stride: int, padding: int | None) -> None:
    assert field.aligned
    assert field.size == (size, size)
    assert field.stride == (stride, stride)
    if padding is not None:
        assert field.padding == (padding, padding)


def _cases(name: str, table: Table) -> list[tuple[object, ...]]:
    return [(name, place, *geometry) for place, geometry in table.items()]


@pytest.mark.parametrize(
    ("name", "place", "size", "stride", "padding"),
    [
        *_cases("alexnet_v2", ALEXNET_V2),
        *_cases("vgg16", VGG16),
        *_cases("inception_v3", INCEPTION_V3),
        *_cases("googlenet", GOOGLENET),
        *_cases("resnet50", RESNET50),
        *_cases("resnet18", RESNET18),
    ],
)
def test_that_every_stage_sees_what_is_published(
    name: str, place: str, size: int, stride: int, padding: int | None
) -> None:
    check(of(name, place), size, stride, padding)


@pytest.mark.parametrize(
    ("name", "place", "size", "stride", "padding"),
    [
        ("alexnet", "features.12", 195, 32, 66),
        ("inception_v2", "5c", 699, 32, 318),
        ("inception_v4", "", 2071, 32, 998),
        ("inception_resnet_v2", "", 3039, 32, 1482),
        ("resnet_v1_50", "", 483, 32, 239),
        ("resnet_v1_101", "", 1027, 32, 511),
        ("resnet_v1_152", "", 1507, 32, 751),
        ("resnet_v1_200", "", 1763, 32, 879),
        ("resnet34", "", 899, 32, 449),
        ("mobilenet_v1", "", 315, 32, 126),
        ("mobilenet_v1 padded by one", "", 315, 32, 157),
        ("mobilenet_v2", "", 491, 32, 245),
        ("densenet121", "", 2071, 32, 1021),
        ("resnext50_32x4d", "", 427, 32, 213),
    ],
)
def test_that_the_last_local_layer_sees_what_is_published(
    name: str, place: str, size: int, stride: int, padding: int
) -> None:
    check(of(name, place), size, stride, padding)


@pytest.mark.parametrize(("block", "size"), [(1, 35), (2, 99), (3, 291), (4, 483)])
def test_that_slims_resnet_50_grows_block_by_block(block: int, size: int) -> None:
    assert of("resnet_v1_50", f"block{block}").size == (size, size)


def test_that_torchvisions_googlenet_sees_less_than_the_papers() -> None:
    build = partial(models.googlenet, weights=None, aux_logits=False, init_weights=False)
    assert fields(build, 224, 3)["inception5b"].size == (379, 379)
