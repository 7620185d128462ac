"""Auxiliary heads in the session: shown or left out, never run on a picture."""

from __future__ import annotations

import msgspec
import pytest

from tests.session.test_sessions import Worker, finished, loaded
from visualizer.graph import LayerGraph, Module, Node, TensorRef, TensorSpec
from visualizer.layout.dot import dot_source
from visualizer.layout.placement import lay_out
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.overlays import overlay_values
from visualizer.session.picture import PictureController
from visualizer.session.resolve import draft, picture
from visualizer.session.session import Session
from visualizer.session.shown import ShownGraph


def with_head() -> LayerGraph:
    """input -> block.conv -> block.relu -> fc, and aux.pool -> aux.fc on what block.relu gives."""
    graph = loaded(1).graph
    vector = TensorSpec((1, 64))
    head = (
        Node("aux.pool", "avg_pool2d", "aux.pool", "AvgPool2d", inputs=(TensorRef("block.relu"),),
             outputs=(TensorSpec((1, 4, 4, 4)),), scope=("aux",), training_only=True),
        Node("aux.fc", "flatten", "aux.fc", "Flatten", inputs=(TensorRef("aux.pool"),),
             outputs=(vector,), scope=("aux",), training_only=True),
    )  # fmt: skip
    nodes = (*graph.nodes[:3], *head, *graph.nodes[3:])
    modules = (*graph.modules, Module("aux", "Head"))
    return msgspec.structs.replace(graph, nodes=nodes, modules=modules)


@pytest.fixture
def network() -> OpenNetwork:
    return open_network(msgspec.structs.replace(loaded(1), graph=with_head()))


class Layout:
    def submit(self, request):
        self.request = request


@pytest.fixture
def session(network: OpenNetwork) -> Session:
    session = Session(Worker())
    session.state.network = network
    return session


def shown(network: OpenNetwork, expanded: frozenset[str] = frozenset()) -> ShownGraph:
    drafted = draft(network, expanded, "linear", True, 1)
    return picture(drafted, lay_out(drafted.request))


def test_that_bars_and_ribbons_of_a_head_are_marked(network: OpenNetwork) -> None:
    drawn = shown(network)
    assert {bar.id: bar.training_only for bar in drawn.bars} == {
        "input": False, "block.conv": False, "aux": True, "fc": False,
    }  # fmt: skip
    assert [(r.source, r.target) for r in drawn.ribbons if r.training_only] == [
        ("block.conv", "aux")
    ]


def test_that_an_open_head_is_marked_throughout(network: OpenNetwork) -> None:
    drawn = shown(network, frozenset({"aux"}))
    assert [group.id for group in drawn.groups if group.training_only] == ["aux"]
    assert {bar.id for bar in drawn.bars if bar.training_only} == {"aux.pool", "aux.fc"}
    tooltip = next(bar.tooltip for bar in drawn.bars if bar.id == "aux.fc")
    assert "runs only in training" in tooltip


def test_that_a_hidden_head_is_in_no_picture(session: Session) -> None:
    layout = Layout()
    pictures = PictureController(session.state, layout)
    session.state.training_heads = False
    pictures.request()
    assert "aux" not in {item.id for item in layout.request.items}
    session.state.training_heads = True
    pictures.request()
    assert "aux" in {item.id for item in layout.request.items}


def test_that_costs_stay_when_a_head_is_hidden(network: OpenNetwork) -> None:
    assert network.without_heads.report is network.report
    assert "aux" not in network.without_heads.hierarchy.groups
    assert network.without_heads.without_heads.graph.training_ops == ()


def test_that_what_is_around_a_layer_tells_its_head(network: OpenNetwork) -> None:
    assert network.head_of("aux.fc") == network.head_of("aux") == "aux"
    assert network.head_of("block.conv") == network.head_of("") == network.head_of("none") == ""


def test_that_selecting_a_head_after_a_run_says_that_there_are_no_maps(session: Session) -> None:
    session.live.run("cat.png")
    session.handle(finished(len(session.live._worker.asked)))
    asked = list(session.live._worker.asked)
    session.state.selection = "aux.fc"
    assert session.live._worker.asked == asked
    message = session.state.message
    assert message is not None
    assert message.text == "aux runs only in training: a picture makes no maps in it."
    assert message.of_run
    session.state.selection = "block.conv"
    assert session.state.message is None
    assert session.live._worker.asked[-1][0] == "fetch"


def test_that_a_head_is_not_coloured_by_costs(network: OpenNetwork) -> None:
    values = overlay_values(
        network.report, [("aux", ("aux.pool", "aux.fc")), ("fc", ("fc",))], "activations"
    )
    assert values.shares == {"aux": None, "fc": 1.0}


def test_that_dot_draws_a_head_dashed(network: OpenNetwork) -> None:
    source = dot_source(network.graph, network.hierarchy, frozenset({"aux"}))
    assert source.count('style="rounded,dashed"') == 3  # the head's frame and its two ops
    edges = [line.strip() for line in source.splitlines() if "->" in line and "dashed" in line]
    assert [edge.partition(" [")[0] for edge in edges] == [
        'block -> "aux.pool"', '"aux.pool" -> "aux.fc"',
    ]  # fmt: skip
