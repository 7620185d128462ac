"""What the first network needs anyway, done while nobody waits for it."""

from __future__ import annotations

from visualizer.sources import ModelSource
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import recipe_for
from visualizer.worker.loaders.torchvision_zoo import torchvision_names

_ORDINARY = ModelSource("torchvision", "resnet18")


def warm_up() -> tuple[str, ...]:
    """Import torchvision and trace an ordinary network; the torchvision names there are."""
    recipe = recipe_for(_ORDINARY)
    extract(recipe.build, recipe.default_inputs, name=recipe.name)
    return torchvision_names()
