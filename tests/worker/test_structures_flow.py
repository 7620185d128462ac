"""What goes in, what comes out, what is kept between calls, and the order of things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import nn
from transformers.modeling_outputs import BaseModelOutput

from tests.worker.structures import layer, network, opened, results, table, weights
from visualizer.costs import cost_report
from visualizer.sources import InputSpec
from visualizer.worker.extraction import trace
from visualizer.worker.live.capture import run_forward

X = torch.rand(2, 4)
ADD, MUL = ("add", ["input"], {}), ("mul", ["input"], {})


# ----------------------------------------------------------------- order


def test_that_a_list_of_modules_is_in_the_order_of_its_calls() -> None:
    def forward(self, x):
        for part in reversed(self.parts):
            x = part(x)
        return x

    parts = nn.ModuleList([nn.Linear(4, 3), nn.Linear(4, 4), nn.Linear(4, 4)])
    assert list(table(opened(network(forward, parts=parts))).items()) == [
        ("parts.2", layer("parts.2", "input")),
        ("parts.1", layer("parts.1", "parts.2")),
        ("parts.0", layer("parts.0", "parts.1")),
    ]


def test_that_a_dictionary_of_modules_is_named_by_its_keys() -> None:
    net = network(
        lambda self, x: self.heads["b"](x) + self.heads["a"](x),
        heads=nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 2)}),
    )
    assert table(opened(net)) == {
        "heads.b": layer("heads.b", "input"),
        "heads.a": layer("heads.a", "input"),
        "add": ("add", ["heads.b", "heads.a"], {}),
    }


def test_that_one_layer_in_a_loop_is_counted_once_and_computed_every_time() -> None:
    def forward(self, x):
        for _ in range(3):
            x = self.fc(x)
        return x

    graph = opened(network(forward, fc=nn.Linear(4, 4)))
    assert table(graph) == {
        "fc": layer("fc", "input"),
        "fc#2": layer("fc", "fc"),
        "fc#3": layer("fc", "fc#2"),
    }
    totals = cost_report(graph).totals
    assert (totals.params, totals.macs) == (4 * 4 + 4, 3 * 2 * 4 * 4)


def test_that_a_loop_that_asks_for_values_is_unrolled_on_real_tensors() -> None:
    def forward(self, x):
        turns = 0
        while x.norm() < 1e9 and turns < 2:
            x, turns = self.fc(x), turns + 1
        return x

    graph = opened(network(forward, fc=nn.Linear(4, 4)))
    assert graph.route == "real tensors"
    assert table(graph) == {
        "norm": ("norm", ["input"], {}),
        "lt": ("lt", ["norm"], {}),
        "fc": layer("fc", "input"),
        "norm#2": ("norm", ["fc"], {}),
        "lt#2": ("lt", ["norm#2"], {}),
        "fc#2": layer("fc", "fc"),
        "norm#3": ("norm", ["fc#2"], {}),
        "lt#3": ("lt", ["norm#3"], {}),
    }
    assert results(graph) == ["fc#2"]


def test_that_a_generator_inside_is_run_in_its_turns() -> None:
    def forward(self, x):
        return sum(x * turn for turn in range(2))

    assert table(opened(network(forward))) == {
        "mul": MUL,
        "add": ("add", ["mul"], {}),
        "mul#2": MUL,
        "add#2": ("add", ["add", "mul#2"], {}),
    }


def test_that_modules_made_in_the_forward_leave_their_ops() -> None:
    def forward(self, x):
        return nn.Sequential(nn.ReLU(), nn.Flatten())(x)

    rows = table(opened(network(forward), InputSpec((2, 4, 3))))
    assert rows == {"relu": ("relu", ["input"], {}), "flatten": ("flatten", ["relu"], {})}


# ----------------------------------------------------------------- functions


def test_that_pieces_are_told_apart_by_number() -> None:
    def forward(self, x):
        first, second = x.chunk(2, 1)
        a, _, c = second.split([1, 0, 1], 1)
        rows = torch.unbind(first)
        return torch.stack([rows[1], rows[0]]) * a + c

    assert table(opened(network(forward))) == {
        "chunk": ("chunk", ["input"], {}),
        "split": ("split", ["chunk:1"], {}),
        "unbind": ("unbind", ["chunk"], {}),
        "stack": ("stack", ["unbind:1", "unbind"], {}),
        "mul": ("mul", ["stack", "split"], {}),
        "add": ("add", ["mul", "split:2"], {}),
    }


def test_that_an_in_place_chain_through_a_view_arrives_at_the_whole() -> None:
    def forward(self, x):
        y = x.clone()
        y.t().mul_(2).add_(1)
        return y.relu_()

    graph = opened(network(forward))
    assert table(graph) == {
        "clone": ("clone", ["input"], {}),
        "t": ("t", ["clone"], {}),
        "mul": ("mul", ["t"], {}),
        "add": ("add", ["mul"], {}),
        "setitem": ("setitem", ["clone", "add"], {}),
        "relu": ("relu", ["setitem"], {}),
    }
    changing = [node.id for node in graph.ops if node.in_place]
    assert changing == ["mul", "add", "setitem", "relu"]


def test_that_einsum_reads_its_operands_in_order() -> None:
    net = network(lambda self, x: torch.einsum("ij,kj->ik", x, self.w), w=nn.Parameter(X))
    graph = opened(net)
    (row,) = table(graph).values()
    assert row[:2] == ("einsum", ["input"])
    assert list(row[2].values()) == ["w"]
    assert cost_report(graph).totals.macs == 2 * 4 * 2


def test_that_dropout_in_eval_stays_visible_and_identity_is_no_op() -> None:
    net = nn.Sequential(nn.Dropout(0.5), nn.Identity(), nn.Linear(4, 4))
    assert table(opened(net)) == {"0": ("dropout", ["input"], {}), "2": layer("2", "0")}
    assert net.training


# ----------------------------------------------------------------- what comes out


@dataclass
class Pair:
    main: torch.Tensor
    extra: torch.Tensor | None = None


@pytest.mark.parametrize(
    ("give", "outputs"),
    [
        (lambda a, b: (a, b), ["add", "mul"]),
        (lambda a, b: {"z": b, "a": a}, ["mul", "add"]),
        (lambda a, b: Pair(a), ["add"]),
        (lambda a, b: Pair(b, a), ["mul", "add"]),
        (lambda a, b: BaseModelOutput(last_hidden_state=a, hidden_states=(b, a)), 
         ["add", "mul", "add"]),
        (lambda a, b: {"deep": {"er": (a, [b])}, "none": None}, ["add", "mul"]),
        (lambda a, b: (None, 3, "text", b), ["mul"]),
        (lambda a, b: None, []),
        (lambda a, b: 7, []),
        (lambda a, b: (part for part in (b, a)), ["mul", "add"]),
    ],
)  # fmt: skip
def test_that_everything_given_back_is_an_output_in_order(give, outputs: list[str]) -> None:
    graph = opened(network(lambda self, x: give(x + 1, x * 2)))
    assert table(graph) == {"add": ADD, "mul": MUL}
    assert results(graph) == outputs


def test_that_a_part_that_gives_nothing_is_left_out() -> None:
    net = network(lambda self, x: (self.log(x), x + 1)[1], log=network(lambda self, x: None))
    assert table(opened(net)) == {"add": ADD}


def stream(self: nn.Module, x: torch.Tensor) -> Iterator[torch.Tensor]:
    for _ in range(2):
        x = self.fc(x)
        yield x


def test_that_a_returned_generator_is_run_to_its_end() -> None:
    graph = opened(network(stream, fc=nn.Linear(4, 4)))
    assert table(graph) == {"fc": layer("fc", "input"), "fc#2": layer("fc", "fc")}
    assert results(graph) == ["fc", "fc#2"]


def test_that_what_a_generator_computes_can_be_looked_at() -> None:
    net = network(stream, fc=nn.Linear(4, 4)).eval()
    graph = opened(net)
    run = run_forward(net, graph, [X], frozenset({"fc#2"}), 10**6, lambda: None)
    assert torch.equal(run.kept["fc#2"], net.fc(net.fc(X)))
    assert len(run.outputs) == 2


# ----------------------------------------------------------------- what goes in


def test_that_arguments_without_names_are_numbered() -> None:
    net = network(lambda self, *args, **kwargs: args[0] + args[1] * len(kwargs))
    graph = trace(net, [X, X.clone()])
    assert [node.id for node in graph.inputs] == ["input_1", "input_2"]
    assert table(graph) == {
        "mul": ("mul", ["input_2"], {}),
        "add": ("add", ["input_1", "mul"], {}),
    }


def test_that_named_arguments_are_called_by_their_names() -> None:
    net = network(lambda self, *args, **kwargs: args[0] + kwargs["mask"])
    graph = trace(net, [X], {"mask": X.clone()})
    assert table(graph) == {"add": ("add", ["input_1", "mask"], {})}


# ----------------------------------------------------------------- state


def test_that_state_kept_in_an_attribute_starts_afresh_and_is_forgotten() -> None:
    def forward(self, x):
        self.memory = x if self.memory is None else self.memory + x
        return self.memory * 2

    net = network(forward)
    net.memory = None
    for graph in (opened(net), trace(net, [X]), opened(net)):
        assert table(graph) == {"mul": MUL}
    assert net.memory is None


@pytest.mark.parametrize("run", [opened, lambda net: trace(net, [X])])
def test_that_a_buffer_updated_in_the_forward_is_as_before(run) -> None:
    def forward(self, x):
        self.mean.mul_(0.9).add_(x.mean(0))
        self.calls += 1
        return x - self.mean

    net = network(forward)
    net.register_buffer("mean", torch.zeros(4))
    net.register_buffer("calls", torch.zeros(()))
    kept = net.mean
    graph = run(net)
    assert table(graph) == {
        "mul": ("mul", [], {"input": "mean"}),
        "mean": ("mean", ["input"], {}),
        "add": ("add", ["mul", "mean"], {}),
        "add#2": ("add", [], {"input": "calls"}),
        "sub": ("sub", ["input", "add"], {}),
    }
    assert net.mean is kept
    assert (kept.sum(), net.calls) == (0, 0)


def test_that_batch_norm_in_training_keeps_its_statistics() -> None:
    net = nn.Sequential(nn.BatchNorm1d(4)).train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    graph = trace(net, [X])
    assert [p.name for p in graph.parameters if p.is_buffer] == [
        "0.running_mean", "0.running_var", "0.num_batches_tracked",
    ]  # fmt: skip
    assert all(torch.equal(net.state_dict()[name], tensor) for name, tensor in before.items())
    assert net.training and net[0].training


def test_that_a_list_of_states_is_forgotten_too() -> None:
    def forward(self, x):
        self.seen.append(x + len(self.seen))
        return self.seen[-1]

    net = network(forward)
    net.seen = []
    assert table(opened(net)) == table(trace(net, [X])) == {"add": ADD}
    assert net.seen == []


def test_that_tied_weights_are_one_parameter_with_two_readers() -> None:
    def forward(self, ids):
        return self.out(self.embed(ids))

    net = network(forward, embed=nn.Embedding(10, 4), out=nn.Linear(4, 10, bias=False))
    net.out.weight = net.embed.weight
    graph = opened(net, InputSpec((2, 3), "int64"))
    assert weights(graph) == {"embed.weight": ((10, 4), "float32")}
    assert table(graph) == {
        "embed": ("embedding", ["input"], {"weight": "embed.weight"}),
        "out": ("linear", ["embed"], {"weight": "embed.weight"}),
    }
    assert cost_report(graph).totals.params == 40
