"""Recurrent layers without numbers give what torch gives with numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract

LAYERS = {
    "lstm": lambda: nn.LSTM(4, 5, num_layers=2, bidirectional=True),
    "lstm with a projection": lambda: nn.LSTM(4, 6, proj_size=3, bidirectional=True),
    "gru": lambda: nn.GRU(4, 5, num_layers=3),
    "rnn, batch first": lambda: nn.RNN(4, 5, batch_first=True, bidirectional=True),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("shape", [(7, 3, 4), (7, 4)])
def test_that_every_result_has_torchs_own_shape(layer: str, shape: tuple[int, ...]) -> None:
    output, states = LAYERS[layer]()(torch.rand(shape))
    graph, _ = extract(lambda device: LAYERS[layer]().to(device), (InputSpec(shape),), name=layer)
    assert graph.route == "meta tensors"
    states = states if isinstance(states, tuple) else (states,)
    found = [graph.spec(ref).shape for ref in graph.outputs]
    assert found == [tuple(result.shape) for result in (output, *states)]


def test_that_packed_sequences_on_fake_tensors_have_torchs_own_shapes() -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.core = nn.GRU(4, 5, bidirectional=True)

        def forward(self, data: torch.Tensor) -> torch.Tensor:
            sizes = torch.tensor([2, 2, 1], device="cpu")
            packed = nn.utils.rnn.PackedSequence(data, sizes)
            output, last = self.core(packed)
            return output.data.sum() + last.sum()

    graph, _ = extract(lambda device: Packed().to(device), (InputSpec((5, 4)),), name="packed")
    core = next(node for node in graph.ops if node.op == "gru")
    assert [spec.shape for spec in core.outputs] == [(5, 10), (2, 2, 5)]


def test_that_a_sequence_of_a_hundred_thousand_steps_opens_without_taking_them() -> None:
    """torch's own steps in Python would take minutes."""
    graph, _ = extract(lambda d: nn.LSTM(4, 5).to(d), (InputSpec((100_000, 1, 4)),), name="long")
    assert graph.spec(graph.outputs[0]).shape == (100_000, 1, 5)
