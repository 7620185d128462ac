"""From a source to a recipe for its network: the loaders are asked, the first yes wins."""

from __future__ import annotations

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, Loader, LoadError, Recipe
from visualizer.worker.loaders.demo import DemoLoader
from visualizer.worker.loaders.guess import guess_inputs
from visualizer.worker.loaders.pictures import fitted, picture_spec
from visualizer.worker.loaders.python_code import FileFactoryLoader, ModuleFactoryLoader
from visualizer.worker.loaders.texts import TextLoader
from visualizer.worker.loaders.timm_zoo import TimmLoader
from visualizer.worker.loaders.torchvision_zoo import TorchvisionLoader

__all__ = [
    "BuildError", "LoadError", "Loader", "Recipe", "fitted", "guess_inputs", "picture_spec",
    "recipe_for",
]  # fmt: skip

LOADERS: tuple[Loader, ...] = (
    TorchvisionLoader(), TimmLoader(), TextLoader(), DemoLoader(), FileFactoryLoader(),
    ModuleFactoryLoader(),
)  # fmt: skip


def recipe_for(source: ModelSource) -> Recipe:
    """How to build `source`; raises LoadError."""
    for loader in LOADERS:
        if loader.supports(source):
            return loader.recipe(source)
    raise LoadError(f"nothing here can open {source.text}")
