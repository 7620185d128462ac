"""The malicious corpus as files: whatever runs in one of them makes `marker`."""

from __future__ import annotations

import itertools
import os
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from onnx import helper

from tests.worker import corpus, onnx_files
from tests.worker.program_files import (
    REACHING_LINES,
    REACHING_TARGETS,
    Plain,
    edited,
    evil_archive,
    evil_pickle,
    rewritten,
    save_exported,
    save_scripted,
    with_code,
)

ENDINGS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors", ".pt2", ".onnx")
_WEIGHTS = "data/weights/model_weights_config.json"


def pickles(folder: Path, marker: Path) -> Iterator[Path]:
    """Every payload in every container, under every name."""
    made = itertools.product(corpus.PAYLOADS, corpus.CONTAINERS, ENDINGS)
    for number, (payload, container, ending) in enumerate(made):
        yield _written(folder / f"{number}{ending}", container(payload(marker)))
    yield from _bombs(folder, "archive/data.pkl", "archive/data/0", ending=".pt")


def onnx(folder: Path, marker: Path) -> Iterator[Path]:
    """Weights that are elsewhere, sizes that no machine holds, graphs that are none."""
    outside = folder / "secret"
    outside.write_bytes(b"x" * 432)
    inside = folder / "model"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    for number, place in enumerate(
        ("/etc/passwd", "../secret", "a/../../secret", "/dev/zero", "/dev/stdin", "link", "pipe")
    ):
        yield onnx_files.save(onnx_files.with_external(place), inside / f"{number}.onnx")
    yield onnx_files.save(onnx_files.classifier(1 << 20), inside / "wide.onnx")
    yield from _broken_graphs(inside)
    for number, size in enumerate(((1 << 31) + 1, (1 << 31) - 1)):
        path = inside / f"zeros{number}.onnx"
        path.touch()
        os.truncate(path, size)
        yield path
    content = onnx_files.classifier().SerializeToString()
    yield _written(inside / "name.onnx", content.replace(b"/act/Relu", b"/act/R\xff\xfeu"))


def _broken_graphs(folder: Path) -> Iterator[Path]:
    heavy = onnx_files.classifier()
    heavy.graph.initializer[0].dims[0] = 1 << 40
    relu, input_ = helper.make_node("Relu", ["x"], ["a"]), onnx_files.value("x", [1])
    bad: dict[str, list[Any]] = {
        "cycle": [
            helper.make_node("Add", ["x", "b"], ["a"]),
            helper.make_node("Tanh", ["a"], ["b"]),
        ],
        "twice": [relu, relu],
        "ghost": [helper.make_node("Add", ["x", "ghost"], ["a"])],
        "acme": [helper.make_node("Backdoor", ["x"], ["a"], domain="acme")],
    }
    yield onnx_files.save(heavy, folder / "heavy.onnx")
    for name, nodes in bad.items():
        path = folder / f"{name}.onnx"
        yield onnx_files.save(onnx_files.model_of(nodes, [input_], ["a"]), path)


def programs(folder: Path, marker: Path) -> Iterator[Path]:
    """Programs of torch.export that call what is no op, or keep pickles."""
    whole = save_exported(Plain(), folder / "whole.pt2", torch.ones(1, 4)).read_bytes()
    for number, target in enumerate(REACHING_TARGETS):
        path = _written(folder / f"call{number}.pt2", whole)
        yield edited(path, "models/model.json", lambda m, t=target: _call(m, t, marker))  # type: ignore[misc]
    for number, evil in enumerate((evil_pickle(marker), evil_archive(marker, folder / "evil"))):
        for member in ("data/sample_inputs", "data/weights/weight_0"):
            path = _written(folder / f"pickle{number}{member[5:7]}.pt2", whole)
            edited(path, _WEIGHTS, _pickled)
            yield rewritten(path, lambda n, d, m=member, e=evil: e if n.startswith(m) else d)  # type: ignore[misc]
    path = _written(folder / "expression.pt2", whole)
    yield edited(path, "models/model.json", lambda model: _expression(model, marker))
    yield from _bombs(folder, "net/archive_format", "net/models/model.json", ending=".pt2")


def _call(model: Any, target: str, marker: Path) -> None:
    node = model["graph_module"]["graph"]["nodes"][0]
    node["target"] = target
    node["inputs"] = [{"name": "path", "arg": {"as_string": str(marker)}, "kind": 1}]


def _pickled(config: Any) -> None:
    config["config"]["fc.weight"]["use_pickle"] = True


def _expression(model: Any, marker: Path) -> None:
    text = f"__import__('os').mkdir({str(marker)!r})"
    model["guards_code"] = [text]
    model["range_constraints"] = {text: {"min_val": 1, "max_val": 4}}
    sizes = model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
    sizes[0] = {"as_expr": {"expr_str": text, "hint": None}}


def scripts(folder: Path, marker: Path) -> Iterator[Path]:
    """TorchScript whose code reaches outside, and pickles where its own should be."""
    whole = save_scripted(Plain(), folder / "whole.pt").read_bytes()
    for number, line in enumerate(REACHING_LINES):
        path = _written(folder / f"line{number}.pt", whole)
        yield with_code(path, line.replace("MARKER", str(marker)))
    for payload, member in itertools.product(corpus.PAYLOADS, ("data.pkl", "constants.pkl")):
        path = _written(folder / f"{payload.__name__}-{member}.pt", whole)
        evil = payload(marker)
        yield rewritten(path, lambda n, d, m=member, e=evil: e if n == m else d)  # type: ignore[misc]
    yield from _bombs(folder, "net/constants.pkl", "net/code/a.py", ending=".pt")


def tensors(folder: Path, marker: Path) -> Iterator[Path]:
    """safetensors whose header lies."""
    for number, length in enumerate((0, 1, 1 << 40, (1 << 64) - 1)):
        content = struct.pack("<Q", length) + b"{" + bytes(64)
        yield _written(folder / f"length{number}.safetensors", content)
    for number, shape in enumerate(("[1099511627776]", "[-4]", "[4, 4]", "[" * 500 + "]" * 500)):
        header = f'{{"w": {{"dtype": "F32", "shape": {shape}, "data_offsets": [0, 16]}}}}'.encode()
        content = struct.pack("<Q", len(header)) + header + bytes(16)
        yield _written(folder / f"shape{number}.safetensors", content)


def _bombs(folder: Path, *members: str, ending: str) -> Iterator[Path]:
    """Archives in which one member is 200 MiB of zeros or spaces."""
    for number, heavy in enumerate(members):
        path = folder / f"bomb{number}{ending}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                light = pickle.dumps({}) if member.endswith(".pkl") else b"pt2"
                archive.writestr(member, b" " * (200 << 20) if member == heavy else light)
        yield path


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


MAKERS = {
    "pickles": pickles,
    "onnx": onnx,
    "pt2": programs,
    "torchscript": scripts,
    "safetensors": tensors,
}
