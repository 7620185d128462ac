"""What a network cannot do without although it asks for it with a default: told by where it fails.

The likeliest inputs are run on fake tensors. Where the line that fails reads an argument of the
forward that nobody gave, or the error names it, this argument is added; one that is said to have
to be None is taken away; and one that a layer takes as it is gets the width of this layer.
"""

from __future__ import annotations

import inspect
import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import torch
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction.asking import failure
from visualizer.worker.loaders.base import Inputs, LoadError
from visualizer.worker.loaders.hugging_face.failed_calls import failed_calls
from visualizer.worker.loaders.hugging_face.inputs import choices_of, possible_inputs

_WORKED_OUT = ("patch_lengths",)
"""What a network reads from results of its weights, unless it is given."""
_GIVEN = (
    "{name} is given, evenly: the part of this network that works it out, from numbers that nobody "
    "knows without its weights, is not in this graph"
)
_MOST_GUESSES = 8
_MOST_CHANGES = 5
_MOST_SHAPES = 3
_NAMES = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"`+(\w+)`+")
_IN_THE_WAY = re.compile(r"`(\w+)` is expected to be `None`")


def completed_inputs(architecture: Any, config: Any, network: nn.Module) -> Iterator[Inputs]:
    """The likeliest inputs, each with what its pass turned out to lack.

    Raises LoadError at the end when one of them lacks an argument that is no tensor.
    """
    search = _Search(architecture, config, network)
    for guess in itertools.islice(possible_inputs(architecture, config), _MOST_GUESSES):
        yield from search.completed(guess, _MOST_CHANGES)
    if search.no_tensor:
        raise LoadError(
            f"{architecture.__name__} cannot run without its argument {search.no_tensor}, which is "
            "no tensor: open the config of the network that it is a part of, or one of its other "
            "classes (architectures)"
        )


def given_evenly(inputs: Inputs) -> str:
    """What to say of inputs that stand for results of a part of the network; "" for others."""
    worked_out = [spec.name for spec in inputs if spec.name in _WORKED_OUT]
    return _GIVEN.format(name=worked_out[0]) if worked_out else ""


class _Search:
    """Looks for inputs that a network runs with; `no_tensor` is an argument that stood in the
    way."""

    def __init__(self, architecture: Any, config: Any, network: nn.Module) -> None:
        self._architecture, self._config, self._network = architecture, config, network
        self._forward = inspect.signature(architecture.forward).parameters
        self.no_tensor = ""

    def completed(self, inputs: Inputs, left: int) -> Iterator[Inputs]:
        """`inputs` with up to `left` changes, unless they run as they are."""
        error = failure(self._network, inputs)
        if error is None:
            if left < _MOST_CHANGES:
                yield inputs
            return
        for changed in self._changed(inputs, error) if left else ():
            yield from self.completed(changed, left - 1)

    def _changed(self, inputs: Inputs, error: Exception) -> Iterator[Inputs]:
        wider = tuple(_of_wanted_width(spec, error) for spec in inputs)
        if wider != inputs:
            yield wider
            return
        unwanted = _IN_THE_WAY.findall(str(error))
        name = self._lacked({spec.name for spec in inputs}, error, bool(unwanted))
        if not name:
            return
        if name == "inputs_embeds":
            unwanted += ["input_ids"]  # which they stand in for
        kept = tuple(spec for spec in inputs if spec.name not in unwanted)
        found = choices_of(self._architecture, self._config, name, inputs)
        if not _is_tensor(self._forward[name]) or not found:
            self.no_tensor = name
            return
        for spec in found[:_MOST_SHAPES]:
            yield (*kept, spec)

    def _lacked(self, given: set[str], error: Exception, instead: bool) -> str:
        """The argument that was not given and should have been; "" when there is none."""
        reads_numbers = type(error).__name__ == "DataDependentOutputException"
        for name in _WORKED_OUT if reads_numbers else ():
            if name in self._forward and name not in given:
                return name
        read = _read(error) if "None" in str(error) else ()
        named: list[str] = [*_QUOTED.findall(str(error)), *read]
        for name in named:
            if name in self._forward and name not in given:
                return name
        return "inputs_embeds" if instead and "inputs_embeds" in self._forward else ""


def _is_tensor(parameter: Any) -> bool:
    return "Tensor" in str(parameter.annotation) or parameter.annotation is parameter.empty


def _read(error: Exception) -> Iterator[str]:
    """The names in the lines that failed whose value is None, from the innermost line outwards."""
    for frame, lines, _ in failed_calls(error):
        for name in _NAMES.findall(lines):
            if name in frame.f_locals and frame.f_locals[name] is None:
                yield name


def _of_wanted_width(spec: InputSpec, error: Exception) -> InputSpec:
    """As wide as the layer wants that took this input, of several rows, as it is and failed."""
    if math.prod(spec.shape[:-1]) == 1 or spec.values:
        return spec
    calls = [call.frame for call in failed_calls(error)]
    for frame in calls:
        layer, taken = frame.f_locals.get("self"), frame.f_locals.get("input")
        if isinstance(layer, (nn.Linear, nn.LayerNorm)) and isinstance(taken, torch.Tensor):
            wanted = layer.in_features if isinstance(layer, nn.Linear) else layer.weight.shape[-1]
            same = any(other.f_locals.get(spec.name) is taken for other in calls)
            if same and tuple(taken.shape) == spec.shape:
                return msgspec.structs.replace(spec, shape=(*spec.shape[:-1], wanted))
    return spec
