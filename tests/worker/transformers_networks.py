"""Networks of transformers opened from settings written into a config.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from visualizer.sources import ModelSource
from visualizer.worker.loaders import Recipe, recipe_for
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import TorchNetwork, traced


def recipe(folder: Path, **settings: Any) -> Recipe:
    path = folder / "config.json"
    path.write_text(json.dumps(settings))
    return recipe_for(ModelSource("hf", str(path)))


def opened(folder: Path, **settings: Any) -> TorchNetwork:
    return traced(recipe(folder, **settings), (), Running.unheard())


def shapes(network: TorchNetwork) -> dict[str, tuple[int, ...]]:
    return {spec.name: spec.shape for spec in network.inputs}
