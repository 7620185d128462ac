"""Inputs in another precision than the weights fail as they do with numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction import TraceError, extract
from visualizer.worker.loaders import guess_inputs

LAYERS = {
    "linear": (lambda: nn.Linear(4, 2), (3, 4)),
    "layer norm": (lambda: nn.LayerNorm(4), (3, 4)),
    "batch norm": (lambda: nn.BatchNorm2d(3), (1, 3, 4, 4)),
    "convolution": (lambda: nn.Conv2d(3, 2, 1), (1, 3, 4, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_that_a_half_precision_network_given_float32_fails_in_one_line(name: str) -> None:
    make, shape = LAYERS[name]
    with pytest.raises(RuntimeError):
        make().half()(torch.zeros(shape))
    with pytest.raises(TraceError) as raised:
        extract(lambda device: make().half().to(device), (InputSpec(shape),), name="half")
    assert "\n" not in raised.value.message
    fitting = (InputSpec(shape, "float16"),)
    graph, _ = extract(lambda device: make().half().to(device), fitting, name="half")
    assert graph.nodes[-1].output.dtype == "float16"


def test_that_the_message_says_which_input_would_do() -> None:
    with pytest.raises(TraceError, match=r"linear got .*: float32 meets float16: give the input"):
        extract(lambda device: nn.Linear(4, 2).half().to(device), (InputSpec((3, 4)),), name="half")


@pytest.mark.parametrize("name", ["linear", "convolution"])
def test_that_whole_numbers_are_refused_where_they_meet_weights(name: str) -> None:
    make, shape = LAYERS[name]
    with pytest.raises(RuntimeError):
        make()(torch.zeros(shape, dtype=torch.int64))
    with pytest.raises(TraceError, match="int64 meets float32: give the input in the precision"):
        extract(lambda device: make().to(device), (InputSpec(shape, "int64"),), name="net")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_that_norms_in_float32_take_inputs_of_less_precision_as_torch_does(
    dtype: torch.dtype,
) -> None:
    norm = nn.LayerNorm(4)
    made = norm(torch.zeros(3, 4, dtype=dtype))
    spec = (InputSpec((3, 4), str(dtype).removeprefix("torch.")),)
    graph, _ = extract(lambda device: nn.LayerNorm(4).to(device), spec, name="mixed")
    assert graph.nodes[-1].output.dtype == str(made.dtype).removeprefix("torch.")


def test_that_inputs_that_are_guessed_are_in_the_precision_of_the_weights() -> None:
    assert guess_inputs(nn.Linear(4, 2).half(), "half") == (InputSpec((1, 4), "float16"),)
