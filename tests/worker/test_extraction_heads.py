"""Auxiliary heads: what runs only in training is in the graph, marked, and changes nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from visualizer.costs import cost_report
from visualizer.graph import LayerGraph, build_hierarchy
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.extraction import extract, trace
from visualizer.worker.loaders import recipe_for

SHAPE = (1, 4, 8, 8)


class Network(nn.Module):
    """A convolution, a head below `if self.training`, dropout, another convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(4, 4, 1)
        self.aux_head = nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))
        self.drop = nn.Dropout()
        self.last = nn.Conv2d(4, 4, 1)

    def forward(self, x):
        x = self.first(x)
        if self.training:
            aux = self.aux_head(F.relu(x)).mean((2, 3))
        x = self.last(F.dropout(self.drop(x), training=self.training))
        return (x, aux) if self.training else x


def extracted(network: nn.Module) -> LayerGraph:
    return extract(lambda device: network, (InputSpec(SHAPE),), name="net")[0]


def opened(name: str) -> LayerGraph:
    recipe = recipe_for(parse_source(name))
    return extract(recipe.build, recipe.default_inputs, name=name)[0]


def test_that_a_head_is_in_the_graph_with_what_belongs_to_it_alone() -> None:
    graph = extracted(Network())
    assert [(node.op, node.id) for node in graph.training_ops] == [
        ("relu", "relu"), ("batch_norm", "aux_head.0"), ("conv2d", "aux_head.1"), ("mean", "mean"),
    ]  # fmt: skip
    assert graph.by_id["aux_head.0"].scope == ("aux_head",)
    assert [ref.node for ref in graph.by_id["relu"].inputs] == ["first"]
    assert [node.id for node in graph.ops] == ["first", "drop", "dropout", "last"]


def test_that_without_the_head_the_graph_is_that_of_evaluation() -> None:
    network = Network()
    plain = trace(network, [torch.empty(SHAPE, device="meta")])
    assert extracted(network).in_evaluation.nodes == plain.nodes
    assert extracted(network).outputs == plain.outputs


def test_that_the_head_is_named_and_that_it_is_in_no_total() -> None:
    assert extracted(Network()).notes == (
        "aux_head runs only in training: drawn dashed and part of no total",
    )


def test_that_the_network_is_left_as_it_was() -> None:
    network = Network().eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    extracted(network)
    assert not any(part.training for part in network.modules())
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


class Wrapper(nn.Module):
    """Takes only the main output."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Network()

    def forward(self, x):
        result = self.backbone(x)
        return result[0] if isinstance(result, tuple) else result


def test_that_only_the_module_around_the_head_believes_that_it_trains() -> None:
    graph = extracted(Wrapper())
    assert "backbone.aux_head.1" in {node.id for node in graph.training_ops}
    assert [node.id for node in graph.ops][-1] == "backbone.last"


class Other(Network):
    """Trains another path than it evaluates."""

    def forward(self, x):
        if self.training:
            return self.aux_head(self.last(self.first(x)))
        return self.first(x)


class Asking(Network):
    """Needs in training what nobody gives."""

    def forward(self, x, targets=None):
        if self.training and targets is None:
            raise ValueError("training needs targets")
        return self.first(x)


@pytest.mark.parametrize("kind", [Other, Asking])
def test_that_a_training_pass_that_differs_in_more_or_fails_changes_nothing(
    kind: Callable[[], nn.Module],
) -> None:
    graph = extracted(kind())
    assert graph.training_ops == ()
    assert [node.id for node in graph.ops] == ["first"]


def test_that_a_network_without_such_a_head_is_traced_once() -> None:
    calls = []

    class Counted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.spare = nn.Conv2d(4, 4, 1)

        def forward(self, x):
            calls.append(self.training)
            return x + 1

    extracted(Counted())
    assert calls == [False]


@pytest.mark.parametrize(
    ("name", "params", "training_only", "total"),
    [
        # torchvision's published counts, without and with heads
        ("googlenet", 6_624_904, 6_379_984, 13_004_888),
        ("inception_v3", 23_834_568, 3_326_696, 27_161_264),
    ],
)
def test_that_the_parameters_of_known_heads_are_apart(
    name: str, params: int, training_only: int, total: int
) -> None:
    totals = cost_report(opened(name)).totals
    assert (totals.params, totals.training_only_params) == (params, training_only)
    assert totals.params + totals.training_only_params == total
    assert totals.unused_params == 0


def test_that_the_heads_of_googlenet_are_groups_of_their_own() -> None:
    hierarchy = build_hierarchy(opened("googlenet"))
    members = hierarchy.root.members
    assert members.index("aux1") == members.index("inception4a") + 1
    assert members.index("aux2") == members.index("inception4d") + 1
