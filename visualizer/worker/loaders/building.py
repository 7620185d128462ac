"""Building on the meta device or on the CPU, the same way for every loader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, LoadError, one_line
from visualizer.worker.loaders.weights import load_state, read_state

Build = Callable[[str], nn.Module]


def on_device(construct: Callable[[], nn.Module], device: str) -> nn.Module:
    """Call `construct` with `device` as the default, in evaluation mode afterwards.

    Random weights are the same each time, and the process's own random state is untouched.
    """
    with torch.random.fork_rng(devices=[]), torch.device(device):
        torch.manual_seed(0)
        return construct().eval()


def builder(name: str, construct: Callable[[], nn.Module]) -> Build:
    """A `build` for library code: whatever goes wrong is a BuildError naming the network."""

    def build(device: str) -> nn.Module:
        try:
            return on_device(construct, device)
        except LoadError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {one_line(error)}"
            raise BuildError(f"{name} cannot be built on {device}: {text}") from error

    return build


class WithWeightsFile:
    """A `build` of the same network with the weights of a file; on meta they are only checked."""

    def __init__(
        self, build: Build, path: str, unused: tuple[str, ...], missing: tuple[str, ...]
    ) -> None:
        self._build, self._path = build, path
        self._unused, self._missing = unused, missing
        self._state = read_state(path)
        self._remark = ""

    def __call__(self, device: str) -> nn.Module:
        network = self._build(device)
        self._remark = load_state(network, self._state, self._path, self._unused, self._missing)
        return network

    def remarks(self) -> tuple[str, ...]:
        """What was changed in the network to take these weights; known once it is built."""
        return (self._remark,) if self._remark else ()


def with_weights_file(
    build: Build, path: str, unused: tuple[str, ...] = (), missing: tuple[str, ...] = ()
) -> WithWeightsFile:
    """The same network with the weights of a file.

    Names that begin with a part in `unused` may be left over in the file, those that begin
    with a part in `missing` may not be in it: they keep their random values.
    Raises LoadError at once when the file cannot be read.
    """
    return WithWeightsFile(build, path, unused, missing)


def remarks_on(build: Build) -> tuple[str, ...]:
    """What a `build` did to the network that must be told, once it has built it."""
    return build.remarks() if isinstance(build, WithWeightsFile) else ()


def is_weights_file(source: ModelSource) -> bool:
    """Whether the user named a file rather than "default" or "none"."""
    return source.weights not in ("default", "none")


def weights_file_text(source: ModelSource) -> str:
    return f"weights from {Path(source.weights).name}"


RANDOM_WEIGHTS = "random weights"
