"""The session with a worker that only writes down what it is asked."""

import pytest

from visualizer.engine.messages import (
    Failed,
    ForwardFinished,
    Frame,
    MapsFetched,
    ModelLoaded,
    Progressed,
)
from visualizer.graph import LayerGraph, Module, Node, TensorRef, TensorSpec
from visualizer.session.session import Session
from visualizer.session.state import Message
from visualizer.sources import InputSpec, Preprocessing, parse_source

PICTURE = TensorSpec((1, 3, 8, 8))


class Worker:
    def __init__(self):
        self.asked = []

    def _answer(self, *what):
        self.asked.append(what)
        return len(self.asked)

    def load(self, source, inputs=()):
        return self._answer("load", source.text)

    def run_forward(self, source, inputs, picture, device="auto", preprocessing=None, capture=()):
        return self._answer("run", picture, capture)

    def fetch_maps(self, forward_run, node):
        return self._answer("fetch", forward_run, node)

    def cancel(self, run):
        self.asked.append(("cancel", run))


def chain():
    """input -> block.conv -> block.relu -> fc"""
    return LayerGraph(
        "chain",
        (
            Node("input", "input", outputs=(PICTURE,)),
            Node("block.conv", "conv2d", "block.conv", "Conv2d", inputs=(TensorRef("input"),),
                 outputs=(TensorSpec((1, 4, 8, 8)),), scope=("block",),
                 attributes={"kernel_size": (3, 3), "stride": (1, 1), "padding": (1, 1),
                             "dilation": (1, 1), "groups": 1}),
            Node("block.relu", "relu", "block.relu", "ReLU", inputs=(TensorRef("block.conv"),),
                 outputs=(TensorSpec((1, 4, 8, 8)),), scope=("block",)),
            Node("fc", "flatten", "fc", "Flatten", inputs=(TensorRef("block.relu"),),
                 outputs=(TensorSpec((1, 256)),)),
        ),
        (TensorRef("fc"),),
        modules=(Module("block", "Block"),),
    )  # fmt: skip


def loaded(run, name="chain"):
    shapes, own = (InputSpec((1, 3, 8, 8)),), Preprocessing(8, (8, 8))
    return ModelLoaded(run, parse_source(name), shapes, chain(), "random", False, own)


def finished(run, kept=("block.conv", "block.relu", "fc")):
    own = Preprocessing(8, (8, 8))
    return ForwardFinished(run, "cpu", 0.1, tuple(kept), Frame("x", (8, 8, 3), "uint8"), own)


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def session(worker):
    return Session(worker)


def open_chain(session, worker):
    session.opening.open_text("chain")
    session.handle(loaded(len(worker.asked)))


def test_that_a_loaded_network_becomes_the_open_one(session, worker):
    open_chain(session, worker)
    assert session.state.network.graph.name == "chain"
    assert session.state.activity is None


def test_that_a_text_nobody_can_read_is_a_message_and_asks_nothing(session, worker):
    assert not session.opening.open_text("what is this?")
    assert "cannot tell" in session.state.message.text
    assert worker.asked == []


def test_that_the_open_network_stays_when_another_fails(session, worker):
    open_chain(session, worker)
    before = session.state.network
    session.opening.open_text("resnet5")
    session.handle(Failed(len(worker.asked), "source", "no such network"))
    assert session.state.network is before
    assert session.state.message.can_retry


def test_that_retry_asks_for_the_same_again(session, worker):
    session.opening.open_text("chain")
    session.handle(Failed(1, "crash", "the worker ended"))
    session.retry()
    assert [what[:2] for what in worker.asked] == [("load", "chain"), ("load", "chain")]


def test_that_what_is_said_about_the_new_network_stays(session, worker):
    def warn():
        session.state.message = Message("it has no such layer", "warning")

    session.state.events.network.connect(warn)
    open_chain(session, worker)
    assert session.state.message.text == "it has no such layer"


def test_that_a_late_network_is_dropped(session, worker):
    session.opening.open_text("first")
    session.opening.open_text("second")
    session.handle(loaded(1, "first"))
    assert session.state.network is None
    assert ("cancel", 1) in worker.asked


def test_that_progress_is_shown_for_what_is_under_way_only(session):
    session.opening.open_text("chain")
    session.handle(Progressed(99, "somebody else's"))
    assert session.state.activity.text == "Opening chain"
    session.handle(Progressed(1, "Tracing", 0.5))
    assert session.state.activity.fraction == 0.5


def test_that_a_picture_before_any_network_is_kept_and_run_when_one_opens(session, worker):
    session.live.run("cat.png")
    assert "Open a network" in session.state.message.text
    open_chain(session, worker)
    assert worker.asked[-1] == ("run", "cat.png", ())


def test_that_maps_of_the_first_convolution_are_fetched_when_nothing_is_selected(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    run = len(worker.asked)
    session.handle(finished(run))
    assert worker.asked[-1] == ("fetch", run, "block.conv")


def test_that_selecting_another_layer_fetches_its_maps(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    run = len(worker.asked)
    session.handle(finished(run))
    session.state.selection = "fc"
    assert worker.asked[-1] == ("fetch", run, "fc")


def test_that_a_module_shows_the_maps_of_its_last_op(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    run = len(worker.asked)
    session.state.selection = "block"
    session.handle(finished(run))
    assert worker.asked[-1] == ("fetch", run, "block.relu")


def test_that_a_layer_that_was_not_kept_is_run_for_again(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    session.state.selection = "fc"
    session.handle(finished(len(worker.asked), kept=("block.conv",)))
    assert worker.asked[-1] == ("run", "cat.png", ("fc",))


def test_that_fetched_maps_are_passed_on(session, worker):
    seen = []
    session.maps_fetched.connect(seen.append)
    open_chain(session, worker)
    session.live.run("cat.png")
    session.handle(finished(len(worker.asked)))
    reply = MapsFetched(len(worker.asked), "block.conv", PICTURE, Frame("y", (4, 8, 8), "float32"))
    session.handle(reply)
    assert seen == [reply]


def test_that_a_failed_run_is_a_message_and_leaves_the_network_open(session, worker):
    open_chain(session, worker)
    session.live.run("broken.png")
    session.handle(Failed(len(worker.asked), "picture", "broken.png is not a picture"))
    assert session.state.message.text == "broken.png is not a picture"
    assert session.state.activity is None
    assert session.state.network is not None


def test_that_a_pass_of_the_network_before_is_dropped(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    late = len(worker.asked)
    session.state.picture = ""
    open_chain(session, worker)
    session.handle(finished(late))
    assert session.state.forward is None
    assert ("cancel", late) in worker.asked


def test_that_what_a_dead_worker_kept_is_not_asked_for(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    session.handle(finished(len(worker.asked)))
    session.live.run()
    session.handle(Failed(len(worker.asked), "crash", "the worker ended"))
    asked = len(worker.asked)
    session.state.selection = "fc"
    assert len(worker.asked) == asked


def test_that_another_device_runs_the_picture_again(session, worker):
    open_chain(session, worker)
    session.live.run("cat.png")
    session.handle(finished(len(worker.asked)))
    session.state.device = "cpu"
    assert worker.asked[-1] == ("run", "cat.png", ())


def test_that_a_new_network_forgets_the_selection_and_the_last_pass(session, worker):
    open_chain(session, worker)
    session.state.selection = "fc"
    open_chain(session, worker)
    assert session.state.selection == ""
    assert session.state.forward is None
