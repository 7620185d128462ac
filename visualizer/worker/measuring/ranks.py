"""Effective rank of feature maps: in how many directions they really spread.

Positions are samples and channels are variables. Roy & Vetterli, "The effective rank", EUSIPCO
2007: exp(−Σ p ln p) with p = σ/Σσ, σ the singular values of the centred positions × channels
matrix. Uncentred, the mean of a ReLU's output alone would be most of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from visualizer.bottlenecks.principles.grids import Layouts
from visualizer.engine.messages import RanksMeasured
from visualizer.graph.model import LayerGraph
from visualizer.worker.running import Running

POSITIONS_A_CHANNEL = 10
"""With fewer the rank is a number of the sample, not of the layer."""
MOST_CHANNELS = 1024
"""More take seconds a layer, and no picture has ten times as many positions."""


def measure_ranks(
    graph: LayerGraph, kept: Mapping[str, Tensor], forward_run: int, running: Running
) -> RanksMeasured:
    """Effective rank over channels for the kept outputs of a pass.

    Vectors have no positions, numbers that are not floating no spread: both are left out. Raises
    what `running.check` raises.
    """
    layouts = Layouts(graph)
    shares: dict[str, float] = {}
    too_few: list[str] = []
    for number, (node, output) in enumerate(kept.items()):
        running.stage(f"Measuring the effective rank of {node}", number / len(kept))
        axis = layouts.axis(node)
        if not output.is_floating_point() or output.dim() < 3 or axis >= output.dim():
            continue
        channels = output.shape[axis]
        if channels < 2:
            continue
        if output.numel() < POSITIONS_A_CHANNEL * channels**2 or channels > MOST_CHANNELS:
            too_few.append(node)
            continue
        share = effective_rank(output.movedim(axis, -1).reshape(-1, channels)) / channels
        if share == share:  # not where numbers are not finite
            shares[node] = share
    return RanksMeasured(running.run, forward_run, shares, tuple(too_few))


def effective_rank(samples: Tensor) -> float:
    """Of an (n, C) matrix: between 1 and C, 0 where nothing varies, NaN where a number is not
    finite. From the eigenvalues σ² of the C × C covariance, in double precision."""
    exact = samples.detach().to("cpu", torch.float64)
    centred = exact - exact.mean(0)
    squares = centred.T @ centred
    if not bool(torch.isfinite(squares).all()):
        return float("nan")
    singular = torch.linalg.eigvalsh(squares).clamp_min(0).sqrt()
    # What rounding leaves of an eigenvalue that is 0.
    singular = singular[singular > singular.max() * len(singular) * 1e-8]
    if not len(singular):
        return 0.0
    shares = singular / singular.sum()
    return float(torch.exp(-(shares * shares.log()).sum()))
