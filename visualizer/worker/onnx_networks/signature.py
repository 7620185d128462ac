"""What an ONNX file is opened with: inputs that were given, and those chosen for the others."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from visualizer.graph.model import TensorSpec
from visualizer.sources import InputSpec
from visualizer.worker.loaders import InputsError
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.onnx_networks.choosing import Chooser, likely_sizes
from visualizer.worker.onnx_networks.declared import Declared

_MOST_NAMED = 4
_WHOLE = ("int64", "int32", "bool")
_TYPEABLE = re.compile(r"\w+(\.\w+)*")


@dataclass(frozen=True)
class Signature:
    """The inputs for a file, names of those that were `chosen`, and notes on that."""

    declared: tuple[Declared, ...]
    inputs: tuple[InputSpec, ...]
    notes: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @property
    def specs(self) -> dict[str, TensorSpec]:
        pairs = zip(self.declared, self.inputs, strict=True)
        return {one.name: TensorSpec(spec.shape, one.dtype) for one, spec in pairs}

    @property
    def elem_types(self) -> dict[str, int]:
        return {one.name: one.elem_type for one in self.declared}

    @property
    def numbers(self) -> dict[str, NDArray[Any]]:
        """Single whole numbers that were given, such as how often a loop turns."""
        pairs = zip(self.declared, self.inputs, strict=True)
        return {
            one.name: np.asarray(spec.values[:1], spec.dtype).reshape(spec.shape)
            for one, spec in pairs
            if spec.values and spec.dtype in _WHOLE and math.prod(spec.shape) == 1
        }

    @property
    def batch(self) -> tuple[int, int]:
        """The batch that the file fixes and the one asked for; equal where it fixes none."""
        for one, spec in zip(self.declared, self.inputs, strict=True):
            if one.sides and spec.shape and isinstance(one.sides[0], int):
                return max(one.sides[0], 1), max(spec.shape[0], 1)
        return 1, 1

    @property
    def differs(self) -> bool:
        """Whether a side that the file fixes was given another length."""
        return any(
            side != asked
            for one, spec in zip(self.declared, self.inputs, strict=True)
            for side, asked in zip(one.sides or (), spec.shape, strict=False)
            if isinstance(side, int)
        )


def signature(
    declared: Sequence[Declared], given: Sequence[InputSpec], model: ModelProto
) -> Signature:
    """The likeliest of `signatures`."""
    return next(signatures(declared, given, model))


def signatures(
    declared: Sequence[Declared], given: Sequence[InputSpec], model: ModelProto
) -> Iterator[Signature]:
    """The inputs: those given, by name or place, the others as the file says or as is usual, the
    likeliest first.

    Raises LoadError for inputs that do not fit, InputsError for inputs that have to be given.
    """
    matched = _matched(declared, given)
    seen: set[tuple[InputSpec, ...]] = set()
    for sizes in likely_sizes(model):
        chooser = Chooser(declared, matched, sizes, model.graph)
        if not seen and chooser.open:
            raise _asks(chooser)
        inputs = tuple(chooser.spec(one) for one in declared)
        if inputs not in seen and (not seen or chooser.is_consistent):
            seen.add(inputs)
            yield Signature(tuple(declared), inputs, tuple(chooser.notes), tuple(chooser.chosen))


def _matched(declared: Sequence[Declared], given: Sequence[InputSpec]) -> dict[str, InputSpec]:
    """The given inputs by the names of the file's, each with the file's type."""
    names = [one.name for one in declared]
    matched: dict[str, InputSpec] = {}
    unnamed = [spec for spec in given if not spec.name]
    for spec in given:
        if spec.name and spec.name not in names:
            raise LoadError(
                f"there is no input {spec.name!r}: this file takes {', '.join(names) or 'none'}"
            )
        if spec.name:
            matched[spec.name] = spec
    free = [name for name in names if name not in matched]
    if len(unnamed) > len(free):
        raise LoadError(
            f"{len(given)} inputs are given, this file takes {len(names)}: {', '.join(names)}"
        )
    matched.update(zip(free, unnamed, strict=False))
    return {one.name: _fitting(one, matched[one.name]) for one in declared if one.name in matched}


def _fitting(one: Declared, spec: InputSpec) -> InputSpec:
    shape = "x".join(map(str, spec.shape))
    if spec.packed:
        raise LoadError(
            f"input {one.name!r} cannot be packed: an ONNX file takes tensors, give {shape}"
        )
    if one.sides is not None and len(one.sides) != len(spec.shape):
        how = ""
        if not one.sides:
            scalar = InputSpec((), one.dtype, one.name, spec.values[:1])
            how = f": give {scalar.text}"
        given = f", {shape} was given" if shape else ", a scalar was given"
        raise LoadError(f"input {one.name!r} is {one.text} in the file{how or given}")
    if spec.dtype not in (one.dtype, "float32"):
        raise LoadError(f"input {one.name!r} is {one.dtype} in the file, {spec.dtype} was given")
    return InputSpec(spec.shape, one.dtype, one.name, spec.values)


def _asks(chooser: Chooser) -> InputsError:
    """Names every input that is open, with an example that is likely to work."""
    missing = chooser.open
    specs = [chooser.spec(one) for one in missing]
    examples = [spec if _TYPEABLE.fullmatch(spec.name) else msgspec.structs.replace(spec, name="")
                for spec in specs[:_MOST_NAMED]]  # fmt: skip
    more = f" and so on for {len(specs) - _MOST_NAMED} more" if len(specs) > _MOST_NAMED else ""
    example = " ".join(spec.text for spec in examples) + more
    rows = tuple(chooser.spec(one) for one in chooser.declared)
    if len(missing) > 1:
        names = ", ".join(f"{one.name!r} ({one.text})" for one in missing[:_MOST_NAMED])
        return InputsError(
            f"inputs {names}{' …' if more else ''} have sides that are not fixed in the file; give "
            f"them, for example {example} (--input before each in a command)", rows
        )  # fmt: skip
    (one,) = missing
    return InputsError(
        f"input {one.name!r} is {one.text}: {_why(one, chooser)}; give it, for example {example} "
        "(--input in a command)", rows
    )  # fmt: skip


def _why(one: Declared, chooser: Chooser) -> str:
    if one.sides is None:
        return "its shape is not in the file"
    unknown = [
        str(side) for side, length in zip(one.sides, chooser.sides[one.name], strict=True)
        if length < 0
    ]  # fmt: skip
    return f"its sides {', '.join(unknown)} are not fixed in the file"
