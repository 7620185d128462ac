"""What to open, as plain data: nothing here knows torch, Qt or the file system."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

SourceKind = Literal[
    "torchvision", "timm", "hf", "paper", "lecture", "file", "file_factory", "module_factory",
    "object", "demo",
]  # fmt: skip

# Kinds that are typed with a prefix, and what stands behind it.
_PREFIXED: dict[SourceKind, str] = {
    "timm": "a model name, for example timm:convnext_tiny",
    "hf": "the folder or config.json of a transformers model, for example hf:./llama",
    "paper": "the name of a figure, for example paper:fig10",
    "lecture": "a network's name, for example lecture:alexnet",
}

MODEL_SUFFIXES = (".onnx", ".pt2", ".pt", ".pth", ".bin", ".ckpt", ".safetensors")
"""How the names of files end that hold a network, its weights, or both."""

DTYPES = ("float32", "float16", "bfloat16", "float64", "int64", "int32", "int8", "uint8", "bool")


class SourceError(ValueError):
    """The user asked for something that cannot be opened; the text says why and what to do."""


class ModelSource(msgspec.Struct, frozen=True):
    """One network the user asked for.

    `kind` says how `location` is read: a torchvision or timm name, a transformers config, a
    figure of the paper, a network of the lecture, a model file, a Python file, a dotted module,
    or an object that lives in the worker's own process. `factory` is the callable inside a file
    or module and `arguments` what it is called with, as typed: `width=2`. `weights` is
    "default" (the publisher's trained weights), "none" (random weights) or a file. `trust` is
    the SHA-256, in hexadecimal, of the file whose code the user has allowed to run, or empty.
    """

    kind: SourceKind
    location: str
    factory: str = ""
    weights: str = "none"
    arguments: str = ""
    trust: str = ""

    @property
    def text(self) -> str:
        """The source as the user would type it on the command line."""
        if self.kind in _PREFIXED:
            return f"{self.kind}:{self.location}"
        if self.factory:
            called = f"({self.arguments})" if self.arguments else ""
            return f"{self.location}:{self.factory}{called}"
        return self.location

    @property
    def runs_user_code(self) -> bool:
        """Whether opening this source executes a Python file that the user pointed at."""
        return self.kind in ("file_factory", "module_factory")


class InputSpec(msgspec.Struct, frozen=True):
    """Shape (batch first) and dtype of one input tensor; `name` is the argument, "" by position."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    name: str = ""


class Preprocessing(msgspec.Struct, frozen=True):
    """How a picture becomes the network's input.

    The shorter side is resized to `resize` pixels, the middle `crop` = (height, width) is
    cut out, values are scaled to 0..1, then (value - mean) / std per channel.
    With `stretch` the whole picture is resized straight to `crop` instead, and its aspect
    ratio is lost. `origin` says where these numbers come from, in the words shown to the user.
    """

    resize: int
    crop: tuple[int, int]
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    interpolation: Literal["nearest", "bilinear", "bicubic"] = "bilinear"
    origin: str = "ImageNet defaults"
    stretch: bool = False

    @property
    def text(self) -> str:
        """All of it in words, for people."""
        height, width = self.crop
        size = f"the whole picture to {height}×{width}"
        if not self.stretch:
            size = f"shorter side to {self.resize}, middle {height}×{width}"
        mean, std = (", ".join(f"{v:.3g}" for v in values) for values in (self.mean, self.std))
        return f"{size} ({self.interpolation}); mean {mean}; std {std}; from {self.origin}"


_PYTHON_NAME = r"[A-Za-z_]\w*"
_DOTTED = rf"{_PYTHON_NAME}(?:\.{_PYTHON_NAME})*"
_CALLED = rf"(?P<factory>{_DOTTED})(?:\((?P<arguments>.*)\))?$"
_FILE_FACTORY = re.compile(rf"(?P<path>.+\.py):{_CALLED}", re.DOTALL)
_MODULE_FACTORY = re.compile(rf"(?P<module>{_DOTTED}):{_CALLED}", re.DOTALL)
_TORCHVISION_NAME = re.compile(r"[A-Za-z_][\w]*$")


def parse_source(text: str, weights: str | None = None) -> ModelSource:
    """Read what the user typed.

    `resnet50` (torchvision), `timm:NAME`, `hf:CONFIG`, `paper:NAME`, `lecture:NAME`, a model
    file (`net.onnx`, `net.pt2`, `net.pt`, `net.safetensors`), `path/to/file.py:factory` or
    `package.module:factory`, both also with arguments (`model.py:build(width=2)`), or `demo`.
    `weights` None means: the demo's own trained weights, otherwise "none". Raises SourceError
    with one line of help.
    """
    text = text.strip()
    if text == "demo":
        return ModelSource("demo", "demo", weights=weights or "default")
    chosen = weights or "none"
    for kind, wanted in _PREFIXED.items():
        if text.startswith(f"{kind}:"):
            name = text.removeprefix(f"{kind}:")
            if not name:
                raise SourceError(f"'{kind}:' needs {wanted}")
            return ModelSource(kind, name, weights=chosen)
    if match := _FILE_FACTORY.match(text):
        return _factory("file_factory", match["path"], match, chosen)
    if match := _MODULE_FACTORY.match(text):
        return _factory("module_factory", match["module"], match, chosen)
    if text.lower().endswith(MODEL_SUFFIXES):
        return ModelSource("file", text, weights=chosen)
    if text.endswith(".py"):
        raise SourceError(
            f"{text} is a Python file: say which function builds the network, {text}:factory"
        )
    if _TORCHVISION_NAME.match(text):
        return ModelSource("torchvision", text, weights=chosen)
    raise SourceError(
        f"cannot tell what '{text}' is: give a torchvision name (resnet50), timm:NAME, hf:CONFIG, "
        "paper:NAME, lecture:NAME, a model file (.onnx, .pt2, .pt, .pth, .safetensors), "
        "file.py:factory, package.module:factory or demo"
    )


def _factory(kind: SourceKind, location: str, match: re.Match[str], weights: str) -> ModelSource:
    arguments = (match["arguments"] or "").strip()
    return ModelSource(kind, location, match["factory"], weights, arguments)


def parse_input(text: str) -> InputSpec:
    """Read `1x3x224x224`, `1x128:int64` or `name=1x128:int64`; raises SourceError."""
    name, _, rest = text.strip().rpartition("=")
    shape_text, _, dtype = rest.partition(":")
    dtype = dtype or "float32"
    if dtype not in DTYPES:
        raise SourceError(
            f"unknown dtype '{dtype}' in --input {text}: use one of {', '.join(DTYPES)}"
        )
    if not re.fullmatch(r"\d+(x\d+)*", shape_text):
        raise SourceError(f"cannot read input shape '{text}': write it like 1x3x224x224")
    return InputSpec(tuple(int(side) for side in shape_text.split("x")), dtype, name)
