"""What a network cannot do without although it asks for it with a default: told by where it fails.

The likeliest inputs are run on fake tensors. Where the line that fails reads an argument of the
forward that nobody gave, or the error names it, this argument is added; one that is said to have
to be None is taken away.
"""

from __future__ import annotations

import inspect
import itertools
import linecache
import re
import traceback
from collections.abc import Iterator
from typing import Any

from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction.asking import failure
from visualizer.worker.loaders.transformers_inputs import Inputs, choices_of, possible_inputs

_MOST_GUESSES = 4
_MOST_ADDED = 4
_MOST_SHAPES = 3
_NAMES = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"`+(\w+)`+")


def completed_inputs(
    architecture: Any, config: Any, network: nn.Module
) -> Iterator[tuple[Inputs, str]]:
    """The likeliest inputs, each with what its pass turned out to lack."""
    for guess in itertools.islice(possible_inputs(architecture, config), _MOST_GUESSES):
        for inputs in _completed(architecture, config, network, guess, _MOST_ADDED):
            yield inputs, ""


def _completed(
    architecture: Any, config: Any, network: nn.Module, inputs: Inputs, left: int
) -> Iterator[Inputs]:
    error = failure(network, inputs)
    if error is None and left < _MOST_ADDED:
        yield inputs
    if error is None or not left:
        return
    given = {spec.name for spec in inputs}
    lacked = _lacked(architecture, error, given)
    if not lacked:
        return
    kept = tuple(spec for spec in inputs if spec.name not in _unwanted(error, given))
    for spec in choices_of(architecture, config, lacked, inputs)[:_MOST_SHAPES]:
        yield from _completed(architecture, config, network, (*kept, spec), left - 1)


def _lacked(architecture: Any, error: Exception, given: set[str]) -> str:
    """The argument that was not given and should have been; "" when it fails for another reason."""
    forward = inspect.signature(architecture.forward).parameters
    read = _read(error) if "None" in str(error) else ()
    for name in (*_QUOTED.findall(str(error)), *read):
        if name in forward and name not in given:
            return name
    return "inputs_embeds" if "inputs_embeds" in forward and _unwanted(error, given) else ""


def _unwanted(error: Exception, given: set[str]) -> set[str]:
    """What was given and is said to have to be None."""
    told = re.findall(r"`(\w+)` is expected to be `None`", str(error))
    return given & {*told}


def _read(error: Exception) -> Iterator[str]:
    """The names in the lines that failed whose value is None, from the innermost line outwards."""
    for frame, line in reversed([*traceback.walk_tb(error.__traceback__)]):
        code = linecache.getline(frame.f_code.co_filename, line)
        for name in _NAMES.findall(code):
            if name in frame.f_locals and frame.f_locals[name] is None:
                yield name
