"""Captured outputs equal those of a plain forward hook, on both paths."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec
from visualizer.worker.extraction import TraceError, extract, trace
from visualizer.worker.live import run_forward
from visualizer.worker.live.capture import CaptureMismatchError, changed_later

PLENTY = 1 << 30


class Block(nn.Module):
    """conv, bn and an in-place relu that overwrites what bn gave; then a residual add."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.bn = nn.BatchNorm2d(3)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.conv(self.relu(self.bn(self.conv(x))))) + x


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(Block(), Block()).eval()


@pytest.fixture
def picture() -> torch.Tensor:
    return torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)) - 0.5


@pytest.fixture
def graph(network: nn.Module) -> LayerGraph:
    return trace(network, [torch.empty(1, 3, 8, 8)])


def hooked(network: nn.Module, path: str, picture: torch.Tensor) -> list[torch.Tensor]:
    """What a plain forward hook sees at each call, copied then and there."""
    seen: list[torch.Tensor] = []
    module = network.get_submodule(path)
    handle = module.register_forward_hook(lambda m, args, output: seen.append(output.clone()))
    with torch.no_grad():
        network(picture)
    handle.remove()
    return seen


def never() -> None:
    return


def run(network, graph, picture, capture, keep=PLENTY, check=never):
    wanted = None if capture is None else frozenset(capture)
    return run_forward(network, graph, [picture], wanted, keep, check)


@pytest.mark.parametrize("path", ["0.conv", "0.bn", "0.relu", "1.bn"])
def test_that_a_captured_layer_equals_a_plain_hook_exactly(network, graph, picture, path) -> None:
    seen = hooked(network, path, picture)
    kept = run(network, graph, picture, [path]).kept
    assert list(kept) == [path]
    assert torch.equal(kept[path], seen[0])


def test_that_the_second_call_of_a_module_is_its_own_node(network, graph, picture) -> None:
    seen = hooked(network, "0.relu", picture)
    kept = run(network, graph, picture, ["0.relu", "0.relu#2"]).kept
    assert torch.equal(kept["0.relu"], seen[0])
    assert torch.equal(kept["0.relu#2"], seen[1])
    assert not torch.equal(seen[0], seen[1])


def test_that_an_op_inside_a_forward_is_captured_by_running_the_recorder(
    network, graph, picture
) -> None:
    kept = run(network, graph, picture, ["0.add", "1.add"]).kept
    assert torch.equal(kept["0.add"], hooked(network, "0", picture)[0])
    assert torch.equal(kept["1.add"], hooked(network, "1", picture)[0])


def test_that_capturing_everything_gives_every_node_as_its_op_left_it(
    network, graph, picture
) -> None:
    forward = run(network, graph, picture, None)
    assert list(forward.kept) == [node.id for node in graph.nodes]
    assert torch.equal(forward.kept["0.bn"], hooked(network, "0.bn", picture)[0])
    assert torch.equal(forward.kept["input"], picture)
    assert not forward.left_out


def test_that_outputs_are_those_of_the_bare_network(network, graph, picture) -> None:
    with torch.no_grad():
        expected = network(picture)
    for capture in ([], ["0.conv"], None):
        forward = run(network, graph, picture, capture)
        assert torch.equal(forward.outputs[0], expected)
        assert forward.seconds > 0


def test_that_no_more_is_kept_than_allowed(network, graph, picture) -> None:
    one = picture.numel() * 4
    forward = run(network, graph, picture, None, keep=2 * one)
    assert list(forward.kept) == ["input", "0.conv"]
    assert forward.left_out[0] == "0.bn"


def test_that_only_what_is_overwritten_is_copied(graph) -> None:
    changed = {node for node in changed_later(graph) if node.startswith("0.")}
    assert changed == {"0.bn", "0.conv#2"}


def test_that_a_view_is_copied_when_its_memory_is_overwritten() -> None:
    class Net(nn.Module):
        def forward(self, x):
            y = x * 2
            part = y[:, :2]
            return part, y.add_(1)

    graph = trace(Net(), [torch.ones(1, 4)])
    forward = run(Net(), graph, torch.ones(1, 4), None)
    assert forward.kept["getitem"].tolist() == [[2.0, 2.0]]
    assert forward.kept["mul"].tolist() == [[2.0] * 4]
    assert forward.kept["add"].tolist() == [[3.0] * 4]


def test_that_a_layer_that_gives_a_tuple_is_captured_by_its_first_output() -> None:
    network = nn.Sequential(nn.LSTM(4, 5))
    x = torch.rand(7, 1, 4)
    graph = trace(network, [x])
    with torch.no_grad():
        expected = network[0](x)[0]
    for capture in (["0"], None):
        assert torch.equal(run(network, graph, x, capture).kept["0"], expected)


def test_that_a_graph_from_stand_ins_fits_the_real_pass() -> None:
    from visualizer.sources import InputSpec
    from visualizer.worker.extraction import extract

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x):
            y = x + self.attention(x, x, x, need_weights=False)[0]
            y[:, 0].mul_(2)
            return F.dropout(y, training=self.training).sum(1)

    network = Net()
    graph, _ = extract(lambda device: network, (InputSpec((1, 5, 8)),), name="net")
    assert graph.route == "meta tensors"
    forward = run(network, graph, torch.rand(1, 5, 8), None)
    assert list(forward.kept) == [node.id for node in graph.nodes]
    shapes = {node: tuple(tensor.shape) for node, tensor in forward.kept.items()}
    assert shapes == {node.id: node.output.shape for node in graph.nodes}


def test_that_an_unknown_node_is_refused(network, graph, picture) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        run(network, graph, picture, ["nowhere"])


def test_that_a_failing_pass_names_its_layer(network, graph) -> None:
    with pytest.raises(TraceError, match=r"0.conv \(Conv2d\): conv2d got input 1×4×8×8"):
        run(network, graph, torch.rand(1, 4, 8, 8), None)


class Stop(Exception):
    """Raised by a check."""


@pytest.mark.parametrize("capture", [["0.conv"], None])
def test_that_a_pass_can_be_cancelled_in_the_middle(network, graph, picture, capture) -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise Stop

    with pytest.raises(Stop):
        run(network, graph, picture, capture, check=check)
    assert not any(module._forward_hooks for module in network.modules())
    assert run(network, graph, picture, capture).outputs


def test_that_wrapped_networks_run_under_their_own_names(network, graph, picture) -> None:
    kept = run(nn.DataParallel(network), graph, picture, ["0.conv"]).kept
    assert list(kept) == ["0.conv"]


class WithHead(nn.Module):
    """A head in the middle that runs only in training."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
        self.aux = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        x = self.first(x)
        if self.training:
            return self.last(x * 2), self.aux(x)
        return self.last(x * 2)


def test_that_a_head_of_training_shifts_no_op_and_has_no_maps(picture: torch.Tensor) -> None:
    network = WithHead().eval()
    graph, _ = extract(lambda device: network, (InputSpec((1, 3, 8, 8)),), name="net")
    assert [node.id for node in graph.training_ops] == ["aux"]
    run = run_forward(network, graph, [picture], None, PLENTY, never)
    assert not run.parted
    assert set(run.kept) == {"input", "first", "mul", "last"}
    assert torch.equal(run.kept["mul"], run.kept["first"] * 2)
    with pytest.raises(CaptureMismatchError, match=r"aux \(Conv2d\): it runs only in training"):
        run_forward(network, graph, [picture], frozenset({"aux"}), PLENTY, never)
