"""What a bar says of its costs under the mouse."""

from __future__ import annotations

import msgspec
import pytest

from tests.session.test_sessions import loaded
from visualizer.graph.model import LayerGraph, Node, Parameter, TensorRef, TensorSpec
from visualizer.session.network import open_network
from visualizer.session.resolve import draft


def graph_with(*inside: tuple[str, str]) -> LayerGraph:
    """Ops named (name, op) one after the other in a group; a `linear` is 4 x 4."""
    spec = TensorSpec((1, 4))
    nodes = [Node("input", "input", outputs=(spec,))]
    for name, op in inside:
        parameters = {"weight": "w"} if op == "linear" else {}
        nodes.append(
            Node(f"body.{name}", op, inputs=(TensorRef(nodes[-1].id),), outputs=(spec,),
                 parameters=parameters, scope=("body",))
        )  # fmt: skip
    outputs = (TensorRef(nodes[-1].id),)
    return LayerGraph("net", tuple(nodes), outputs, (Parameter("w", TensorSpec((4, 4))),))


@pytest.mark.parametrize(
    ("inside", "told"),
    [((("a", "linear"), ("b", "mul")), "16 parameters · 16 MACs"),
     ((("a", "linear"), ("b", "mystery")), "16 parameters · ≥ 16 MACs"),
     ((("a", "mystery"), ("b", "mul")), "0 parameters · MACs unknown")],
)  # fmt: skip
def test_that_a_group_with_something_unknown_inside_says_at_least(inside, told: str) -> None:
    network = open_network(msgspec.structs.replace(loaded(1), graph=graph_with(*inside)))
    (bar,) = (b for b in draft(network, frozenset(), "linear", True, 1).bars if b.id == "body")
    assert told in bar.tooltip.splitlines()
