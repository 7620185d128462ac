"""Times of single ops: in proportion to the work, none missing, and all together a whole pass."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import onnx
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.worker import onnx_files
from visualizer.engine.messages import TimesMeasured
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract
from visualizer.worker.inbox import Cancelled
from visualizer.worker.measuring.clocks import clock_of
from visualizer.worker.measuring.repeats import medians, repeats_for
from visualizer.worker.measuring.times import measure_times
from visualizer.worker.running import Nobody, Running

SHORT, LONG = 0.01, 0.04


@torch.library.custom_op("visualizer_tests::nap", mutates_args=())
def nap(x: Tensor, seconds: float) -> Tensor:
    """An op of a known length."""
    time.sleep(seconds)
    return x + 1


@nap.register_fake
def _(x: Tensor, seconds: float) -> Tensor:
    return torch.empty_like(x)


class Nap(nn.Module):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.visualizer_tests.nap(x, self.seconds)


class Naps(nn.Module):
    """A short op, Python that is no op, a long op, the short one again."""

    def __init__(self) -> None:
        super().__init__()
        self.short, self.long = Nap(SHORT), Nap(LONG)

    def forward(self, x: Tensor) -> Tensor:
        x = self.short(x)
        time.sleep(2 * LONG)
        return self.short(self.long(x))


def timed(network: nn.Module, *shape: int, check=lambda: None) -> TimesMeasured:
    specs = (InputSpec(shape),)
    graph, module = extract(lambda device: network, specs, name="net")
    return measure_times(module, graph, specs, "cpu", Running(Nobody(), 7, check))


def test_that_a_time_is_that_of_the_op_and_of_nothing_around_it() -> None:
    times = timed(Naps(), 1, 4)
    assert times.run == 7 and times.device == "cpu" and times.parted == ""
    assert times.seconds.keys() == {"short", "long", "short#2"}
    for node, slept in (("short", SHORT), ("long", LONG), ("short#2", SHORT)):
        assert slept <= times.seconds[node] < slept + 0.02
    # A whole pass has the Python between the ops, too.
    assert times.bare_seconds >= sum(times.seconds.values()) + 1.9 * LONG


def test_that_every_executed_op_has_a_time_and_weights_have_none() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.scale = nn.Parameter(torch.ones(1))
            self.rnn = nn.LSTM(4, 5, batch_first=True)
            self.drop = nn.Dropout()

        def forward(self, x: Tensor) -> Tensor:
            x = F.relu(self.conv(x), inplace=True) * self.scale + 2
            return self.drop(self.rnn(x.flatten(2).transpose(1, 2))[0])

    network = Block()
    specs = (InputSpec((1, 3, 8, 8)),)
    graph, module = extract(lambda device: network, specs, name="net")
    times = measure_times(module, graph, specs, "cpu", Running.unheard())
    executed = {node.id for node in graph.ops if node.op not in ("parameter", "constant")}
    assert times.seconds.keys() == executed
    assert all(seconds > 0 for seconds in times.seconds.values())


def test_that_times_are_those_that_torch_s_profiler_finds_for_the_same_calls() -> None:
    network = nn.Sequential(nn.Conv2d(8, 8, 3), nn.Conv2d(8, 64, 5), nn.Conv2d(64, 8, 1)).eval()
    specs = (InputSpec((1, 8, 48, 48)),)
    graph, module = extract(lambda device: network, specs, name="net")
    with torch.profiler.profile() as profile:
        times = measure_times(module, graph, specs, "cpu", Running.unheard())
    calls = [event.cpu_time_total for event in profile.events() if event.name == "aten::conv2d"]
    passes = [calls[start : start + 3] for start in range(0, len(calls), 3)]
    watched = passes[3::2]  # two to warm up, then each second one is watched
    assert len(watched) == times.repeats
    for number in range(3):
        theirs = median(taken[number] for taken in watched) / 1e6
        assert times.seconds[str(number)] == pytest.approx(theirs, rel=0.25, abs=2e-4)


def test_that_a_cancel_ends_it_between_two_ops() -> None:
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 6:
            raise Cancelled

    with pytest.raises(Cancelled):
        timed(Naps(), 1, 4, check=check)
    assert len(asked) == 7


def test_that_a_pass_which_leaves_the_graph_says_so_and_measures_what_it_can() -> None:
    class Chooses(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.turn = 0
            self.fc, self.end = nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            self.turn += 1
            x = self.fc(x)
            return self.end(torch.tanh(x) if self.turn > 1 else torch.relu(x))

    times = timed(Chooses(), 1, 4)
    assert "tanh" in times.parted and times.seconds.keys() == {"fc", "end"}


def test_that_an_onnx_file_is_measured_by_onnxruntime_under_the_file_s_own_names(
    tmp_path: Path,
) -> None:
    path = onnx_files.save(onnx_files.classifier(), tmp_path / "net.onnx")
    network = onnx_files.opened(path)
    times = network.measure_times("cpu", Running.unheard())
    assert times.seconds.keys() == {node.id for node in network.graph.ops}
    assert all(seconds >= 0 for seconds in times.seconds.values()) and times.bare_seconds > 0
    assert list(onnx.load(str(path)).graph.node) == list(network.model.graph.node)


def test_that_medians_ignore_a_slow_pass_and_few_passes_are_enough_for_a_slow_network() -> None:
    assert medians([{"a": 1.0}, {"a": 9.0, "b": 2.0}, {"a": 1.2}]) == {"a": 1.2, "b": 2.0}
    assert [repeats_for(seconds) for seconds in (10.0, 0.5, 1e-6)] == [3, 5, 15]
    assert clock_of("cpu").seconds(1.0, 3.5) == 2.5
