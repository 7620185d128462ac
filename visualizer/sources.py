"""What to open, as plain data: nothing here knows torch, Qt or the file system."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Any, Literal

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
    "object": "a network that lives in a script: visualizer.show(model) opens it",
}

MODEL_SUFFIXES = (
    ".onnx", ".pt2", ".pt", ".pth", ".pth.tar", ".bin", ".ckpt", ".safetensors",
    ".safetensors.index.json", ".bin.index.json",
)  # fmt: skip
"""How the names of files end that hold a network, its weights, or both."""

DTYPES = ("float32", "float16", "bfloat16", "float64", "int64", "int32", "int8", "uint8", "bool")


class SourceError(ValueError):
    """The user asked for something that cannot be opened; the text says why and what to do."""


class ModelSource(msgspec.Struct, frozen=True):
    """One network the user asked for.

    `kind` says how `location` is read: a torchvision or timm name, a transformers config, a
    figure of the paper, a network of the lecture, a model file, a Python file, a dotted module,
    or an object that lives in the worker's own process. `factory` is the callable inside a file
    or module, `arguments` what it is called with, as typed: `width=2`, and `part` the attribute
    of what it returns that is the network, empty for all of it. `weights` is
    "default" (the publisher's trained weights), "none" (random weights) or a file. `trust` is
    the SHA-256, in hexadecimal, of the file whose code the user has allowed to run, or empty.
    """

    kind: SourceKind
    location: str
    factory: str = ""
    weights: str = "none"
    arguments: str = ""
    trust: str = ""
    part: str = ""

    @property
    def text(self) -> str:
        """The source as the user would type it on the command line."""
        if self.kind in _PREFIXED:
            return f"{self.kind}:{self.location}"
        if self.factory:
            called = f"({self.arguments})" if self.arguments or self.part else ""
            part = f".{self.part}" if self.part else ""
            return f"{self.location}:{self.factory}{called}{part}"
        return self.location

    @property
    def runs_user_code(self) -> bool:
        """Whether opening this source executes a Python file that the user pointed at."""
        return self.kind in ("file_factory", "module_factory")


class InputSpec(msgspec.Struct, frozen=True):
    """Shape (batch first) and dtype of one input tensor; `name` is the argument, "" by position.

    A tensor inside a list or a dictionary has a name with points: `images.0` and `images.1` are
    the list that the argument `images` takes, `batch.mask` is in a dictionary. Where a number
    comes first, it is the position of the argument: `0.1` is in a list given as the first one.
    `values` are its numbers where they matter, such as the height and width of a grid of patches:
    row by row, and all of them over again where they go into it several times, as `@0` or `@1,16`
    for four; empty for made-up ones.

    With `packed` the argument is torch's PackedSequence of so many sequences, (N, T, …), and
    `values` are their lengths: all T without them.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    name: str = ""
    values: tuple[int, ...] = ()
    packed: bool = False

    @property
    def text(self) -> str:
        """As `parse_input` reads it: `name=1x128:int64`, `grid=1x3:int64@1,16,16`,
        `packed:4x12x80@12,9,7,3`."""
        shape = "x".join(map(str, self.shape)) or _SCALAR
        named = f"{self.name}=" if self.name else ""
        shape = f"{_PACKED}{shape}" if self.packed else shape
        dtype = f":{self.dtype}" if self.dtype != "float32" else ""
        return f"{named}{shape}{dtype}" + (f"@{_runs(self.values)}" if self.values else "")


def _runs(values: Iterable[int]) -> str:
    """`7*576,1` for 576 sevens and a one."""
    counted = [(value, len(list(same))) for value, same in groupby(values)]
    return ",".join(f"{value}*{count}" if count > 1 else str(value) for value, count in counted)


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
_CALLED = rf"(?P<factory>{_DOTTED})(?:\((?P<arguments>.*)\)(?:\.(?P<part>{_DOTTED}))?)?$"
_FILE_FACTORY = re.compile(rf"(?P<path>.+\.py):{_CALLED}", re.DOTALL)
_MODULE_FACTORY = re.compile(rf"(?P<module>{_DOTTED}):{_CALLED}", re.DOTALL)
_PATH = re.compile(r"[/\\]\S")
_TORCHVISION_NAME = re.compile(r"[A-Za-z_][\w]*$")


def parse_source(text: str, weights: str | None = None) -> ModelSource:
    """Read what the user typed.

    `resnet50` (torchvision), `timm:NAME`, `hf:CONFIG`, `paper:NAME`, `lecture:NAME`, a model
    file (`net.onnx`, `net.pt2`, `net.pt`, `net.safetensors`), `path/to/file.py:factory` or
    `package.module:factory`, both also with arguments (`model.py:build(width=2)`) and then with
    the part of what is returned that is the network (`ultralytics:YOLO('yolo11n.yaml').model`),
    or `demo`. `weights` None means: the demo's own trained weights, otherwise "none". Raises
    SourceError with one line of help.
    """
    text = text.strip()
    _check_are_text(text, weights or "")
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
    if text.endswith(".py"):
        raise SourceError(
            f"{text} is a Python file: say which function builds the network, {text}:factory"
        )
    if text.lower().endswith(MODEL_SUFFIXES) or _PATH.search(text):
        return ModelSource("file", text, weights=chosen)  # the loaders say what it is, or is not
    if _TORCHVISION_NAME.match(text):
        return ModelSource("torchvision", text, weights=chosen)
    raise SourceError(
        f"cannot tell what '{text}' is: give a torchvision name (resnet50), timm:NAME, hf:CONFIG, "
        "paper:NAME, lecture:NAME, a model file (.onnx, .pt2, .pt, .pth, .safetensors), "
        "file.py:factory, package.module:factory or demo"
    )


def _check_are_text(*names: str) -> None:
    """A name from the file system may be bytes that are no text at all; raises SourceError."""
    for name in names:
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise SourceError(f"the name {name!a} is not valid text: rename the file in UTF-8")


def _factory(kind: SourceKind, location: str, match: re.Match[str], weights: str) -> ModelSource:
    arguments = (match["arguments"] or "").strip()
    part = match["part"] or ""
    return ModelSource(kind, location, match["factory"], weights, arguments, part=part)


_SCALAR = "scalar"
_PACKED = "packed:"


def parse_input(text: str) -> InputSpec:
    """Read `1x3x224x224`, `1x128:int64`, `name=1x128:int64` or `images.0=3x224x224`.

    `×` stands for `x`, `scalar` is a tensor without sides. Behind `@` are its numbers, the same
    ones together: `1x704:int64@7*576,1*128`. `packed:4x12x80@12,9,7,3` is a packed sequence of
    four, with their lengths. Raises SourceError.
    """
    name, _, rest = text.strip().rpartition("=")
    is_packed, rest = rest.startswith(_PACKED), rest.removeprefix(_PACKED)
    rest, _, values = rest.partition("@")
    shape_text, _, dtype = rest.partition(":")
    dtype = dtype or "float32"
    if dtype not in DTYPES:
        raise SourceError(
            f"unknown dtype '{dtype}' in --input {text}: use one of {', '.join(DTYPES)}"
        )
    if name and not _INPUT_NAME.fullmatch(name):
        raise SourceError(
            f"cannot read input name '{name}': write the argument's name, such as ids or images.0"
        )
    shape, numbers = parse_shape(shape_text, text), _parse_values(values, text)
    if is_packed:
        _check_packed(shape, numbers, text)
    elif numbers:
        _check_count(math.prod(shape), len(numbers), text)
    return InputSpec(shape, dtype, name, numbers, is_packed)


def _check_count(places: int, given: int, said: str) -> None:
    """As many numbers as places, or a part of them that repeats."""
    if places % given:
        needed = "1 number" if places == 1 else f"{places:,} numbers"
        raise SourceError(f"{needed} needed behind @ in --input {said}, {given:,} given")


def _check_packed(shape: tuple[int, ...], lengths: tuple[int, ...], said: str) -> None:
    """Sequences, steps, then what each step has; the longest first."""
    if len(shape) < 2:
        raise SourceError(
            f"a packed sequence needs sequences x steps x numbers, not '{said}': write it like "
            "packed:4x12x80 or, with the length of each, packed:4x12x80@12,9,7,3"
        )
    falls = all(a >= b for a, b in pairwise(lengths))
    fits = len(lengths) == shape[0] and falls and lengths[0] <= shape[1] and lengths[-1] > 0
    if lengths and not fits:
        raise SourceError(
            f"the lengths behind @ in --input {said} have to be {shape[0]}, the longest first, "
            f"each from 1 to {shape[1]}"
        )


_RUN = re.compile(r"\s*(-?\d{1,18})(?:\*(\d{1,7}))?\s*", re.ASCII)
_MOST_VALUES = 10_000_000


def _parse_values(text: str, said: str) -> tuple[int, ...]:
    """Read `7*576,1`; raises SourceError."""
    runs = [_RUN.fullmatch(part) for part in text.split(",")] if text else []
    counts = [int(run[2] or 1) for run in runs if run is not None]
    if len(counts) < len(runs) or sum(counts) > _MOST_VALUES:
        raise SourceError(
            f"cannot read the numbers behind @ in --input {said}: write them like 1x3:int64@1,16,16"
        )
    pairs = zip(runs, counts, strict=True)
    return tuple(int(run[1]) for run, count in pairs if run is not None for _ in range(count))


_INPUT_NAME = re.compile(r"\w+(\.\w+)*")


def parse_shape(text: str, said: str = "") -> tuple[int, ...]:
    """Read `1x3x224x224` or `1×3×224×224`; raises SourceError, quoting `said` or the text."""
    plain = re.sub(r"\s*[x×X*]\s*", "x", text.strip())
    if plain == _SCALAR:
        return ()
    if not plain:
        raise SourceError(
            f"there is no shape in '{said or text}': write it like 1x3x224x224, or "
            f"{_SCALAR} for a single number without sides, as in n={_SCALAR}:int64@4"
        )
    if not re.fullmatch(r"\d{1,18}(x\d{1,18})*", plain, re.ASCII):
        raise SourceError(f"cannot read input shape '{said or text}': write it like 1x3x224x224")
    shape = tuple(int(side) for side in plain.split("x"))
    if 0 in shape:
        raise SourceError(f"the input shape '{said or text}' has a side of 0: it would be empty")
    return shape


def parse_inputs(texts: Iterable[str]) -> tuple[InputSpec, ...]:
    """Several inputs as typed; raises SourceError, also for names that contradict each other."""
    inputs = tuple(map(parse_input, texts))
    arranged(inputs, inputs)
    return inputs


def arranged(
    inputs: Sequence[InputSpec], values: Sequence[Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """`values`, one for each of `inputs`, as the arguments of a call: by position and by name.

    Lists and dictionaries are made where names ask for them. Raises SourceError where two names
    contradict each other.
    """
    tree: dict[str, Any] = {}
    for spec, value in zip(inputs, values, strict=True):
        path = (spec.name or str(sum(key.isdigit() for key in tree))).split(".")
        _put(tree, path, value, spec.name)
    positions = {key: value for key, value in tree.items() if key.isdigit()}
    named = {key: _grown(value) for key, value in tree.items() if not key.isdigit()}
    return tuple(_as_list(positions)), named


class _Branch(dict[str, Any]):
    """What is inside an argument, not yet a list or a dictionary."""


def _put(tree: dict[str, Any], path: list[str], value: Any, name: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, _Branch())
        if not isinstance(tree, _Branch):
            raise SourceError(f"input {name} is inside {part}, which is an input itself")
    if path[-1] in tree:
        raise SourceError(f"input {name or path[-1]} is given twice, or is an input and a list")
    tree[path[-1]] = value


def _grown(value: Any) -> Any:
    if not isinstance(value, _Branch):
        return value
    if all(key.isdigit() for key in value):
        return _as_list(value)
    return {key: _grown(part) for key, part in value.items()}


def _as_list(parts: dict[str, Any]) -> list[Any]:
    """The parts in the order of their numbers, which have to be 0, 1, 2 ..."""
    numbers = sorted(map(int, parts))
    if numbers != list(range(len(parts))):
        raise SourceError(
            "inputs in a list are numbered 0, 1, 2 ..., here they are "
            + ", ".join(map(str, numbers))
        )
    return [_grown(parts[str(number)]) for number in numbers]
