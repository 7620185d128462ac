"""What the first network needs anyway, done while nobody waits for it."""

from __future__ import annotations

from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract
from visualizer.worker.loaders.building import builder
from visualizer.worker.loaders.torchvision_zoo import torchvision_names


def warm_up() -> tuple[str, ...]:
    """Import torchvision and trace a convolution; the torchvision names that can be opened."""
    names = torchvision_names()
    tiny = builder("a convolution", lambda: nn.Conv2d(1, 1, 1))
    extract(tiny, (InputSpec((1, 1, 1, 1)),), name="a convolution", check=lambda: None)
    return names
