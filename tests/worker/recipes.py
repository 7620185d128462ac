"""From a source, as typed, to its recipe."""

from __future__ import annotations

from torch import nn

from visualizer.sources import parse_source
from visualizer.worker.loaders import Recipe, recipe_for


def recipe(text: str, weights: str | None = None) -> Recipe:
    return recipe_for(parse_source(text, weights))


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
