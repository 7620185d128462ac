"""Small ONNX files made here, and mutations of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper

from visualizer.sources import InputSpec
from visualizer.worker.loaders import LoadError
from visualizer.worker.onnx_networks.network import OnnxNetwork, open_network


class Quiet:
    """Stands for the run under way where nobody looks."""

    channel = None

    def stage(self, text: str, fraction: float | None = None) -> None:
        """Nothing is told."""

    def check(self) -> None:
        """Nobody cancels."""


def opened(path: Path | str, *inputs: InputSpec) -> OnnxNetwork:
    return open_network(str(path), inputs, Quiet())  # type: ignore[arg-type]


def weight(name: str, *shape: int, seed: int = 0) -> TensorProto:
    values = np.random.default_rng(seed).normal(0, 0.1, shape).astype(np.float32)
    return numpy_helper.from_array(values, name)


def whole(name: str, *values: int) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values, np.int64), name)


def value(name: str, shape: Any, kind: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def model_of(
    nodes: list[Any], inputs: list[Any], outputs: list[str], stored: Sequence[TensorProto] = (),
    opset: int = 17, **more: Any,
) -> ModelProto:  # fmt: skip
    graph = helper.make_graph(
        nodes, "g", inputs, [onnx.ValueInfoProto(name=name) for name in outputs], list(stored)
    )
    opsets = [helper.make_opsetid("", opset), *more.pop("opsets", [])]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, **more)


def classifier(side: int | str = 16, batch: int | str = 1, opset: int = 17) -> ModelProto:
    """Convolution, norm, shape arithmetic as exporters write it, and a linear layer."""
    nodes = [
        helper.make_node("Conv", ["x", "c.weight", "c.bias"], ["a"], "/c/Conv", pads=[1] * 4),
        helper.make_node("BatchNormalization", ["a", "n.weight", "n.bias", "n.mean", "n.var"],
                         ["b"], "/n/BatchNormalization"),
        helper.make_node("Relu", ["b"], ["r"], "/act/Relu"),
        helper.make_node("GlobalAveragePool", ["r"], ["p"], "/pool/GlobalAveragePool"),
        helper.make_node("Shape", ["p"], ["s"], "/Shape"),
        helper.make_node("Gather", ["s", "zero"], ["n0"], "/Gather", axis=0),
        helper.make_node("Unsqueeze", ["n0", "axes"], ["n1"], "/Unsqueeze"),
        helper.make_node("Concat", ["n1", "rest"], ["t"], "/Concat", axis=0),
        helper.make_node("Reshape", ["p", "t"], ["f"], "/Reshape"),
        helper.make_node("Gemm", ["f", "fc.weight", "fc.bias"], ["y"], "/fc/Gemm", transB=1),
    ]  # fmt: skip
    stored = [
        weight("c.weight", 4, 3, 3, 3), weight("c.bias", 4), weight("n.weight", 4),
        weight("n.bias", 4), weight("n.mean", 4),
        numpy_helper.from_array(np.ones(4, np.float32), "n.var"),
        weight("fc.weight", 5, 4), weight("fc.bias", 5),
        numpy_helper.from_array(np.asarray(0, np.int64), "zero"), whole("axes", 0),
        whole("rest", -1),
    ]  # fmt: skip
    return model_of(nodes, [value("x", [batch, 3, side, side])], ["y"], stored, opset)


def with_external(location: str, length: int = 432) -> ModelProto:
    """A convolution whose weight is said to be in another file."""
    model = classifier()
    stored = model.graph.initializer[0]
    stored.ClearField("raw_data")
    stored.data_location = TensorProto.EXTERNAL
    for key, text in (("location", location), ("offset", "0"), ("length", str(length))):
        stored.external_data.append(onnx.StringStringEntryProto(key=key, value=text))
    return model


def save(model: ModelProto, path: Path) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


# --------------------------------------------------------------------------- mutations


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Some bytes flipped, cut off, doubled, dropped or overwritten."""
    content = bytearray(data)
    kind = dice.randrange(5)
    place = dice.randrange(len(content))
    if kind == 0:
        for _ in range(dice.randint(1, 8)):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    elif kind == 1:
        del content[place:]
    elif kind == 2:
        content[place:place] = content[place : place + dice.randint(1, 64)]
    elif kind == 3:
        del content[place : place + dice.randint(1, 16)]
    else:
        content[place : place + 4] = bytes(dice.randrange(256) for _ in range(4))
    return bytes(content)


def rewritten(data: bytes, dice: random.Random) -> bytes:
    """A model that still can be parsed, with a name, a size, an op or an attribute changed."""
    model = onnx.load_from_string(data)
    graph = model.graph
    node = dice.choice(graph.node)
    kind = dice.randrange(8)
    size = dice.choice([0, -1, 1, 2, 3, 7, 1 << 20, 1 << 40, -(1 << 63), (1 << 63) - 1])
    if kind == 0 and node.input:
        node.input[dice.randrange(len(node.input))] = dice.choice(graph.node).output[0]
    elif kind == 1:
        graph.node.remove(node)
    elif kind == 2:
        graph.node.append(node)
    elif kind == 3:
        node.op_type = dice.choice(["Loop", "If", "LSTM", "Resize", "Split", "Acme", "Expand"])
    elif kind == 4:
        stored = dice.choice(graph.initializer)
        if stored.dims:
            stored.dims[dice.randrange(len(stored.dims))] = size
    elif kind == 5:
        node.attribute.append(helper.make_attribute(dice.choice(["pads", "perm", "group"]), [size]))
    elif kind == 6:
        graph.input[0].type.tensor_type.shape.dim[dice.randrange(4)].dim_value = size
    else:
        graph.input[0].type.tensor_type.elem_type = dice.randrange(30)
    return model.SerializeToString()


def fuzzed(folder: Path, count: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Open `count` mutated files; gives what came of each: "opened", "refused", or the name of an
    exception that should not have got out, and its text."""
    dice = random.Random(seed)
    originals = [classifier().SerializeToString(), classifier("side", "n").SerializeToString()]
    path = folder / "mutated.onnx"
    for number in range(count):
        change = mutated if number % 4 < 2 else rewritten
        path.write_bytes(change(originals[number % len(originals)], dice))
        yield _outcome(path)


def _outcome(path: Path) -> tuple[str, str]:
    try:
        network = opened(path)
    except LoadError as error:
        return "refused", str(error)
    except Exception as error:  # noqa: BLE001 - what is looked for
        return type(error).__name__, str(error)
    return "opened", network.graph.route


def tally(outcomes: Iterator[tuple[str, str]]) -> Counter[str]:
    return Counter(outcome for outcome, _ in outcomes)
