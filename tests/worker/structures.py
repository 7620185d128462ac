"""Small networks from functions, and graphs as short tables to write expectations in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from visualizer.graph import LayerGraph, TensorRef
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract

Table = dict[str, tuple[str, list[str], dict[str, str]]]


def network(forward: Callable[..., Any], **parts: Any) -> nn.Module:
    """A module with `parts` as its attributes; `forward` gets it as its first argument."""

    class Net(nn.Module):
        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return forward(self, *args, **kwargs)

    net = Net()
    for name, part in parts.items():
        setattr(net, name, part)
    return net


def table(graph: LayerGraph) -> Table:
    """Every op by its id: what it is, what it reads (`split:1` is its second output) and which
    weights in which roles."""
    return {
        node.id: (node.op, [_text(ref) for ref in node.inputs], dict(node.parameters))
        for node in graph.ops
    }


def results(graph: LayerGraph) -> list[str]:
    return [_text(ref) for ref in graph.outputs]


def weights(graph: LayerGraph) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and dtype of every parameter and buffer."""
    return {p.name: (p.spec.shape, p.spec.dtype) for p in graph.parameters}


def opened(net: nn.Module, *inputs: InputSpec) -> LayerGraph:
    """The graph on the first route that works."""
    return extract(lambda device: net, inputs or (InputSpec((2, 4)),), name="net")[0]


def layer(path: str, reads: str, op: str = "linear") -> tuple[str, list[str], dict[str, str]]:
    """The row of a layer with a weight and a bias."""
    return op, [reads], {"weight": f"{path}.weight", "bias": f"{path}.bias"}


def _text(ref: TensorRef) -> str:
    return f"{ref.node}:{ref.output}" if ref.output else ref.node
