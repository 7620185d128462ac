"""Costs for other settings, with a worker that traces when the test says so."""

import msgspec
import pytest

from tests.session.test_sessions import Worker, chain
from visualizer.costs.settings import CostSettings, Counting
from visualizer.engine.messages import Failed, ModelLoaded, Retraced
from visualizer.graph import Node, TensorSpec
from visualizer.session.resolve import draft
from visualizer.session.session import Session
from visualizer.session.shown import WidthScale
from visualizer.session.state import Message
from visualizer.sources import InputSpec, parse_source

NUMBERS = 3 * 8 * 8 * 4


class Tracer(Worker):
    def retrace(self, source, inputs, keep=False):
        return self._answer("retrace", inputs[0].shape, keep)

    @property
    def traces(self):
        return [what for what in self.asked if what[0] == "retrace"]


def traced(shape):
    """The chain for an input of `shape`, as the worker would send it."""
    batch, _, height, width = shape
    sizes = {
        "input": (batch, 3, height, width),
        "block.conv": (batch, 4, height, width),
        "block.relu": (batch, 4, height, width),
        "fc": (batch, 4 * height * width),
    }
    nodes = tuple(
        msgspec.structs.replace(node, outputs=(TensorSpec(sizes[node.id]),))
        for node in chain().nodes
    )
    return msgspec.structs.replace(chain(), nodes=nodes)


@pytest.fixture
def session():
    made = Session(Tracer())
    made.opening.open_text("resnet18")
    inputs = (InputSpec((1, 3, 8, 8)),)
    source = parse_source("resnet18")
    made.handle(ModelLoaded(1, source, inputs, traced((1, 3, 8, 8)), "random weights", False))
    return made


def worker_of(session):
    return session.costing._worker


def answer(session):
    """Have all traces asked for arrive."""
    for run, what in enumerate(worker_of(session).asked, start=1):
        if what[0] == "retrace" and session.costing.owns(run):
            shape = what[1]
            session.handle(Retraced(run, (InputSpec(shape),), traced(shape)))


def choose(session, **settings):
    session.costing.choose(CostSettings(**settings))
    answer(session)
    return session.state.network


def test_that_a_batch_is_two_traces_and_then_none(session):
    assert choose(session, batch=16).graph == traced((16, 3, 8, 8))
    assert [what[1][0] for what in worker_of(session).traces] == [2, 3]
    assert choose(session, batch=500).graph == traced((500, 3, 8, 8))
    assert len(worker_of(session).traces) == 2


def test_that_costs_follow_the_batch_and_groups_stay(session):
    before = session.state.network
    after = choose(session, batch=16)
    assert after.report.totals.macs == 16 * before.report.totals.macs
    assert after.report.totals.params == before.report.totals.params
    assert after.hierarchy is before.hierarchy
    assert after.inputs == (InputSpec((16, 3, 8, 8)),)
    assert after.plain is before


def test_that_another_batch_is_told_as_a_revision_and_not_as_another_network(session):
    told = []
    session.state.events.network.connect(lambda: told.append("network"))
    session.state.events.revision.connect(lambda: told.append("revision"))
    session.state.selection, session.state.expanded = "fc", frozenset({"block"})
    choose(session, batch=16, dtype="float16")
    choose(session, dtype="int8", headline="flops", counting=Counting(pooling=True))
    assert set(told) == {"revision"}
    assert (session.state.selection, session.state.expanded) == ("fc", frozenset({"block"}))


def test_that_what_traces_make_ready_is_instant_when_it_is_chosen(session):
    session.costing.prepare_batches()
    answer(session)
    revision = session.state.revision
    session.costing.choose(CostSettings(batch=4))
    assert session.state.revision == revision + 1
    assert session.state.network.graph == traced((4, 3, 8, 8))


def test_that_another_resolution_is_one_trace_that_pictures_can_be_run_on(session):
    session.state.selection = "block.conv"
    network = choose(session, resolution=(16, 12))
    assert worker_of(session).traces == [("retrace", (1, 3, 16, 12), True)]
    assert network.graph == traced((1, 3, 16, 12))
    assert session.state.selection == "block.conv"
    assert choose(session).graph == traced((1, 3, 8, 8))


