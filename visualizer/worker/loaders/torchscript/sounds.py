"""What a TorchScript file of sound may take: neither its layers nor its arguments say how long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import Parameter, signature
from itertools import islice

from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.loaders.argument_names import SECOND
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.torchscript.graphs import Block, Step
from visualizer.worker.loaders.torchscript.network import SAMPLING_RATES, ScriptPart

_LEAST_SAMPLES, _MOST_SAMPLES = 64, 1 << 20
_MOST_TRIED = 6
_IS_SPECTRUM = re.compile(r"stft|spectrogram|mfcc|melscale|filterbank", re.IGNORECASE)
_SPECTRA = ("aten::stft", "aten::fft_rfft")


def likely_sounds(network: nn.Module) -> Iterator[Inputs]:
    """Sounds of one channel, the likeliest first: a second, and as long as the numbers that are
    written in the file's own `forward`; none for a network that nothing says takes a sound."""
    assert isinstance(network, ScriptPart)
    parameters = signature(network.forward).parameters.values()
    needed = [one for one in parameters if one.default is Parameter.empty]
    if len(needed) != 1 or not _is_of_sound(network):
        return
    lengths = dict.fromkeys((SECOND, *_numbers(network.code)))
    for length in islice(lengths, _MOST_TRIED):
        yield (InputSpec((1, length)),)
    yield (InputSpec((1, 1, SECOND)),)


def _is_of_sound(network: ScriptPart) -> bool:
    """It is told a sampling rate, or a part of it makes a spectrum."""
    if not SAMPLING_RATES.isdisjoint(signature(network.forward).parameters):
        return True
    parts = [part for part in network.modules() if isinstance(part, ScriptPart)]
    if any(_IS_SPECTRUM.search(part.type_name) for part in parts):
        return True
    return any(step.kind in _SPECTRA for part in parts for step in _steps(part.code))


def _numbers(code: Block) -> Iterator[int]:
    """Those that may be a number of samples, in the order they are written."""
    for step in _steps(code):
        value = step.value
        if isinstance(value, int) and _LEAST_SAMPLES <= value <= _MOST_SAMPLES:
            yield value


def _steps(code: Block) -> Iterator[Step]:
    for step in code.steps:
        yield step
        for block in step.blocks:
            yield from _steps(block)
