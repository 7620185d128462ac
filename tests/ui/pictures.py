"""Drawings of networks as small pictures without text, and how far two of them differ.

Fonts differ between machines and shapes do not: what is compared is bars, ribbons and boxes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from torch import Tensor, nn

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph
from visualizer.layout.placement import lay_out
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.resolve import draft, picture
from visualizer.session.shown import Flow, ShownGraph
from visualizer.sources import InputSpec, parse_source
from visualizer.ui.canvas.content import Content
from visualizer.ui.theme import Theme
from visualizer.worker.extraction import extract
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import TorchOpener

GOLDEN = Path(__file__).parent.parent / "golden" / "pictures"
_LARGEST = (560, 900)
_MARGIN = 8
_COLORS = 96
_VISIBLE = 32
"""Levels of 255 from which a pixel counts as another one."""

Pixels = NDArray[np.uint8]


class Difference(NamedTuple):
    """Mean of all absolute differences in levels of 255, and the share of pixels that anybody
    would see to be others."""

    mean: float
    share: float


class UNet(nn.Module):
    """Three levels of two convolutions each, joined across by concatenation."""

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = _twice(3, 32), _twice(32, 64)
        self.middle = _twice(64, 128)
        self.up2, self.up1 = _twice(192, 64), _twice(96, 32)
        self.pool, self.grow = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
        self.head = nn.Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        first = self.down1(x)
        second = self.down2(self.pool(first))
        x = self.middle(self.pool(second))
        x = self.up2(torch.cat([second, self.grow(x)], 1))
        return self.head(self.up1(torch.cat([first, self.grow(x)], 1)))


def _twice(channels: int, wanted: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, wanted, 3, padding=1), nn.ReLU(),
        nn.Conv2d(wanted, wanted, 3, padding=1), nn.ReLU(),
    )  # fmt: skip


def _graph_of(source: str) -> tuple[LayerGraph, tuple[InputSpec, ...]]:
    if source == "unet":
        specs = (InputSpec((1, 3, 128, 128)),)
        return extract(lambda device: UNet().to(device), specs, name="unet")[0], specs
    network = TorchOpener().open(parse_source(source), (), Running.unheard())
    return network.graph, network.inputs


@cache
def network(source: str) -> OpenNetwork:
    """A network, traced without weights, as it is first seen."""
    graph, inputs = _graph_of(source)
    name = "alexnet" if source == "unet" else source
    opened = open_network(ModelLoaded(1, parse_source(name), inputs, graph, "", False))
    return opened.as_first_seen


@cache
def shown(source: str, flow: Flow = "down") -> ShownGraph:
    """The network as it is first seen, laid out, once."""
    first = network(source)
    drafted = draft(first, first.first_view, "linear", True, 0, flow=flow)
    return picture(drafted, lay_out(drafted.request))


def painted(graph: ShownGraph, theme: Theme) -> Pixels:
    """(H, W, 3): the shapes of a drawing, fitted into a small picture."""
    content = Content.of(graph, theme, None, signs=False)
    ink = content.picture.ink
    zoom = min(_LARGEST[0] / ink.width(), _LARGEST[1] / ink.height(), 1.0)
    width, height = (round(side * zoom) + 2 * _MARGIN for side in (ink.width(), ink.height()))
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(theme.color("ground"))
    painter = QPainter(image)
    painter.translate(_MARGIN, _MARGIN)
    painter.scale(zoom, zoom)
    painter.translate(-ink.topLeft())
    content.paint_shapes(painter, QRectF(ink), zoom)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : width * 3].reshape(height, width, 3).copy()


def reference(name: str) -> Path:
    """Where the picture called `name` is kept."""
    return GOLDEN / f"{name}.png"


def keep(pixels: Pixels, path: Path) -> None:
    """Write a picture with few colours, which are enough for flat shapes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    few = Image.fromarray(pixels).quantize(_COLORS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def kept(path: Path) -> Pixels:
    """(H, W, 3): a picture that was written before."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def difference(one: Pixels, other: Pixels) -> Difference:
    """Of two pictures of one size."""
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16))
    return Difference(float(apart.mean()), float((apart.max(axis=2) > _VISIBLE).mean()))
