"""Meta, fake or real tensors: which route is taken, what it says, and what it leaves behind."""

from __future__ import annotations

import contextlib

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from visualizer.sources import InputSpec
from visualizer.worker.extraction import TraceError, extract, trace

PICTURE = (InputSpec((1, 3, 8, 8)),)


def build_with(make):
    """A build function that counts its calls by device."""
    calls: list[str] = []

    def build(device: str) -> nn.Module:
        calls.append(device)
        with torch.device(device):
            return make()

    return build, calls


def small_net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())


def test_that_a_network_is_built_and_run_on_meta_where_possible() -> None:
    build, calls = build_with(small_net)
    graph, network = extract(build, PICTURE, name="small")
    assert (graph.route, graph.notes, calls) == ("meta tensors", (), ["meta"])
    assert next(network.parameters()).is_meta
    assert graph.name == "small"


def test_that_a_constructor_that_reads_values_is_run_on_the_cpu() -> None:
    def make() -> nn.Module:
        sizes = torch.linspace(4, 8, 2).tolist()
        return nn.Conv2d(3, int(sizes[1]), 3)

    build, calls = build_with(make)
    graph, _ = extract(build, PICTURE, name="reader")
    assert (graph.route, calls) == ("meta tensors", ["meta", "cpu"])
    assert "built on the CPU" in graph.notes[0]
    assert graph.ops[0].output.shape == (1, 8, 6, 6)


class AsksForScale(nn.Module):
    """Reads the value of a small tensor it has just made."""

    def forward(self, x):
        scale = torch.tensor(2.0).item()
        return x * scale


class AsksForPixels(nn.Module):
    def forward(self, x):
        return x[x > 0].sum() if x.mean() < 100 else x


def test_that_fake_tensors_serve_where_a_small_value_is_asked_for() -> None:
    build, calls = build_with(lambda: nn.Sequential(nn.Conv2d(3, 4, 3), AsksForScale()))
    graph, _ = extract(build, PICTURE, name="scale")
    assert (graph.route, calls) == ("fake tensors", ["meta"])
    (note,) = graph.notes
    assert note.startswith("meta tensors were not enough: 1 (AsksForScale): ")
    assert graph.ops[-1].attributes["other"] == 2.0


def test_that_real_tensors_serve_where_the_picture_decides() -> None:
    build, _ = build_with(AsksForPixels)
    graph, _ = extract(build, PICTURE, name="pixels")
    assert graph.route == "real tensors"
    assert len(graph.notes) == 2
    assert [node.op for node in graph.ops] == ["mean", "lt", "gt", "getitem", "sum"]


def test_that_the_real_route_gives_the_same_graph_each_time() -> None:
    build, _ = build_with(AsksForPixels)
    assert extract(build, PICTURE, name="p")[0] == extract(build, PICTURE, name="p")[0]


def test_that_trained_weights_are_left_alone() -> None:
    trained = small_net()
    before = {name: tensor.clone() for name, tensor in trained.state_dict().items()}
    first = trained[0].weight
    graph, network = extract(lambda device: trained, PICTURE, name="trained")
    assert graph.route == "meta tensors"
    assert network is trained
    assert trained[0].weight is first
    assert all(torch.equal(before[name], t) for name, t in trained.state_dict().items())
    assert trained(torch.rand(1, 3, 8, 8)).device.type == "cpu"


@pytest.mark.parametrize("middle", [nn.Identity, AsksForScale], ids=["meta", "fake"])
def test_that_what_the_pass_leaves_in_attributes_is_put_back(middle: type[nn.Module]) -> None:
    class Keeps(nn.Module):
        def __init__(self):
            super().__init__()
            self.middle = middle()
            self.last = None
            self.table = torch.ones(3, 1, 1)
            self.register_buffer("steps", torch.zeros(1))
            self.cache = {}

        def forward(self, x):
            self.steps += 1
            self.last = self.cache["x"] = self.middle(x) * self.table
            return self.last

    network = Keeps()
    graph, _ = extract(lambda device: network, PICTURE, name="keeps")
    assert graph.ops[-1].op == "mul"
    assert network.last is None and network.cache == {}
    assert network.steps.tolist() == [0.0]
    assert network.table.tolist() == torch.ones(3, 1, 1).tolist()


def test_that_tied_weights_stay_tied_on_stand_ins() -> None:
    def make() -> nn.Module:
        network = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
        network[1].weight = network[0].weight
        return network

    trained = make()
    graph, _ = extract(lambda device: trained, (InputSpec((1, 4)),), name="tied")
    assert [(p.name, p.aliases) for p in graph.parameters] == [("0.weight", ("1.weight",))]
    assert trained[0].weight is trained[1].weight


def test_that_a_recurrent_network_with_weights_runs_on_stand_ins() -> None:
    trained = nn.LSTM(4, 5)
    graph, _ = extract(lambda device: trained, (InputSpec((7, 1, 4)),), name="lstm")
    assert graph.route == "meta tensors"
    assert len(graph.ops) == 1
    assert trained(torch.rand(7, 1, 4))[0].shape == (7, 1, 5)


