"""Networks whose argument is a packed sequence: several lengths, one behind the other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import visualizer
from tests.worker.onnx_files import classifier, opened, save
from visualizer.costs import cost_report
from visualizer.sources import InputSpec, parse_input
from visualizer.worker.extraction import TraceError, extract
from visualizer.worker.loaders import LoadError, guess_inputs
from visualizer.worker.loaders.base import Recipe
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import traced

LENGTHS = (12, 9, 7, 3)


class Heard(nn.Module):
    """An LSTM of 32 over 80 numbers a step, and 5 scores from the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(80, 32)
        self.fc = nn.Linear(32, 5)

    def forward(self, sound: PackedSequence) -> Tensor:
        return self.fc(self.rnn(sound)[1][0][-1])


def recipe(kind: type[nn.Module]) -> Recipe:
    return Recipe("heard", lambda device: kind().to(device), weights_text="", trained=False)


@pytest.mark.parametrize(
    ("text", "steps"),
    [("packed:4x12x80", 4 * 12), ("packed:4x12x80@12,9,7,3", 31), ("sound=packed:4x12x80", 48)],
)
def test_that_a_packed_sequence_costs_its_total_length(text: str, steps: int) -> None:
    graph, _ = extract(lambda device: Heard().to(device), (parse_input(text),), name="heard")
    report = cost_report(graph)
    # Four gates of 32 read 80 numbers and the 32 of the state, once a step of a sequence.
    assert report.totals.macs == steps * 4 * 32 * (80 + 32) + 4 * 32 * 5
    assert [node.op for node in graph.nodes] == ["input", "lstm", "getitem", "linear"]
    assert graph.nodes[0].output.shape == (steps, 80)
    assert graph.route == "meta tensors"


def test_that_what_is_made_up_is_what_torch_packs() -> None:
    from visualizer.worker.extraction.routes import example_inputs

    (made,), _ = example_inputs((parse_input("packed:4x12x80@12,9,7,3"),), "cpu")
    expected = pack_padded_sequence(torch.zeros(12, 4, 80), torch.tensor(LENGTHS))
    assert torch.equal(made.batch_sizes, expected.batch_sizes)
    assert made.data.shape == expected.data.shape
    _, lengths = pad_packed_sequence(made)
    assert tuple(lengths.tolist()) == LENGTHS


def test_that_a_packed_sequence_is_given_as_it_is_to_trace() -> None:
    packed = pack_padded_sequence(torch.randn(12, 4, 80), torch.tensor(LENGTHS))
    found = visualizer.trace(Heard(), packed)
    assert found.report.totals.macs == 31 * 4 * 32 * (80 + 32) + 4 * 32 * 5


def test_that_a_network_that_says_it_takes_one_needs_no_input() -> None:
    assert guess_inputs(Heard(), "heard") == (InputSpec((1, 16, 80), packed=True),)


def test_that_a_network_that_does_not_say_so_is_told_how_to_be_given_one() -> None:
    class Silent(Heard):
        def forward(self, sound):  # type: ignore[no-untyped-def]
            return self.fc(pad_packed_sequence(self.rnn(sound)[0])[0]) + sound.batch_sizes.sum()

    with pytest.raises(TraceError) as raised:
        traced(recipe(Silent), (), Running.unheard())
    assert "it takes a packed sequence, --input packed:4x12x80" in raised.value.message


def test_that_a_packed_sequence_runs_with_weights() -> None:
    network = traced(recipe(Heard), (parse_input("packed:4x12x80"),), Running.unheard())
    result = network.run(torch.zeros(1, 3, 8, 8), "cpu", None, 1 << 24, Running.unheard())
    assert result.outputs[0].shape == (4, 5)


def test_that_an_onnx_file_takes_no_packed_sequence(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be packed: an ONNX file takes tensors"):
        opened(save(classifier(), tmp_path / "net.onnx"), parse_input("packed:1x3x16x16"))
