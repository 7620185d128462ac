"""From a source to a recipe for its network: the loaders are asked, the first yes wins."""

from __future__ import annotations

from visualizer.sources import ModelSource
from visualizer.worker.loaders.absent import AbsentObjectLoader
from visualizer.worker.loaders.base import BuildError, Loader, LoadError, Recipe
from visualizer.worker.loaders.demo import DemoLoader
from visualizer.worker.loaders.exported.loader import ExportLoader
from visualizer.worker.loaders.guess import InputsError, guess_inputs, guesses
from visualizer.worker.loaders.hugging_face.loader import TransformersLoader
from visualizer.worker.loaders.pictures import fitted, picture_spec
from visualizer.worker.loaders.python_code import FileFactoryLoader, ModuleFactoryLoader
from visualizer.worker.loaders.saved_files import SavedFileLoader
from visualizer.worker.loaders.texts import TextLoader
from visualizer.worker.loaders.timm_zoo import TimmLoader
from visualizer.worker.loaders.torchscript.loader import TorchScriptLoader
from visualizer.worker.loaders.torchvision_zoo import TorchvisionLoader

__all__ = [
    "BuildError", "InputsError", "LoadError", "Loader", "Recipe", "fitted", "guess_inputs",
    "guesses", "picture_spec", "recipe_for",
]  # fmt: skip

LOADERS: tuple[Loader, ...] = (
    TorchvisionLoader(), TimmLoader(), TextLoader(), DemoLoader(), FileFactoryLoader(),
    ModuleFactoryLoader(), TransformersLoader(), SavedFileLoader(),
    ExportLoader(), TorchScriptLoader(), AbsentObjectLoader(),
)  # fmt: skip


def recipe_for(source: ModelSource) -> Recipe:
    """How to build `source`; raises LoadError."""
    for loader in LOADERS:
        if loader.supports(source):
            return loader.recipe(source)
    raise LoadError(f"nothing here can open {source.text}")
