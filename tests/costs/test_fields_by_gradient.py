"""Receptive fields seen in the pixels: the box where one output's gradient is not zero.

All weights and inputs are positive, so nothing cancels and no ReLU is closed; maxima are taken
for means, whose windows are the same but whose gradient reaches every number.
"""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from tests.costs import slim
from visualizer.costs import cost_report
from visualizer.worker.extraction import trace

Box = tuple[int, int]

_SMALL = {"weights": None}
CASES = {
    "vgg16": (models.vgg16, "features.26", 176),
    "resnet18": (models.resnet18, "layer4", 448),
    "resnet50": (partial(models.resnet50, width_per_group=8), "layer4", 448),
    "mobilenet_v2": (partial(models.mobilenet_v2, width_mult=0.1), "features.18", 512),
    "densenet": (
        partial(models.DenseNet, 4, (6, 12, 24, 16), 8, 2), "features.denseblock2", 288,
    ),
    "slim's inception_v2": (slim.inception_v2, "5c", 224),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("where", ["corner", "middle"])
def test_that_the_gradient_fills_the_field_clipped_at_the_border(name: str, where: str) -> None:
    build, place, side = CASES[name]
    torch.manual_seed(0)
    network = _positive(build())
    channels = next(network.parameters()).shape[1]
    picture = torch.rand(1, channels, side, side) * 1e-3 + 1e-4
    field, node_output = _field(network, picture, place)
    at = 0 if where == "corner" else node_output // 2
    first = -field.padding[0] + at * field.stride[0]
    expected = max(0, int(first)), min(side - 1, int(first) + field.size[0] - 1)
    assert _reached(network, picture, place, at) == (expected, expected)


def _positive(network: nn.Module) -> nn.Module:
    """Positive weights that add up to one in front of every output; means instead of maxima."""
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.MaxPool2d):
                mean = nn.AvgPool2d(child.kernel_size, child.stride, child.padding)
                setattr(module, name, mean)
            elif isinstance(child, nn.Conv2d):
                with torch.no_grad():
                    child.weight.uniform_(0.5, 1.5).div_(child.weight[0].numel())
    return network.eval()


def _field(network: nn.Module, picture: Tensor, place: str):  # type: ignore[no-untyped-def]
    """The field of the last op in module `place`, and its output's side."""
    graph = trace(network, [picture])
    inside = [n for n in graph.ops if f"{n.module_path or n.id}.".startswith(f"{place}.")]
    field = cost_report(graph).layers[inside[-1].id].receptive_field
    assert field is not None and field.aligned
    return field, inside[-1].output.shape[-1]


def _reached(network: nn.Module, picture: Tensor, place: str, at: int) -> tuple[Box, Box]:
    """First and last row and column that output (at, at) of module `place` depends on."""
    seen: list[Tensor] = []
    handle = network.get_submodule(place).register_forward_hook(
        lambda _m, _i, out: seen.append(out)
    )
    picture = picture.clone().requires_grad_(True)
    network(picture)
    handle.remove()
    (gradient,) = torch.autograd.grad(seen[0][0, :, at, at].sum(), picture)
    touched = gradient[0].abs().sum(0) > 0
    return _ends(touched.any(1)), _ends(touched.any(0))


def _ends(touched: Tensor) -> Box:
    places = touched.nonzero().flatten()
    return int(places[0]), int(places[-1])
