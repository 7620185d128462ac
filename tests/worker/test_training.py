"""What autograd keeps of a training step: by hand, and against real steps on the CPU."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.worker.training_steps import (
    BATCH,
    Quiet,
    built,
    measured,
    opened,
    opened_with,
    predicted,
)
from visualizer.costs.blocks import blocks_of
from visualizer.costs.observed import Law, TrainingObserved
from visualizer.costs.training import Plan
from visualizer.engine.messages import Reply, TrainingWatched
from visualizer.sources import InputSpec
from visualizer.worker.extraction import TraceError
from visualizer.worker.failures import RunError
from visualizer.worker.inbox import Cancelled
from visualizer.worker.loaders.base import Recipe
from visualizer.worker.torch_networks import TorchNetwork
from visualizer.worker.training import observe_training

SHAPE = (1, 8)


def network_of(make: Callable[[], nn.Module], shape: tuple[int, ...] = SHAPE) -> TorchNetwork:
    def build(device: str) -> nn.Module:
        with torch.device(device):
            return make()

    return opened_with(Recipe("net", build, "", False), (InputSpec(shape),))


def watched(
    make: Callable[[], nn.Module], shape: tuple[int, ...] = SHAPE, mixed: bool = False
) -> TrainingObserved:
    return observe_training(network_of(make, shape), mixed, Quiet())  # type: ignore[arg-type]


def saved(observed: TrainingObserved) -> list[tuple[str, str, Law]]:
    return [(tensor.node, tensor.made_by, tensor.bytes) for tensor in observed.saved]


def test_that_a_linear_layer_saves_its_input_and_a_relu_its_output() -> None:
    found = watched(lambda: nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)))
    assert saved(found) == [
        ("0", "input", Law(0, 32)),
        ("1", "1", Law(0, 64)),  # the second layer saves the same tensor: counted once
    ]
    assert found.saved_law == Law(0, 96)


def test_that_a_relu_in_place_saves_the_memory_of_what_it_changed() -> None:
    found = watched(lambda: nn.Sequential(nn.Linear(8, 16), nn.ReLU(inplace=True)))
    assert saved(found) == [("0", "input", Law(0, 32)), ("1", "0", Law(0, 64))]


def test_that_views_share_what_they_are_views_of() -> None:
    class Split(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 16)

        def forward(self, x):
            left, right = self.fc(x).chunk(2, dim=1)
            return left * right

    found = watched(Split)
    assert [law for _, _, law in saved(found)] == [Law(0, 32), Law(0, 64)]


def test_that_dropout_has_a_mask_that_evaluation_has_not() -> None:
    found = watched(lambda: nn.Sequential(nn.Linear(8, 16), nn.Dropout()))
    assert saved(found) == [("0", "input", Law(0, 32)), ("1", "", Law(0, 64))]


def test_that_batch_norm_saves_its_input_and_the_statistics_of_the_batch() -> None:
    found = watched(lambda: nn.Sequential(nn.BatchNorm2d(4)), (1, 4, 2, 2))
    # mean and 1/std of 4 channels do not grow with the batch
    assert saved(found) == [("0", "input", Law(0, 64)), ("0", "", Law(16)), ("0", "", Law(16))]
    assert found.buffer_bytes == 4 * 4 * 2 + 8


def test_that_parameters_gradients_and_buffers_are_counted() -> None:
    found = watched(lambda: nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 4)))
    assert found.trained == (128, 16, 64, 4)
    assert found.param_bytes == found.gradient_bytes == 4 * 212
    assert (found.route, found.off) == ("fake tensors", 0.0)


def test_that_frozen_parameters_have_no_gradient_and_save_nothing() -> None:
    def make() -> nn.Module:
        network = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 4))
        network[0].requires_grad_(False)
        return network

    found = watched(make)
    assert found.trained == (64, 4)
    assert saved(found) == [("1", "0", Law(0, 64))]


def test_that_mixed_precision_saves_bfloat16_and_copies_of_the_weights() -> None:
    found = watched(lambda: nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 4)), mixed=True)
    # inputs of both layers, 2 B a number; the second weight is needed for its gradient, as a copy
    assert found.saved_law == Law(2 * 64, 2 * (8 + 16))
    assert found.gradient_bytes == 4 * 212


def test_that_what_a_training_head_saves_is_found_in_it() -> None:
    class WithHead(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Linear(8, 16)
            self.aux = nn.Linear(16, 4)
            self.head = nn.Linear(16, 4)

        def forward(self, x):
            x = self.body(x).exp()
            return (self.head(x), self.aux(x)) if self.training else self.head(x)

    assert {node for node, _, _ in saved(watched(WithHead))} == {"body", "exp"}
    assert watched(WithHead).trained == (128, 16, 64, 4, 64, 4)


def test_that_a_network_that_looks_at_numbers_is_run_on_real_tensors() -> None:
    class Looks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 16)

        def forward(self, x):
            return self.fc(x) if x.sum().item() < 1e9 else x

    found = watched(Looks)
    assert found.route == "real tensors"
    assert saved(found) == [("fc", "input", Law(0, 32))]


def test_that_watching_leaves_the_network_as_it_was() -> None:
    network = network_of(lambda: nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16)))
    before = {
        name: id(tensor) for name, tensor in network.traced.state_dict(keep_vars=True).items()
    }
    training = [part.training for part in network.traced.modules()]
    observe_training(network, False, Quiet())  # type: ignore[arg-type]
    after = network.traced.state_dict(keep_vars=True)
    assert {name: id(tensor) for name, tensor in after.items()} == before
    assert all(tensor.grad is None for tensor in after.values())
    assert [part.training for part in network.traced.modules()] == training


def test_that_a_network_without_parameters_cannot_be_trained() -> None:
    with pytest.raises(RunError, match="nothing here can be trained"):
        watched(nn.ReLU)


def test_that_a_forward_pass_that_fails_in_training_names_its_layer() -> None:
    class NeedsTargets(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 16)

        def forward(self, x):
            if self.training:
                raise ValueError("targets should be given")
            return self.fc(x)

    with pytest.raises(TraceError, match="targets should be given"):
        watched(NeedsTargets)


def test_that_work_that_differs_with_the_batch_is_told() -> None:
    class Loops(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 16)

        def forward(self, x):
            return F.relu(torch.cat([self.fc(example) for example in x]))

    with pytest.raises(RunError, match="does other work with a batch of 4"):
        watched(Loops)


def test_that_watching_stops_when_it_is_cancelled() -> None:
    class Stops(Quiet):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        observe_training(network_of(lambda: nn.Linear(8, 16)), False, Stops())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("squeezenet1_1", Plan(BATCH, "adam", foreach=False)),
        ("mobilenet_v2", Plan(BATCH, "momentum")),
        ("mobilenet_v2", Plan(BATCH, "sgd", checkpoint=True)),
        ("squeezenet1_1", Plan(BATCH, "sgd", mixed=True)),
    ],
)
def test_that_the_peak_is_that_of_a_real_step(name: str, plan: Plan) -> None:
    network = opened(name)
    blocks = [block.path for block in blocks_of(network.graph)] if plan.checkpoint else []
    assert predicted(network, plan).peak_bytes == pytest.approx(
        measured(built(name), plan, blocks), rel=0.005
    )


def test_that_an_observation_survives_the_channel() -> None:
    import msgspec

    found = watched(lambda: nn.Sequential(nn.Linear(8, 16), nn.ReLU()))
    sent = msgspec.json.encode(TrainingWatched(1, found))
    assert msgspec.json.decode(sent, type=Reply) == TrainingWatched(1, found)


def test_that_tensors_named_by_keyword_are_inputs_too() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(8, 16)

        def forward(self, *, x: Tensor) -> Tensor:
            return self.fc(x)

    def build(device: str) -> nn.Module:
        with torch.device(device):
            return Named()

    network = opened_with(Recipe("net", build, "", False), (InputSpec(SHAPE, name="x"),))
    found = observe_training(network, False, Quiet())  # type: ignore[arg-type]
    assert saved(found) == [("fc", "input", Law(0, 32))]
