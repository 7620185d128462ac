"""Networks whose ops depend on the values: what is kept when a pass leaves the traced path."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

from visualizer.engine.waiting import WorkerFailure, WorkerSession
from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction import extract, trace
from visualizer.worker.live import CaptureMismatchError, ForwardRun, run_forward, top_predictions

ONES = torch.ones(1, 2)


def positive(x: torch.Tensor) -> bool:
    """Decides without executing an op."""
    return x.tolist()[0][0] > 0


class Branching(nn.Module):
    """Traced with positive numbers; negative ones take another way, past `tail`."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(2, 2)
        self.body = nn.Linear(2, 2)
        self.tail = nn.Linear(2, 2)
        self.act = nn.ReLU()

    def forward(self, x):
        y = self.head(x + 1)
        y = self.tail((y * 2).sigmoid()) if positive(x) else (y - 7).abs().sigmoid()
        return self.act(self.body(y)) * 3


@pytest.fixture
def network() -> Branching:
    torch.manual_seed(0)
    return Branching().eval()


@pytest.fixture
def graph(network: Branching) -> LayerGraph:
    return trace(network, [ONES])


def run(network, graph, x, capture=None, keep=1 << 20) -> ForwardRun:
    wanted = None if capture is None else frozenset(capture)
    return run_forward(network, graph, [x], wanted, keep, lambda: None)


def test_that_a_pass_on_the_traced_path_has_not_parted(network, graph) -> None:
    forward = run(network, graph, ONES)
    assert forward.parted == ""
    assert list(forward.kept) == [node.id for node in graph.nodes]


def test_that_a_parted_pass_keeps_what_came_before_and_whole_layers_after(network, graph) -> None:
    forward = run(network, graph, -ONES)
    # neither sub, abs nor the other sigmoid and mul: they are no layers of torch's own
    assert list(forward.kept) == ["input", "add", "head", "body", "act"]
    assert forward.parted == "it has sub where the graph has mul"


def test_that_layers_after_the_parting_are_kept_as_computed(network, graph) -> None:
    with torch.no_grad():
        body = network.body((network.head(-ONES + 1) - 7).abs().sigmoid())
        expected = network(-ONES)
    forward = run(network, graph, -ONES)
    assert torch.equal(forward.kept["body"], body)
    assert torch.equal(forward.kept["act"], body.relu())
    assert torch.equal(forward.outputs[0], expected)


def test_that_memory_allowed_still_counts_after_the_parting(network, graph) -> None:
    forward = run(network, graph, -ONES, keep=4 * 8)
    assert list(forward.kept) == ["input", "add", "head", "body"]
    assert forward.left_out == ("act",)


def test_that_ops_before_the_parting_can_be_asked_for_by_name(network, graph) -> None:
    assert run(network, graph, -ONES, ["add"]).kept["add"].tolist() == [[0.0, 0.0]]


def test_that_an_op_that_cannot_be_told_apart_is_refused_with_a_layer_instead(
    network, graph
) -> None:
    with pytest.raises(CaptureMismatchError) as caught:
        run(network, graph, -ONES, ["sigmoid"])
    assert str(caught.value) == (
        "there are no maps of sigmoid (sigmoid): the network takes another path for this "
        "picture, so this op cannot be told apart; choose a layer such as head "
        "(it has sub where the graph has mul)"
    )


def test_that_a_layer_that_this_pass_does_not_call_is_refused(network, graph) -> None:
    with pytest.raises(CaptureMismatchError, match=r"tail \(Linear\): .* does not call it"):
        run(network, graph, -ONES, ["tail"])


def test_that_a_pass_that_ends_early_is_told() -> None:
    class Net(nn.Module):
        def forward(self, x):
            y = x + 1
            return y.relu() if positive(x) else y

    forward = run(Net(), trace(Net(), [ONES]), -ONES)
    assert list(forward.kept) == ["input", "add"]
    assert forward.parted == "the pass ended where the graph has relu"


def test_that_a_pass_that_goes_on_longer_is_told() -> None:
    class Net(nn.Module):
        def forward(self, x):
            y = x + 1
            return y if positive(x) else y.relu()

    forward = run(Net(), trace(Net(), [ONES]), -ONES)
    assert list(forward.kept) == ["input", "add"]
    assert forward.parted == "it has relu where the graph has its end"


