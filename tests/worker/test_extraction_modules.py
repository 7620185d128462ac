"""Names, groups and structures; expectations written by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from visualizer.graph import LayerGraph, TensorRef, build_hierarchy
from visualizer.worker.extraction import trace

X = torch.rand(2, 4)


def summary(graph: LayerGraph) -> dict[str, tuple[list[str], tuple[str, ...]]]:
    """What each op reads and the groups around it."""
    return {node.id: ([ref.node for ref in node.inputs], node.scope) for node in graph.ops}


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.act = nn.ReLU()

    def forward(self, x):
        return x + self.act(self.fc(x))


def test_that_a_leaf_module_with_one_op_is_the_op() -> None:
    graph = trace(nn.Sequential(nn.Linear(4, 4), Block()), [X])
    assert summary(graph) == {
        "0": (["input"], ()),
        "1.fc": (["0"], ("1",)),
        "1.act": (["1.fc"], ("1",)),
        "1.add": (["0", "1.act"], ("1",)),
    }
    node = graph.by_id["1.add"]
    assert (node.module_path, node.module_type, node.call_index) == ("1", "Block", 1)
    assert graph.by_id["1.fc"].module_type == "Linear"


def test_that_a_leaf_module_with_two_ops_is_a_group() -> None:
    class Swish(nn.Module):
        def forward(self, x):
            return x * torch.sigmoid(x)

    assert summary(trace(nn.Sequential(Swish()), [X])) == {
        "0.sigmoid": (["input"], ("0",)),
        "0.mul": (["input", "0.sigmoid"], ("0",)),
    }


def test_that_repeated_ops_are_numbered() -> None:
    class Net(nn.Module):
        def forward(self, x):
            return x + 1 + 2 + 3

    assert list(summary(trace(Net(), [X]))) == ["add", "add#2", "add#3"]


def test_that_shared_modules_are_numbered_by_call() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = Block()
            self.again = self.block

        def forward(self, x):
            return self.again(self.block(x))

    graph = trace(Net(), [X])
    assert summary(graph) == {
        "block.fc": (["input"], ("block",)),
        "block.act": (["block.fc"], ("block",)),
        "block.add": (["input", "block.act"], ("block",)),
        "block.fc#2": (["block.add"], ("block#2",)),
        "block.act#2": (["block.fc#2"], ("block#2",)),
        "block#2.add": (["block.add", "block.act#2"], ("block#2",)),
    }
    assert graph.by_id["block.fc#2"].call_index == 2
    assert graph.by_id["block.fc#2"].parameters["weight"] == "block.fc.weight"
    assert [(p.name, p.aliases) for p in graph.parameters] == [
        ("block.fc.weight", ("again.fc.weight",)),
        ("block.fc.bias", ("again.fc.bias",)),
    ]


def test_that_tied_weights_are_one_parameter() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.into = nn.Embedding(10, 4)
            self.out = nn.Linear(4, 10, bias=False)
            self.out.weight = self.into.weight

        def forward(self, tokens):
            return self.out(self.into(tokens))

    graph = trace(Net(), [torch.zeros(2, 3, dtype=torch.int64)])
    assert [(p.name, p.spec.shape, p.aliases) for p in graph.parameters] == [
        ("into.weight", (10, 4), ("out.weight",))
    ]
    assert graph.by_id["out"].parameters == {"weight": "into.weight"}


def test_that_recursion_nests_the_calls() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.step = Step()

        def forward(self, x):
            return self.step(x, 2)

    class Step(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x, depth):
            x = self.fc(x)
            return self(x, depth - 1) if depth > 1 else x

    assert summary(trace(Net(), [X])) == {
        "step.fc": (["input"], ("step",)),
        "step.fc#2": (["step.fc"], ("step", "step#2")),
    }


def test_that_lists_of_modules_are_groups_in_the_order_of_execution() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.ModuleList([Block(), Block()])
            self.heads = nn.ModuleDict({"a": nn.ModuleDict({"fc": nn.Linear(4, 2)})})

        def forward(self, x):
            for block in reversed(self.blocks):
                x = block(x)
            return self.heads["a"]["fc"](x)

    graph = trace(Net(), [X])
    assert [node.id for node in graph.ops] == [
        "blocks.1.fc", "blocks.1.act", "blocks.1.add",
        "blocks.0.fc", "blocks.0.act", "blocks.0.add", "heads.a.fc",
    ]  # fmt: skip
    assert graph.by_id["blocks.1.fc"].scope == ("blocks", "blocks.1")
    assert graph.by_id["heads.a.fc"].scope == ("heads", "heads.a")
    assert build_hierarchy(graph).root.members == ("input", "blocks", "heads")


def test_that_a_list_inside_a_module_called_twice_belongs_to_each_call() -> None:
    class Stack(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stack = Stack()

        def forward(self, x):
            return self.stack(self.stack(x))

    graph = trace(Net(), [X])
    assert graph.by_id["stack.layers.0"].scope == ("stack", "stack.layers")
    assert graph.by_id["stack.layers.0#2"].scope == ("stack#2", "stack.layers#2")


def test_that_op_names_never_collide_with_module_names() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.add = nn.Sequential(nn.ReLU(), nn.ReLU())
            self.relu = nn.ReLU()
            self.input = nn.Linear(4, 4)

        def forward(self, x):
            return self.relu(F.relu(self.add(self.input(x) + 1)))

    graph = trace(Net(), [X])
    groups = set(build_hierarchy(graph).groups)
    assert len({node.id for node in graph.nodes}) == len(graph.nodes)
    assert not groups & {node.id for node in graph.nodes}
    assert graph.by_id["relu"].module_path == "relu"
    assert graph.by_id["add#2"].op == "add"


def test_that_modules_made_in_the_forward_belong_to_their_caller() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Maker()

        def forward(self, x):
            return self.inner(x) + 1

    class Maker(nn.Module):
        def forward(self, x):
            return nn.Tanh()(nn.ReLU()(x))

    assert summary(trace(Net(), [X])) == {
        "inner.relu": (["input"], ("inner",)),
        "inner.tanh": (["inner.relu"], ("inner",)),
        "add": (["inner.tanh"], ()),
    }


def test_that_a_scripted_part_is_one_op_of_its_own() -> None:
    network = nn.Sequential(nn.Linear(4, 4), torch.jit.script(Block()), nn.Linear(4, 2))
    graph = trace(network, [X])
    assert summary(graph) == {"0": (["input"], ()), "1": (["0"], ()), "2": (["1"], ())}
    assert graph.by_id["1"].output.shape == (2, 4)


def test_that_identity_leaves_no_trace() -> None:
    assert summary(trace(nn.Sequential(nn.Identity(), nn.ReLU()), [X])) == {"1": (["input"], ())}


def test_that_heads_of_training_are_counted_but_not_executed() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.aux = nn.Linear(4, 2), nn.Linear(4, 2)

        def forward(self, x):
            return (self.fc(x), self.aux(x)) if self.training else self.fc(x)

    network = Net().train()
    graph = trace(network, [X])
    assert list(summary(graph)) == ["fc"]
    assert [p.name for p in graph.parameters] == ["fc.weight", "fc.bias", "aux.weight", "aux.bias"]
    assert network.training and network.fc.training


def test_that_parametrized_weights_are_computed_in_the_graph() -> None:
    graph = trace(nn.Sequential(parametrizations.weight_norm(nn.Linear(4, 3))), [X])
    weight, linear = graph.ops
    assert (weight.op, weight.inputs) == ("weight_norm", ())
    assert weight.scope[0] == "0"
    assert linear.inputs == (TensorRef("input"), TensorRef(weight.id))
    assert (linear.id, linear.scope) == ("0.linear", ("0",))


def test_that_outputs_of_every_kind_are_flattened() -> None:
    @dataclass
    class Result:
        scores: torch.Tensor
        rest: dict[str, list[torch.Tensor]]
        text: str = "no tensor"

    class Net(nn.Module):
        def forward(self, x):
            a, b = x + 1, x * 2
            return Result(a, {"b": [b, a]}), (x,), None

    graph = trace(Net(), [X])
    assert [ref.node for ref in graph.outputs] == ["add", "mul", "add", "input"]


def test_that_inputs_are_called_as_the_forward_calls_them() -> None:
    class Net(nn.Module):
        def forward(self, left, right, *rest, mask=None):
            return left + right[0] + right[1] + rest[0] + mask

    graph = trace(Net(), [X, [X, X.clone()], X + 1], {"mask": X * 0})
    assert [node.id for node in graph.inputs] == ["left", "right_1", "right_2", "input_3", "mask"]


def test_that_all_modules_are_described() -> None:
    graph = trace(nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)), [X])
    described = [(m.path, m.type_name, m.summary) for m in graph.modules]
    assert described == [
        ("", "Sequential", ""),
        ("0", "Linear", "in_features=4, out_features=3, bias=True"),
        ("1", "Dropout", "p=0.5, inplace=False"),
    ]


def test_that_the_users_own_line_is_quoted() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            return self.fc(x)  # the line

    (node,) = trace(Net(), [X]).ops
    name, _, text = node.source_line.partition(" ")
    assert name.startswith("test_extraction_modules.py:")
    assert text == "return self.fc(x)  # the line"


def test_that_a_module_of_torch_alone_has_no_line_of_the_user() -> None:
    assert trace(nn.ReLU(), [X]).ops[0].source_line == ""


def test_that_lazy_layers_get_their_shapes_in_a_trace() -> None:
    network = nn.Sequential(nn.LazyLinear(3))
    assert trace(network, [X]).parameters[0].spec.shape == (3, 4)


@pytest.mark.parametrize("wrap", [nn.DataParallel, torch.compile])
def test_that_wrappers_are_looked_through(wrap) -> None:
    from visualizer.sources import InputSpec
    from visualizer.worker.extraction import extract

    graph, network = extract(lambda device: wrap(Block()), (InputSpec((2, 4)),), name="wrapped")
    assert list(summary(graph)) == ["fc", "act", "add"]
    assert isinstance(network, Block)
