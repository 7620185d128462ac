"""Giving a network other inputs, with a worker that only writes down what it is asked."""

import pytest

from visualizer.engine.messages import Failed, ModelLoaded, Retraced
from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec
from visualizer.session.session import Session
from visualizer.sources import InputSpec, parse_source

NET = parse_source("resnet18")
OTHER = parse_source("alexnet")
SMALL = (InputSpec((1, 3, 8, 8)),)
LARGE = (InputSpec((1, 3, 16, 16)),)


class Worker:
    def __init__(self):
        self.asked = []

    def load(self, source, inputs=()):
        self.asked.append(("load", source, inputs))
        return len(self.asked)

    def retrace(self, source, inputs, keep=False):
        self.asked.append(("retrace", source, inputs, keep))
        return len(self.asked)

    def cancel(self, run):
        self.asked.append(("cancel", run))


def graph(inputs, op="relu"):
    spec = TensorSpec(inputs[0].shape)
    nodes = (
        Node("input", "input", outputs=(spec,)),
        Node("op", op, "op", "ReLU", inputs=(TensorRef("input"),), outputs=(spec,)),
    )
    return LayerGraph("net", nodes, (TensorRef("op"),))


def loaded(run, source=NET, inputs=SMALL):
    return ModelLoaded(run, source, inputs, graph(inputs), "random weights", False)


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def session(worker):
    return Session(worker)


@pytest.fixture
def opened(session, worker):
    """The network is open, for inputs that it told itself."""
    session.opening.open(NET)
    session.handle(loaded(len(worker.asked)))
    return session


def test_that_the_open_network_is_traced_again_and_not_built(opened, worker):
    opened.state.selection = "op"
    opened.opening.give_inputs(NET, LARGE)
    assert worker.asked[-1] == ("retrace", NET, LARGE, True)
    opened.handle(Retraced(len(worker.asked), LARGE, graph(LARGE)))
    assert opened.state.network.inputs == LARGE
    assert opened.state.network.graph.by_id["op"].output.shape == (1, 3, 16, 16)
    assert (opened.state.selection, opened.state.message, opened.state.activity) == (
        "op",
        None,
        None,
    )
    opened.retry()
    assert worker.asked[-1] == ("load", NET, LARGE)


def test_that_what_was_inferred_is_remembered_and_asked_for_without_inputs(opened, worker):
    assert opened.opening.inferred(NET) == SMALL
    assert opened.opening.inferred(OTHER) == ()
    opened.opening.give_inputs(NET, ())
    assert worker.asked[-1] == ("load", NET, ())


def test_that_inputs_that_were_given_are_not_taken_for_inferred_ones(session, worker):
    session.opening.open(NET, LARGE)
    session.handle(loaded(1, inputs=LARGE))
    assert session.opening.inferred(NET) == ()


def test_that_inputs_it_does_not_take_change_nothing_and_are_offered_again(opened, worker):
    network = opened.state.network
    opened.opening.give_inputs(NET, LARGE)
    opened.handle(Failed(len(worker.asked), "trace", "fc: does not fit", inputs=LARGE))
    message = opened.state.message
    assert opened.state.network is network
    assert (message.text, message.inputs, message.can_retry) == ("fc: does not fit", LARGE, False)


def test_that_a_network_that_cannot_be_opened_asks_for_its_inputs(opened, worker):
    needed = (InputSpec((1,), name="left"), InputSpec((1,), name="right"))
    opened.opening.open(OTHER)
    opened.handle(Failed(len(worker.asked), "source", "takes 2 inputs", inputs=needed))
    assert opened.opening.asked_source == OTHER
    assert opened.state.message.inputs == needed
    opened.opening.give_inputs(OTHER, needed)
    assert worker.asked[-1] == ("load", OTHER, needed)


def test_that_other_failures_ask_for_no_inputs(session, worker):
    session.opening.open(NET)
    session.handle(Failed(1, "source", "there is no file"))
    assert session.state.message.inputs is None
