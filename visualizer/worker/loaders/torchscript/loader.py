"""TorchScript files: what torch.jit.save wrote, traced or scripted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, LoadError, Recipe
from visualizer.worker.loaders.formats import format_of
from visualizer.worker.loaders.torchscript.checks import check_script
from visualizer.worker.loaders.torchscript.network import read_script
from visualizer.worker.loaders.torchscript.sounds import likely_sounds


class TorchScriptLoader:
    """A model file that torch.jit.save wrote."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "file" and format_of(source.location) == "torchscript"

    def recipe(self, source: ModelSource) -> Recipe:
        check_script(source.location)
        name = Path(source.location).name
        return Recipe(
            name=Path(source.location).stem,
            build=_building(source.location),
            weights_text=f"weights from {name}",
            trained=True,
            asked_of=likely_sounds,
            file_tells_inputs=False,
        )


def _building(location: str) -> Callable[[str], nn.Module]:
    def build(device: str) -> nn.Module:
        try:
            check_script(location)  # again: the file may be another one by now
            return read_script(location).eval()
        except LoadError as error:
            raise BuildError(str(error), error.detail) from error

    return build
