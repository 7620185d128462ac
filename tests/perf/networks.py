"""Traced networks for the benchmarks, without a worker process."""

from __future__ import annotations

from functools import cache

import torch
from torch import nn
from torchvision import models

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import ROOT, LayerGraph, Node, TensorRef, TensorSpec
from visualizer.layout.model import Flow
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


def expanded(graph: LayerGraph, flow: Flow = "down") -> Draft:
    """A graph with every module open, every op a bar."""
    spec = tuple(InputSpec(node.output.shape) for node in graph.inputs)
    network = open_network(ModelLoaded(1, parse_source("demo"), spec, graph, "", False))
    every = frozenset(network.hierarchy.groups) - {ROOT}
    return draft(network, every, "linear", False, 1, columns="auto", flow=flow)


def blocks(size: int) -> LayerGraph:
    """Transformer blocks of thirteen ops, one after the other, of at least `size` nodes."""
    nodes = [Node("input", "input", outputs=(TensorSpec((1, 64, 768)),))]
    while len(nodes) < size:
        nodes += _block(f"layers.{len(nodes) // 13}", nodes[-1].id)
    return LayerGraph("blocks", tuple(nodes), outputs=(TensorRef(nodes[-1].id),))


# Op, the ops that it reads ("" is the block's input) and the shape of its output.
_BLOCK = {
    "norm1": ("layer_norm", ("",), (64, 768)),
    "attn.q": ("linear", ("norm1",), (64, 768)),
    "attn.k": ("linear", ("norm1",), (64, 768)),
    "attn.v": ("linear", ("norm1",), (64, 768)),
    "attn.scores": ("matmul", ("attn.q", "attn.k"), (8, 64, 64)),
    "attn.softmax": ("softmax", ("attn.scores",), (8, 64, 64)),
    "attn.mixed": ("matmul", ("attn.softmax", "attn.v"), (64, 768)),
    "attn.out": ("linear", ("attn.mixed",), (64, 768)),
    "add1": ("add", ("", "attn.out"), (64, 768)),
    "norm2": ("layer_norm", ("add1",), (64, 768)),
    "mlp.up": ("linear", ("norm2",), (64, 3072)),
    "mlp.down": ("linear", ("mlp.up",), (64, 768)),
    "add2": ("add", ("add1", "mlp.down"), (64, 768)),
}


def _block(path: str, before: str) -> list[Node]:
    nodes = []
    for name, (op, reads, shape) in _BLOCK.items():
        read = tuple(TensorRef(f"{path}.{other}" if other else before) for other in reads)
        made, at = (TensorSpec((1, *shape)),), f"{path}.{name}"
        nodes.append(Node(at, op, inputs=read, outputs=made, module_path=at))
    return nodes


def fully_expanded(name: str) -> Draft:
    """Every module open, every op a bar."""
    network = opened(name)
    return draft(network, frozenset(network.hierarchy.groups) - {ROOT}, "linear", False, 1)