def test_that_dtypes_and_named_inputs_are_given_as_asked() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 4)

        def forward(self, tokens, mask=None):
            return self.table(tokens) * mask

    build, _ = build_with(Net)
    specs = (InputSpec((1, 5), "int64"), InputSpec((1, 5, 1), "bfloat16", "mask"))
    graph, _ = extract(build, specs, name="tokens")
    assert [(node.id, node.output.shape, node.output.dtype) for node in graph.inputs] == [
        ("tokens", (1, 5), "int64"),
        ("mask", (1, 5, 1), "bfloat16"),
    ]


# ----------------------------------------------------------------------- errors


def test_that_a_wrong_shape_names_the_layer_and_both_shapes_and_fails_at_once() -> None:
    def make() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(512, 10)))

    build, calls = build_with(make)
    with pytest.raises(TraceError) as caught:
        extract(build, PICTURE, name="wrong")
    assert calls == ["meta"], "a mistake must not be repeated slowly on real tensors"
    assert caught.value.layer == "1.0"
    assert caught.value.message.startswith("1.0 (Linear): linear got input 1×192")
    assert "weight 10×512" in caught.value.message
    assert "\n" not in caught.value.message


def test_that_wrong_channels_are_told_in_the_first_layer() -> None:
    build, _ = build_with(small_net)
    with pytest.raises(TraceError, match=r"0 \(Conv2d\): conv2d got input 1×1×8×8, weight 4×3×3×3"):
        extract(build, (InputSpec((1, 1, 8, 8)),), name="gray")


def test_that_an_exception_in_the_users_forward_quotes_the_users_lines_only() -> None:
    class Inner(nn.Module):
        def forward(self, x):
            raise ValueError("the picture is too small")  # here

    build, _ = build_with(lambda: nn.Sequential(nn.ReLU(), Inner()))
    with pytest.raises(TraceError) as caught:
        extract(build, PICTURE, name="raises")
    assert caught.value.message == "1 (Inner): ValueError: the picture is too small"
    assert 'raise ValueError("the picture is too small")  # here' in caught.value.detail
    assert "site-packages" not in caught.value.detail
    assert "recorder.py" not in caught.value.detail


def test_that_an_error_caught_by_the_network_is_none() -> None:
    class Tries(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(99, 1), nn.Linear(8, 2)

        def forward(self, x):
            try:
                return self.first(x)
            except RuntimeError:
                return self.second(x)

    build, _ = build_with(Tries)
    graph, _ = extract(build, PICTURE, name="tries")
    assert [(node.id, node.scope) for node in graph.ops] == [("second", ())]


def test_that_a_missing_argument_is_told() -> None:
    class Two(nn.Module):
        def forward(self, x, y):
            return x + y

    build, _ = build_with(Two)
    with pytest.raises(TraceError, match=r"the network \(Two\): TypeError: .* argument: 'y'"):
        extract(build, PICTURE, name="two")


def test_that_a_failing_constructor_raises_its_own_error() -> None:
    def build(device: str) -> nn.Module:
        raise LookupError("no such size")

    with pytest.raises(LookupError, match="no such size"):
        extract(build, PICTURE, name="broken")


class Stop(Exception):
    """Raised by a check."""


def test_that_cancelling_gets_out_unchanged_whatever_the_network_catches() -> None:
    class Catches(nn.Module):
        def forward(self, x):
            for _ in range(1000):
                with contextlib.suppress(Exception):
                    x = F.relu(x)
            raise RuntimeError("went on")

    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise Stop

    build, _ = build_with(Catches)
    with pytest.raises(Stop):
        extract(build, PICTURE, name="cancelled", check=check)


def test_that_a_failed_trace_leaves_no_hooks_behind() -> None:
    from torch.nn.modules import module

    build, _ = build_with(lambda: nn.Linear(1, 1))
    with pytest.raises(TraceError):
        extract(build, PICTURE, name="wrong")
    assert not module._global_forward_hooks and not module._global_forward_pre_hooks


def test_that_a_scripted_part_with_weights_is_one_op_on_every_route() -> None:
    trained = nn.Sequential(nn.Linear(8, 4), torch.jit.script(nn.Linear(4, 2)))
    graph, _ = extract(lambda device: trained, PICTURE, name="scripted")
    assert [(node.id, node.output.shape) for node in graph.ops] == [
        ("0", (1, 3, 8, 4)),
        ("1", (1, 3, 8, 2)),
    ]


@torch.jit.script
def unseen(x: torch.Tensor) -> torch.Tensor:
    return x * 2


def test_that_a_graph_with_a_hole_says_so() -> None:
    class Net(nn.Module):
        def forward(self, x):
            return unseen(x) + 1

    graph = trace(Net(), [torch.rand(1, 3, 8, 8)])
    assert [node.op for node in graph.ops] == ["constant", "add"]
    assert graph.notes[-1].startswith("no path leads from the inputs to the outputs")