def test_that_the_same_op_in_another_layer_is_another_path() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.ReLU(), nn.ReLU()

        def forward(self, x):
            return (self.a(x) if positive(x) else self.b(x)) + 1

    network = Net()
    forward = run(network, trace(network, [ONES]), -ONES)
    assert list(forward.kept) == ["input"]
    assert forward.parted == "it has relu in b where the graph has a"


class Overwriting(nn.Module):
    """Only the untraced path overwrites what came before it."""

    def forward(self, x):
        y = x * 2
        if positive(x):
            return y + 1
        return y.view(2).zero_()


def test_that_what_an_unforeseen_op_overwrites_is_not_kept() -> None:
    graph = trace(Overwriting(), [ONES])
    assert list(run(Overwriting(), graph, -ONES).kept) == ["input"]


def test_that_what_was_asked_for_by_name_is_safe_from_unforeseen_overwriting() -> None:
    graph = trace(Overwriting(), [ONES])
    assert run(Overwriting(), graph, -ONES, ["mul"]).kept["mul"].tolist() == [[-2.0, -2.0]]


class Moving(nn.Module):
    """Makes its grid on the CPU, changes a part of it, and moves it to where its input is."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.full((1, 2), 2.0)

    def forward(self, x):
        grid = torch.zeros(1, 2, device="cpu")
        grid[:, 0].add_(5)
        return x * self.scale.to(x.device) + grid.to(x.device)


def test_that_moving_to_the_device_of_the_inputs_is_no_op_of_its_own() -> None:
    graph, _ = extract(lambda device: Moving(), (InputSpec((1, 2)),), name="moving")
    assert graph.route == "meta tensors"
    assert "to" not in {node.op for node in graph.nodes}
    assert [ref.node for ref in graph.by_id["add#2"].inputs] == ["mul", "setitem"]
    forward = run(Moving(), graph, ONES)
    assert forward.parted == ""
    assert forward.kept["add#2"].tolist() == [[7.0, 2.0]]


# --------------------------------------------------------------------------- detectors


class Detector(nn.Module):
    """Gives one dictionary a picture, with as many boxes as there are positive numbers."""

    def forward(self, x):
        found = x[0] > 0
        scores = x[0][found]
        boxes = scores[:, None] * torch.tensor([[0.0, 0.0, 1.0, 1.0]])
        return [{"boxes": boxes, "labels": found.nonzero()[:, 0], "scores": scores}]


@pytest.mark.parametrize("x", [[[1.0, 2.0]], [[1.0, -2.0]], [[-1.0, -2.0]]])
def test_that_a_detector_of_any_number_of_boxes_predicts_no_class(x) -> None:
    forward = run(Detector(), trace(Detector(), [ONES]), torch.tensor(x))
    assert forward.parted == ""
    assert len(forward.outputs) == 3
    assert top_predictions(forward.outputs) == ()


# --------------------------------------------------------------------------- in the worker

BRIGHT = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        is_bright = min(x.flatten().tolist()) > 1
        found = x[:, :, : 0 if is_bright else 5]
        y = x.sin() if is_bright else x.cos()
        return self.conv(y), found

def build():
    return Net()
"""


def test_that_the_log_tells_of_another_path_and_whole_layers_have_maps(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(BRIGHT)
    Image.new("RGB", (16, 16), "white").save(tmp_path / "white.png")
    source = ModelSource("file_factory", str(tmp_path / "net.py"), "build")
    inputs = (InputSpec((1, 3, 16, 16)),)
    with WorkerSession() as session:
        assert "cos" in session.load(source, inputs).graph.by_id
        forward = session.forward(source, inputs, str(tmp_path / "white.png"), "cpu")
        assert "cos" not in forward.kept
        assert session.maps(forward.run, "conv").shape == (4, 14, 14)
        with pytest.raises(WorkerFailure, match=r"nothing to see of getitem.*empty \(1×3×0×16\)"):
            session.maps(forward.run, "getitem")
        with pytest.raises(
            WorkerFailure, match=r"cannot be told apart; choose a layer such as conv"
        ):
            session.forward(source, inputs, str(tmp_path / "white.png"), "cpu", None, ("cos",))
        told = [line for line in session.log if "another path" in line]
    assert len(told) == 1
    assert "it has sin where the graph has cos" in told[0]
