"""What the user gives a live network: tensors, shapes or nothing, as arguments of its forward."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from visualizer.sources import InputSpec, SourceError, arranged, parse_input
from visualizer.worker.extraction.sequences import spec_of_packed

_ASK = (
    "give a tensor, a tuple of arguments, a dict of keyword arguments, shapes such as "
    '"1x3x224x224" or (1, 3, 224, 224), or InputSpec'
)


@dataclass(frozen=True)
class Given:
    """Inputs as shapes with names, the tensors themselves where there were any, one for each,
    and the arguments that are no tensors, by name."""

    inputs: tuple[InputSpec, ...] = ()
    values: tuple[torch.Tensor | PackedSequence, ...] = ()
    constants: dict[str, Any] = field(default_factory=dict)

    def bound_to(self, network: nn.Module) -> nn.Module:
        """`network`, which is changed, with the constants given to its forward by itself."""
        if self.constants:
            network.forward = functools.partial(network.forward, **self.constants)
        return network


def given(network: nn.Module, inputs: Any) -> Given:
    """Read what the user gave as `inputs`; raises SourceError."""
    if inputs is None:
        return Given()
    if _is_the_only_argument(network, inputs):
        return _arguments(network, (inputs,), {})
    if isinstance(inputs, Mapping) and _shapes_by_name(inputs) is None:
        return _arguments(network, (), dict(inputs))
    shapes = _shapes(inputs)
    if shapes is not None:
        arranged(shapes, shapes)
        return Given(shapes)
    args = (inputs,) if isinstance(inputs, (torch.Tensor, PackedSequence)) else inputs
    if not isinstance(args, (tuple, list)):
        raise SourceError(f"cannot read inputs of type {type(inputs).__name__}: {_ASK}")
    return _arguments(network, tuple(args), {})


def _is_the_only_argument(network: nn.Module, inputs: Any) -> bool:
    """Whether a dict or list of several tensors is what the forward takes as its one argument:
    as arguments they would be too many."""
    if not isinstance(inputs, (Mapping, list)) or len(inputs) < 2 or not _has_tensors(inputs):
        return False
    parameters = list(inspect.signature(network.forward).parameters.values())
    given_singly = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return len(parameters) == 1 and parameters[0].kind not in given_singly


# ---------------------------------------------------------------------- shapes


def _shapes(inputs: Any) -> tuple[InputSpec, ...] | None:
    """Inputs given as shapes; None when they are given as themselves."""
    if isinstance(inputs, Mapping):
        return _shapes_by_name(inputs)
    if (one := _shape(inputs)) is not None:
        return (one,)
    if not isinstance(inputs, (tuple, list)) or not inputs:
        return None
    several = [_shape(part) for part in inputs]
    found = [spec for spec in several if spec is not None]
    return tuple(found) if len(found) == len(several) else None


def _shapes_by_name(inputs: Mapping[Any, Any]) -> tuple[InputSpec, ...] | None:
    found = []
    for name, part in inputs.items():
        spec = _shape(part)
        if spec is None:
            return None
        found.append(InputSpec(spec.shape, spec.dtype, str(name)))
    return tuple(found) or None


def _shape(part: Any) -> InputSpec | None:
    if isinstance(part, InputSpec):
        return part
    if isinstance(part, str):
        return parse_input(part)
    is_shape = isinstance(part, (tuple, list)) and len(part) > 0
    if is_shape and all(isinstance(side, int) and not isinstance(side, bool) for side in part):
        return InputSpec(tuple(part))
    return None


# ---------------------------------------------------------------------- arguments


def _arguments(network: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Given:
    """Tensors become inputs, named where they are not simply the first arguments; all else
    becomes constants."""
    constants = {name: part for name, part in kwargs.items() if not _has_tensors(part)}
    if not all(isinstance(part, torch.Tensor) for part in args):
        named = _by_name(network, args)
        constants |= {name: part for name, part in named.items() if not _has_tensors(part)}
        kwargs, args = {**named, **kwargs}, ()
    found = [("", part) for part in args]
    for name, part in kwargs.items():
        if name not in constants:
            found += _leaves(name, part)
    if not found:
        raise SourceError(f"there is no tensor among the inputs given: {_ASK}")
    specs = tuple(_spec(name, tensor) for name, tensor in found)
    return Given(specs, tuple(tensor for _, tensor in found), constants)


def _by_name(network: nn.Module, args: Sequence[Any]) -> dict[str, Any]:
    try:
        bound = inspect.signature(network.forward).bind_partial(*args)
    except (TypeError, ValueError) as error:
        raise SourceError(
            f"these are not the arguments of {type(network).__name__}.forward ({error}): "
            "give them by name, as a dict"
        ) from error
    return dict(bound.arguments)


def _has_tensors(part: Any) -> bool:
    if isinstance(part, Mapping):
        return any(map(_has_tensors, part.values()))
    return isinstance(part, torch.Tensor) or (
        isinstance(part, (tuple, list)) and any(map(_has_tensors, part))
    )


def _leaves(name: str, part: Any) -> Iterator[tuple[str, torch.Tensor | PackedSequence]]:
    """The tensors in nested lists and dictionaries, with points in their names."""
    if isinstance(part, (torch.Tensor, PackedSequence)):
        yield name, part
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield from _leaves(f"{name}.{key}", inner)
    elif isinstance(part, (tuple, list)):
        for number, inner in enumerate(part):
            yield from _leaves(f"{name}.{number}", inner)
    else:
        raise SourceError(
            f"{name} is {part!r} beside tensors: only tensors can stand in a list or dict of them"
        )


def _spec(name: str, tensor: torch.Tensor | PackedSequence) -> InputSpec:
    if isinstance(tensor, PackedSequence):
        return spec_of_packed(tensor, name)
    dtype = str(tensor.dtype).removeprefix("torch.")
    return InputSpec(tuple(tensor.shape), dtype, name)
