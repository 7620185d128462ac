"""Functions that run other functions: transforms, checkpoints, control flow, compiled parts."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from tests.worker.structures import layer, network, opened, results, table, weights
from visualizer.sources import InputSpec
from visualizer.worker.extraction import trace

X = torch.rand(2, 4)


def test_that_vmap_is_seen_through_with_its_examples_as_first_dimension() -> None:
    net = network(lambda self, x: torch.func.vmap(self.fc)(x) + 1, fc=nn.Linear(4, 3))
    graph = opened(net)
    assert graph.route == "meta tensors"
    assert graph.notes == ()
    assert table(graph) == {"fc": layer("fc", "input"), "add": ("add", ["fc"], {})}
    assert graph.by_id["fc"].output.shape == (2, 3)


def test_that_nested_vmaps_are_seen_through() -> None:
    def forward(self, x):
        return torch.func.vmap(torch.func.vmap(lambda row: row.sin() * 2))(x)

    graph = trace(network(forward), [torch.rand(5, 2, 4)])
    assert table(graph) == {"sin": ("sin", ["input"], {}), "mul": ("mul", ["sin"], {})}
    assert graph.by_id["mul"].output.shape == (5, 2, 4)


def test_that_an_ensemble_over_stacked_weights_reads_these_weights() -> None:
    """The usual recipe for ensembles: one functional call, mapped over the weights."""
    fc = nn.Linear(4, 3)

    def forward(self, x):
        def one(weight, bias):
            return torch.func.functional_call(fc, {"weight": weight, "bias": bias}, (x,))

        return torch.func.vmap(one)(self.weight, self.bias)

    stacked = {"weight": nn.Parameter(torch.rand(5, 3, 4)), "bias": nn.Parameter(torch.rand(5, 3))}
    graph = trace(network(forward, **stacked), [X])
    assert table(graph) == {"linear": ("linear", ["input"], {"weight": "weight", "bias": "bias"})}
    assert results(graph)[0].startswith("linear")


def test_that_derivatives_in_the_forward_are_ops() -> None:
    def forward(self, x):
        return torch.func.grad(lambda y: (y**2).sum())(x)

    graph = trace(network(forward), [X])
    assert table(graph) == {
        "pow": ("pow", ["input"], {}),
        "sum": ("sum", ["pow"], {}),
        "grad": ("grad", ["sum", "input"], {}),
    }
    assert results(graph) == ["grad"]


def test_that_a_jacobian_depends_on_the_input() -> None:
    def forward(self, x):
        return torch.func.jacrev(lambda y: (y**2).sum())(x)

    graph = trace(network(forward), [X])
    rows = table(graph)
    assert rows["pow"] == ("pow", ["input"], {})
    assert rows["grad"][1][:2] == ["sum", "input"]
    assert graph.spec(graph.outputs[0]).shape == (2, 4)
    assert graph.notes == ()


def test_that_functional_call_runs_the_layer_with_other_weights() -> None:
    def forward(self, x):
        other = {"weight": self.hyper(x[0]).view(3, 4), "bias": x[0, :3]}
        return torch.func.functional_call(self.fc, other, (x,))

    graph = trace(network(forward, fc=nn.Linear(4, 3), hyper=nn.Linear(4, 12)), [X])
    assert table(graph) == {
        "getitem": ("getitem", ["input"], {}),
        "hyper": layer("hyper", "getitem"),
        "view": ("view", ["hyper"], {}),
        "getitem#2": ("getitem", ["input"], {}),
        "fc": ("linear", ["input", "view", "getitem#2"], {}),
    }


@pytest.mark.parametrize("reentrant", [True, False])
def test_that_a_checkpointed_part_is_as_without(reentrant: bool) -> None:
    def forward(self, x):
        return checkpoint(self.fc, x, use_reentrant=reentrant).relu()

    graph = trace(network(forward, fc=nn.Linear(4, 4)), [X])
    assert table(graph) == {"fc": layer("fc", "input"), "relu": ("relu", ["fc"], {})}


class Projected(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return (x @ weight).exp()

    @staticmethod
    def backward(ctx, gradient):
        raise AssertionError("nobody asks for gradients")


class LinearStep(torch.autograd.Function):
    @staticmethod
    def forward(x, weight):
        return x @ weight

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)


@pytest.mark.parametrize(
    ("function", "inside"),
    [
        (Projected, {"exp": ("exp", ["matmul"], {})}),
        (LinearStep, {}),
    ],
)
def test_that_the_inside_of_an_own_autograd_function_is_seen(function, inside: dict) -> None:
    def forward(self, x):
        return function.apply(x, self.w) + 1

    graph = trace(network(forward, w=nn.Parameter(torch.rand(4, 4))), [X])
    last = "exp" if inside else "matmul"
    assert table(graph) == {
        "matmul": ("matmul", ["input"], {"other": "w"}),
        **inside,
        "add": ("add", [last], {}),
    }


def test_that_hooks_of_the_user_are_ops_where_they_run() -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    net[0].register_forward_hook(lambda module, args, output: output * 2)
    net[1].register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    assert table(trace(net, [X])) == {
        "0": layer("0", "input"),
        "mul": ("mul", ["0"], {}),
        "1.add": ("add", ["mul"], {}),
        "1.relu": ("relu", ["1.add"], {}),
    }


@pytest.mark.parametrize(("limit", "taken"), [(-1e9, "up"), (1e9, "down")])
def test_that_cond_is_the_branch_that_the_numbers_take(limit: float, taken: str) -> None:
    def forward(self, x):
        return torch.cond(x.sum() > limit, self.up, self.down, (x,))

    net = network(forward, up=nn.Linear(4, 4), down=nn.Linear(4, 4))
    graph = opened(net)
    assert graph.route == "real tensors"
    assert table(graph) == {
        "sum": ("sum", ["input"], {}),
        "gt": ("gt", ["sum"], {}),
        taken: layer(taken, "input"),
    }
    assert results(graph) == [taken]


def test_that_while_loop_is_its_turns() -> None:
    def forward(self, x):
        start = torch.zeros((), dtype=torch.int64)
        return torch.while_loop(
            lambda turn, x: turn < 2, lambda turn, x: (turn + 1, self.fc(x)), (start, x)
        )

    graph = opened(network(forward, fc=nn.Linear(4, 4)))
    rows = table(graph)
    assert rows["fc"] == layer("fc", "input")
    assert rows["fc#2"] == layer("fc", "fc")
    assert [op for op, _, _ in rows.values()].count("linear") == 2
    assert results(graph)[1] == "fc#2"


def test_that_compiled_parts_inside_a_network_run_as_written() -> None:
    """Nothing is compiled for a picture of the network."""
    double = torch.compile(lambda x: x * 2)
    net = network(lambda self, x: double(self.fc(x)), fc=torch.compile(nn.Linear(4, 3)))
    graph = opened(net)
    assert [op for op, _, _ in table(graph).values()] == ["linear", "mul"]
    assert graph.route == "meta tensors"
    assert torch.compiler.is_compiling() is False


def test_that_a_data_parallel_part_is_the_part() -> None:
    net = network(lambda self, x: self.fc(x), fc=nn.DataParallel(nn.Linear(4, 3)))
    graph = opened(net, InputSpec((2, 4)))
    assert table(graph) == {"fc.module": layer("fc.module", "input")}
    assert weights(graph) == {
        "fc.module.weight": ((3, 4), "float32"),
        "fc.module.bias": ((3,), "float32"),
    }


class Tripled(torch.autograd.Function):
    """Three times its input; its derivative is said to be 5."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return x * 3

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 5


def test_that_the_ops_of_a_function_inside_vmap_are_seen() -> None:
    graph = trace(network(lambda self, x: torch.func.vmap(Tripled.apply)(x)), [X])
    assert table(graph) == {"mul": ("mul", ["input"], {})}
    assert graph.by_id["mul"].output.shape == (2, 4)


def test_that_a_function_keeps_its_own_derivative_inside_grad() -> None:
    given = []

    def forward(self, x):
        given.append(torch.func.grad(lambda y: Tripled.apply(y).sum())(x))
        return given[-1]

    trace(network(forward), [X])
    assert torch.equal(given[0], torch.full((2, 4), 5.0))
