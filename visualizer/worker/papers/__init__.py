"""The networks of "Rethinking the Inception Architecture" (arXiv 1512.00567), figure by figure.

Each is drawn as the paper draws it. What a figure leaves open (channels, padding) is that of
the reference implementation of Inception-v3, and is said at each module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

from visualizer.worker.papers.inception import InceptionA, InceptionB, InceptionC
from visualizer.worker.papers.reductions import ConvThenPool, PoolThenConv, Reductions, SideBySide
from visualizer.worker.papers.stems import Stem3x3, Stem7x7
from visualizer.worker.papers.table1 import InceptionV3Table1
from visualizer.worker.papers.tiles import Tile5x5, TileFactorized

__all__ = ["BUILDERS"]

BUILDERS: Mapping[str, Callable[[], nn.Module]] = {
    "fig9-left": PoolThenConv,
    "fig9-right": ConvThenPool,
    "fig10": SideBySide,
    "reductions": Reductions,
    "inception-a": InceptionA,
    "inception-b": InceptionB,
    "inception-c": InceptionC,
    "stem-7x7": Stem7x7,
    "stem-3x3": Stem3x3,
    "fig1-5x5": Tile5x5,
    "fig1": TileFactorized,
    "inception-v3-table1": InceptionV3Table1,
}
