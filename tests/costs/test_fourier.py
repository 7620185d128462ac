"""Fourier transforms: N·log₂N multiply-adds for N real numbers, twice that for complex ones."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualizer
from visualizer.costs import cost_report


class Spectrogram(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        window = torch.ones(64)
        seen = torch.stft(x, 64, 16, window=window, return_complex=True)
        pairs = torch.view_as_complex(torch.stack([x, x], -1))
        both = torch.stft(pairs, 64, 16, window=window, return_complex=True)
        return seen, torch.istft(seen, 64, 16, window=window), both


def test_that_every_frame_of_a_stft_and_its_inverse_is_transformed() -> None:
    """1600 samples every 16, padded at both ends: 1600/16 + 1 = 101 frames of 64·log₂64 = 384."""
    graph = visualizer.trace(Spectrogram(), torch.zeros(2, 1600)).graph
    report = cost_report(graph)
    macs = {node.id: report.layers[node.id].macs for node in graph.ops if "stft" in node.op}
    assert macs == {
        "stft": 2 * 101 * 384, "istft": 2 * 101 * 384, "stft#2": 2 * 2 * 101 * 384,
    }  # fmt: skip
    assert "N·log₂N·frames" in str(report.layers["stft"])
