"""What the network's own code holds after its last reader, seen while it runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from visualizer.graph import LayerGraph, decode_graph, encode_graph
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract, trace


class Net(nn.Module):
    """Runs the function it is given."""

    def __init__(self, run: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.run = run

    def forward(self, x: Tensor) -> Tensor:
        return self.run(x)


def kept_in(graph: LayerGraph) -> dict[str, str]:
    assert graph.kept is not None
    return {kept.ref.node: kept.until for kept in graph.kept}


def kept(run: Callable[[Tensor], Tensor]) -> dict[str, str]:
    return kept_in(trace(Net(run), (torch.zeros(1, 8),)))


def test_that_a_chain_of_calls_keeps_only_the_callers_input() -> None:
    assert kept(lambda x: x.exp().sin().cos()) == {"input": "cos"}


def test_that_a_local_variable_keeps_its_tensor_until_it_is_given_another() -> None:
    def run(x: Tensor) -> Tensor:
        y = x.exp()
        z = y.sin()
        z = z.cos()
        y = z.tanh()
        return y.neg()

    assert kept(run) == {"input": "neg", "exp": "tanh", "cos": "neg"}


def test_that_del_lets_go() -> None:
    def run(x: Tensor) -> Tensor:
        y = x.exp()
        z = y.sin()
        del y
        return z.cos().neg()

    assert kept(run) == {"input": "neg", "sin": "neg"}


def test_that_a_list_keeps_what_is_in_it() -> None:
    def run(x: Tensor) -> Tensor:
        features = [x.exp()]
        features.append(features[0].sin())
        return features[-1].cos().neg()

    assert kept(run) == {"input": "neg", "exp": "neg", "sin": "neg"}


def test_that_a_view_keeps_what_it_is_a_view_of() -> None:
    def run(x: Tensor) -> Tensor:
        part = x.exp()[:, :1]
        y = part.sin()
        return y.cos()

    assert kept(run) == {"input": "cos", "exp": "cos"}


def test_that_a_change_in_place_keeps_the_memory_it_changed() -> None:
    def run(x: Tensor) -> Tensor:
        y = x.exp()
        y.relu_()
        z = x.sin()
        return z.cos()

    assert kept(run) == {"input": "cos", "exp": "cos"}


def test_that_what_a_module_stores_is_kept_to_the_end_and_then_forgotten() -> None:
    class Storing(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            self.seen = x.exp()
            return self.seen.sin().cos().neg()

    network = Storing()
    assert kept_in(trace(network, (torch.zeros(1, 8),))) == {"input": "neg", "exp": "neg"}
    assert not hasattr(network, "seen")


@pytest.mark.parametrize("asks", [False, True], ids=["meta", "real"])
def test_that_every_route_sees_the_same(asks: bool) -> None:
    def run(x: Tensor) -> Tensor:
        if asks:
            x.sum().item()
        y = x.exp()
        return y.sin().cos()

    graph, _ = extract(lambda _: Net(run), (InputSpec((1, 8)),), name="net")
    assert graph.route == ("real tensors" if asks else "meta tensors")
    assert kept_in(graph) == {"input": "cos", "exp": "cos"}


def test_that_the_graph_says_it_in_its_json_and_an_older_file_does_not() -> None:
    graph = trace(Net(lambda x: x.exp().sin()), (torch.zeros(1, 8),))
    assert decode_graph(encode_graph(graph)).kept == graph.kept != ()
    assert decode_graph(b'{"name": "old", "nodes": []}').kept is None
