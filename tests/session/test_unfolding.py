import pytest

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec
from visualizer.session.network import open_network
from visualizer.session.state import SessionState
from visualizer.session.unfolding import FoldController
from visualizer.sources import parse_source


def op(name, reads, *scope):
    return Node(
        name, "conv2d", inputs=(TensorRef(reads),), outputs=(TensorSpec((1, 2, 4, 4)),), scope=scope
    )


@pytest.fixture
def state():
    """input -> a.b.x -> a.b.y -> a.z -> c.w"""
    graph = LayerGraph(
        "net",
        (
            Node("input", "input", outputs=(TensorSpec((1, 2, 4, 4)),)),
            op("a.b.x", "input", "a", "a.b"),
            op("a.b.y", "a.b.x", "a", "a.b"),
            op("a.z", "a.b.y", "a"),
            op("c.w", "a.z", "c"),
            op("c.v", "c.w", "c"),
        ),
        (TensorRef("c.v"),),
    )
    network = open_network(ModelLoaded(1, parse_source("net"), (), graph, "", False))
    return SessionState(network=network)


def test_that_opening_a_module_opens_those_around_it(state):
    FoldController(state).toggle("a.b")
    assert state.expanded == {"a", "a.b"}


def test_that_folding_a_module_folds_what_is_inside(state):
    state.expanded = frozenset({"a", "a.b", "c"})
    FoldController(state).toggle("a")
    assert state.expanded == {"c"}


def test_that_everything_opens_and_then_folds(state):
    folding = FoldController(state)
    folding.toggle_all()
    assert state.expanded == {"a", "a.b", "c"}
    folding.toggle_all("a")
    assert state.expanded == {"c"}


def test_that_minus_on_an_op_folds_and_selects_the_module_around_it(state):
    state.expanded = frozenset({"a", "a.b"})
    state.selection = "a.b.x"
    folding = FoldController(state)
    folding.fold_selected()
    assert (state.selection, state.expanded) == ("a.b", {"a"})
    folding.open_selected()
    assert state.expanded == {"a", "a.b"}


def test_that_ops_and_unknown_names_change_nothing(state):
    folding = FoldController(state)
    for name in ("a.b.x", "nothing", ""):
        folding.toggle(name)
    assert state.expanded == frozenset()


def test_that_a_depth_opens_so_many_levels(state):
    folding = FoldController(state)
    folding.to_depth(1)
    assert state.expanded == {"a", "c"}
    folding.to_depth(2)
    assert state.expanded == {"a", "a.b", "c"}
