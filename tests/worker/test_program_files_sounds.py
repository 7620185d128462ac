"""TorchScript files of sound, of which neither layers nor arguments say how long it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.worker.program_files import Plain, save_scripted, save_traced
from visualizer.costs import cost_report
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction import TraceError
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import TorchNetwork, TorchOpener


def opened(path: Path, *inputs: InputSpec) -> TorchNetwork:
    return TorchOpener().open(ModelSource("file", str(path)), inputs, Running.unheard())


class Detector(nn.Module):
    """Frames of a sound, of one length for each sampling rate, as voice detectors take them."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Conv1d(129, 4, 3)

    def forward(self, x: Tensor, sr: int) -> Tensor:
        samples = 512 if sr == 16000 else 256
        if x.dim() != 2 or x.shape[-1] != samples:
            raise ValueError("another number of samples")
        return self.encoder(x[:, :258].reshape(x.shape[0], 129, -1).repeat(1, 1, 2))


class Spectrogram(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        window = torch.hann_window(256, device=x.device)
        return torch.stft(x, 256, 128, window=window, return_complex=True).abs()


class Heard(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.front = Spectrogram()
        self.conv = nn.Conv1d(129, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(self.front(x))


def test_that_the_numbers_in_the_files_own_code_tell_how_long_a_sound_is(tmp_path: Path):
    """129·3 weights for each of 4 channels at 2 places."""
    network = opened(save_scripted(Detector(), tmp_path / "net.pt"))
    assert network.inputs == (InputSpec((1, 512)),)
    assert network.graph.assumed == ("input",)
    assert cost_report(network.graph).totals.macs == 129 * 3 * 4 * 2


def test_that_a_number_that_the_network_takes_can_be_given(tmp_path: Path):
    path = save_scripted(Detector(), tmp_path / "net.pt")
    with pytest.raises(TraceError, match="another number of samples"):
        opened(path, InputSpec((1, 512), name="x"), InputSpec((), "int64", "sr", (8000,)))
    eight = InputSpec((), "int64", "sr", (16000,))
    network = opened(path, InputSpec((3, 512), name="x"), eight)
    assert cost_report(network.graph).totals.macs == 3 * 129 * 3 * 4 * 2
    assert network.graph.assumed == ()


@pytest.mark.parametrize(
    "save", [save_scripted, lambda n, p: save_traced(n, p, torch.rand(1, 16_000))]
)
def test_that_a_network_that_makes_a_spectrum_takes_a_second_of_sound(save, tmp_path: Path):
    """16,000 / 128 + 1 frames, two less behind the convolution."""
    network = opened(save(Heard(), tmp_path / "net.pt"))
    assert network.inputs == (InputSpec((1, 16_000)),)
    assert network.graph.spec(network.graph.outputs[0]).shape == (1, 2, 16_000 // 128 + 1 - 2)


def test_that_other_files_are_guessed_by_their_layers_and_it_is_said(tmp_path: Path):
    network = opened(save_scripted(Plain(), tmp_path / "net.pt"))
    assert network.inputs == (InputSpec((1, 4)),)
    assert network.graph.assumed == ("input",)


class Never(nn.Module):
    def forward(self, x: Tensor, sr: int) -> Tensor:
        if x.shape[-1] != 31:
            raise ValueError("not 31")
        return x * sr


def test_that_a_sound_of_which_nothing_tells_is_asked_for_by_name(tmp_path: Path):
    with pytest.raises(TraceError) as raised:
        opened(save_scripted(Never(), tmp_path / "net.pt"))
    told = raised.value.message
    assert "not 31 (for 1x16000, which was only guessed" in told
    assert told.endswith("as in --input x=1x16000; its forward takes x, sr)")
