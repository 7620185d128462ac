"""Effective ranks: numpy's singular values, known answers, and what cannot be told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract
from visualizer.worker.inbox import Cancelled
from visualizer.worker.live import run_forward
from visualizer.worker.measuring.ranks import effective_rank, measure_ranks
from visualizer.worker.running import Nobody, Running

PLENTY = 1 << 30


def by_numpy(samples: Tensor) -> float:
    """Roy & Vetterli's definition, word by word."""
    matrix = samples.double().numpy()
    singular = np.linalg.svd(matrix - matrix.mean(0), compute_uv=False)
    shares = singular[singular > 1e-9 * singular[0]] / singular.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


@pytest.fixture
def noise() -> Tensor:
    return torch.randn(4000, 24, generator=torch.Generator().manual_seed(0))


def test_that_a_rank_is_that_of_numpy_s_singular_values(noise: Tensor) -> None:
    for samples in (noise, noise.relu() + 3, noise.cumsum(1), noise * torch.arange(1.0, 25)):
        assert effective_rank(samples) == pytest.approx(by_numpy(samples), rel=1e-6)


def test_that_known_ranks_come_out(noise: Tensor) -> None:
    exact, _ = torch.linalg.qr(noise - noise.mean(0))
    assert effective_rank(exact) == pytest.approx(24, rel=1e-4)  # all directions alike
    assert effective_rank(noise[:, :3] @ torch.eye(3, 24)) == pytest.approx(3, abs=0.01)
    assert effective_rank(noise[:, :1].expand(-1, 24)) == pytest.approx(1)
    assert effective_rank(torch.full((100, 5), 2.0)) == 0
    assert math.isnan(effective_rank(torch.tensor([[1.0, math.inf], [0.0, 1.0]])))


def test_that_the_mean_of_a_relu_does_not_count(noise: Tensor) -> None:
    far = noise + 1000  # uncentred, nearly all of it is one direction
    assert effective_rank(far) == pytest.approx(effective_rank(noise), rel=1e-3)


def graph_and_kept(network: nn.Module, *shape: int) -> tuple[LayerGraph, dict[str, Tensor]]:
    graph, module = extract(lambda device: network, (InputSpec(shape),), name="net")
    picture = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    return graph, run_forward(module, graph, [picture], None, PLENTY, lambda: None).kept


class Squeezed(nn.Module):
    """16 channels, of which only 2 pass; then a token sequence, then a vector."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.squeeze = nn.Conv2d(16, 2, 1)
        self.expand = nn.Conv2d(2, 16, 1)
        self.norm = nn.LayerNorm(16)
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.fc = nn.Linear(16 * 16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.expand(self.squeeze(self.first(x)))
        self.norm(x.permute(0, 2, 3, 1))
        return self.fc(self.pool(x).flatten(1))


def test_that_a_squeeze_is_seen_in_what_comes_after_it() -> None:
    graph, kept = graph_and_kept(Squeezed(), 1, 3, 32, 32)
    ranks = measure_ranks(graph, kept, 5, Running.unheard())
    assert ranks.forward_run == 5
    assert ranks.shares["expand"] == pytest.approx(
        by_numpy(kept["expand"][0].flatten(1).T) / 16, rel=1e-4
    )
    assert ranks.shares["expand"] <= 2 / 16 + 1e-6 < ranks.shares["first"]


def test_that_channels_are_found_where_they_are_last() -> None:
    graph, kept = graph_and_kept(Squeezed(), 1, 3, 32, 32)
    ranks = measure_ranks(graph, kept, 5, Running.unheard())
    theirs = by_numpy(kept["norm"].reshape(-1, 16)) / 16
    assert ranks.shares["norm"] == pytest.approx(theirs, rel=1e-4)


def test_that_too_few_positions_are_said_and_vectors_are_left_out() -> None:
    graph, kept = graph_and_kept(Squeezed(), 1, 3, 32, 32)
    ranks = measure_ranks(graph, kept, 5, Running.unheard())
    assert ranks.too_few == ("pool",)  # 16 positions of 16 channels
    assert {"fc", "flatten", "pool"}.isdisjoint(ranks.shares)


def test_that_a_cancel_ends_it_between_two_layers() -> None:
    graph, kept = graph_and_kept(Squeezed(), 1, 3, 32, 32)

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        measure_ranks(graph, kept, 5, Running(Nobody(), 1, check))
