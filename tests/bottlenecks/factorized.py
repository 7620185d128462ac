"""Rewrites really built with torch, in place of the convolutions they stand for."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from tests.bottlenecks.networks import BUILDERS, PICTURE, torchvision_network, traced
from visualizer.bottlenecks.factorization import (
    Alternative,
    Candidate,
    Factor,
    Factorization,
    Site,
    factorization_of,
)
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph
from visualizer.worker.extraction import trace

_CONVS: tuple[Any, ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def factorization(name: str) -> Factorization:
    graph = traced(name)
    return factorization_of(graph, cost_report(graph))


def conv_of(site: Site) -> nn.Module:
    """The convolution itself; its padding must be alike before and after."""
    return _CONVS[len(site.kernel) - 1](
        site.c_in, site.c_out, site.kernel, site.stride,
        tuple(before for before, _ in site.pads), site.dilation, site.groups, bias=False,
    )  # fmt: skip


def built(alternative: Alternative) -> nn.Sequential:
    """The factors as layers, with an activation between them."""
    layers: list[nn.Module] = []
    for factor in alternative.factors:
        layers += [*_layers(factor), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _layers(factor: Factor) -> list[nn.Module]:
    zeros = [side for pair in reversed(factor.pads) for side in pair]
    conv = _CONVS[len(factor.kernel) - 1](
        factor.c_in, factor.c_out, factor.kernel, factor.stride, 0, factor.dilation,
        factor.groups, bias=False,
    )  # fmt: skip
    pad = (nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d)[len(factor.kernel) - 1]
    return [pad(tuple(zeros), 0.0), conv] if any(zeros) else [conv]  # type: ignore[list-item]


def rewritten(name: str, chosen: list[tuple[Candidate, Alternative]]) -> nn.Module:
    """Network `name` on meta tensors with the alternatives in place of the convolutions."""
    build, _ = BUILDERS.get(name, (lambda: torchvision_network(name), PICTURE))
    with torch.device("meta"):
        network = build().eval()
        for candidate, alternative in chosen:
            network.set_submodule(candidate.conv.node, built(alternative))
    return network


def input_of(name: str) -> Tensor:
    return torch.empty(BUILDERS.get(name, (None, PICTURE))[1], device="meta")


def torch_macs(network: nn.Module, x: Tensor) -> int:
    """What torch's own counter finds; it counts two for a multiplication with its addition."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    return counter.get_total_flops() // 2


def traced_again(network: nn.Module, x: Tensor) -> LayerGraph:
    return trace(network, [x])