def test_that_a_late_resolution_is_dropped(session):
    session.costing.choose(CostSettings(resolution=(16, 16)))
    session.costing.choose(CostSettings(resolution=(4, 4)))
    worker = worker_of(session)
    first = worker.asked.index(("retrace", (1, 3, 16, 16), True)) + 1
    assert ("cancel", first) in worker.asked
    session.handle(Retraced(first, (InputSpec((1, 3, 16, 16)),), traced((1, 3, 16, 16))))
    answer(session)
    assert session.state.network.graph == traced((1, 3, 4, 4))


def test_that_an_input_the_network_does_not_take_is_one_line_and_changes_nothing(session):
    before = session.state.network
    session.costing.choose(CostSettings(resolution=(5, 5)))
    run = len(worker_of(session).asked)
    session.handle(Failed(run, "trace", "Wrong image height! Expected 8 but got 5!"))
    assert session.state.network is before
    assert session.state.settings == CostSettings()
    assert session.state.message.text == (
        "chain does not run at 5×5: Wrong image height! Expected 8 but got 5!"
    )


def test_that_a_network_that_is_not_affine_in_the_batch_is_traced_for_each(session):
    session.costing.choose(CostSettings(batch=7))
    worker = worker_of(session)
    for run, what in enumerate(list(worker.asked), start=1):
        if what[0] == "retrace":
            graph = traced(what[1])
            odd = Node("odd", "mm", outputs=(TensorSpec((what[1][0] ** 2,)),))
            graph = msgspec.structs.replace(graph, nodes=(*graph.nodes, odd))
            session.handle(Retraced(run, (InputSpec(what[1]),), graph))
    assert worker.traces[-1] == ("retrace", (7, 3, 8, 8), False)
    answer(session)
    assert session.state.network.graph == traced((7, 3, 8, 8))


def test_that_what_is_as_opened_is_not_kept_as_a_setting(session):
    choose(session, batch=1, resolution=(8, 8), dtype="float32")
    assert session.state.settings == CostSettings()
    assert not worker_of(session).traces


def test_that_another_network_keeps_precision_and_convention_but_not_its_batch(session):
    choose(session, batch=16, dtype="float16", headline="flops")
    session.opening.open_text("resnet18")
    run = len(worker_of(session).asked)
    inputs = (InputSpec((1, 3, 8, 8)),)
    source = parse_source("resnet18")
    session.handle(ModelLoaded(run, source, inputs, traced((1, 3, 8, 8)), "", False))
    assert session.state.settings == CostSettings(dtype="float16", headline="flops")
    assert session.state.network.graph.nodes[0].output == TensorSpec((1, 3, 8, 8), "float16")


@pytest.mark.parametrize("mode", ["linear", "sqrt", "log"])
def test_that_the_silhouette_does_not_change_with_the_batch(session, mode):
    one = draft(session.state.network, frozenset(), mode, True, 1)
    many = draft(choose(session, batch=16), frozenset(), mode, True, 1)
    assert many.request == one.request
    assert [bar.detail for bar in many.bars] == [bar.detail for bar in one.bars]
    assert isinstance(many.scale, WidthScale)
    assert (many.scale.times, many.scale.batch) == (16, 16)


def test_that_what_was_counted_besides_multiply_adds_stays_with_its_network(session):
    session.costing.choose(CostSettings(headline="flops", counting=Counting(norm=True)))
    assert session.state.settings.counting.norm
    session.opening.open_text("resnet34")
    run = len(worker_of(session).asked)
    inputs = (InputSpec((1, 3, 8, 8)),)
    loaded = ModelLoaded(
        run, parse_source("resnet34"), inputs, traced((1, 3, 8, 8)), "random weights", False
    )
    session.handle(loaded)
    assert session.state.network.source.text == "resnet34"
    assert session.state.settings == CostSettings(headline="flops")


def test_that_a_refusal_is_taken_back_with_the_next_choice(session):
    session.costing.choose(CostSettings(resolution=(5, 5)))
    run = len(worker_of(session).asked)
    session.handle(Failed(run, "source", "too small"))
    assert "does not run at 5×5" in session.state.message.text
    session.costing.choose(CostSettings(dtype="float16"))
    assert session.state.message is None


def test_that_another_message_is_not_taken_away_by_a_choice(session):
    session.costing.choose(CostSettings(resolution=(5, 5)))
    session.handle(Failed(len(worker_of(session).asked), "source", "too small"))
    other = session.state.message = Message("The picture is gone.", "error")
    session.costing.choose(CostSettings(dtype="float16"))
    assert session.state.message is other
