"""Two versions of one small network, made by hand.

Before: a 5×5 convolution 8 → 16 on 16×16, then a 3×3 one in a block. After: the first is a 3×3,
and the block has a second 3×3 convolution. By hand, in MACs: 16·256·(8·25) = 819,200 before and
16·256·(8·9) = 294,912 after, so −524,288; the second one adds 16·256·(16·9) = 589,824.
"""

from __future__ import annotations

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph, Module, Node, Parameter, TensorRef, TensorSpec
from visualizer.session.network import OpenNetwork, open_network
from visualizer.sources import InputSpec, parse_source

STEM_MACS, EXTRA_MACS = -524_288, 589_824
STEM_PARAMS, EXTRA_PARAMS = -2048, 2304
WIDE = TensorSpec((1, 16, 16, 16))
INPUT = TensorSpec((1, 8, 16, 16))


def loaded(run: int = 1, later: bool = False, name: str = "mine") -> ModelLoaded:
    """What the worker would send of either version."""
    source, inputs = parse_source(name), (InputSpec(INPUT.shape),)
    return ModelLoaded(run, source, inputs, graph(later), "random weights", False)


def opened(later: bool = False, name: str = "mine") -> OpenNetwork:
    return open_network(loaded(1, later, name))


def graph(later: bool) -> LayerGraph:
    side = 3 if later else 5
    found = [
        Node("input", "input", outputs=(INPUT,)),
        _conv("stem", "input", side),
        _conv("block.conv", "stem", 3),
    ]
    if later:
        found.append(_conv("block.extra", "block.conv", 3))
    last = found[-1].id
    found.append(
        Node("head", "flatten", "head", "Flatten", inputs=(TensorRef(last),),
             outputs=(TensorSpec((1, 4096)),))
    )  # fmt: skip
    weights = [
        Parameter(f"{node.id}.weight", TensorSpec(_weight(node.id, side)))
        for node in found
        if node.op == "conv2d"
    ]
    return LayerGraph(
        "mine", tuple(found), (TensorRef("head"),), tuple(weights),
        modules=(Module("block", "Sequential"),),
    )  # fmt: skip


def _weight(name: str, side: int) -> tuple[int, ...]:
    return (16, 8, side, side) if name == "stem" else (16, 16, 3, 3)


def _conv(name: str, read: str, side: int) -> Node:
    return Node(
        name, "conv2d", name, "Conv2d", inputs=(TensorRef(read),), outputs=(WIDE,),
        parameters={"weight": f"{name}.weight"}, scope=tuple(name.split(".")[:-1]),
        attributes={
            "kernel_size": (side, side), "stride": (1, 1), "padding": (side // 2, side // 2),
            "dilation": (1, 1), "groups": 1,
        },
    )  # fmt: skip
