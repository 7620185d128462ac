"""Traced networks for the benchmarks, without a worker process."""

from __future__ import annotations

from functools import cache

import torch
from torch import nn
from torchvision import models

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import ROOT, LayerGraph
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.resolve import Draft, draft
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.extraction import extract


def construct(name: str, device: str = "meta") -> nn.Module:
    """A torchvision network with random weights."""
    with torch.device(device):
        module: nn.Module = models.get_model(name, weights=None)
    return module.eval()


@cache
def traced(name: str, side: int = 224) -> LayerGraph:
    """The layer graph of a torchvision network."""
    spec = InputSpec((1, 3, side, side))
    graph, _ = extract(lambda device: construct(name, device), (spec,), name=name)
    return graph


@cache
def opened(name: str) -> OpenNetwork:
    """The network as the session has it."""
    spec = (InputSpec((1, 3, 224, 224)),)
    return open_network(ModelLoaded(1, parse_source(name), spec, traced(name), "", False))


def fully_expanded(name: str) -> Draft:
    """Every module open, every op a bar."""
    network = opened(name)
    return draft(network, frozenset(network.hierarchy.groups) - {ROOT}, "linear", False, 1)
