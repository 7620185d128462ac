"""Training memory in the session: asked for when wanted, once a precision, anew for a network."""

from __future__ import annotations

import msgspec
import pytest

from tests.costs.test_training import observed
from tests.session.test_sessions import Worker, loaded
from visualizer.costs.training import Plan
from visualizer.engine.messages import Failed, Progressed, TrainingWatched
from visualizer.session.network import open_network
from visualizer.session.session import Session
from visualizer.session.training import training_shown


class TrainingWorker(Worker):
    def observe_training(self, source, inputs, mixed=False):
        return self._answer("train", source.text, mixed)


@pytest.fixture
def worker() -> TrainingWorker:
    return TrainingWorker()


@pytest.fixture
def session(worker: TrainingWorker) -> Session:
    session = Session(worker)
    session.state.network = open_network(loaded(1))
    return session


def asked(worker: TrainingWorker) -> list[tuple[object, ...]]:
    return [what for what in worker.asked if what[0] == "train"]


def watch(session: Session, mixed: bool = False) -> None:
    run = session.state.activity.run
    session.handle(TrainingWatched(run, msgspec.structs.replace(observed(), mixed=mixed)))


def test_that_the_worker_is_asked_when_training_is_wanted_and_not_before(session, worker) -> None:
    assert asked(worker) == []
    session.state.training_wanted = True
    assert [mixed for _, _, mixed in asked(worker)] == [False]
    assert training_shown(session.state) is None
    watch(session)
    shown = training_shown(session.state)
    assert shown is not None and shown.memory.plan == Plan(batch=32)
    assert session.state.activity is None


def test_that_another_plan_is_worked_out_without_the_worker(session, worker) -> None:
    session.state.training_wanted = True
    watch(session)
    session.training.choose(Plan(batch=100, optimizer="sgd"))
    assert training_shown(session.state).memory.peak_bytes == 4010 + 10_400
    assert len(asked(worker)) == 1


def test_that_each_precision_is_observed_once(session, worker) -> None:
    session.state.training_wanted = True
    watch(session)
    session.training.choose(Plan(mixed=True))
    assert training_shown(session.state) is None
    watch(session, mixed=True)
    session.training.choose(Plan(mixed=False))
    session.training.choose(Plan(mixed=True))
    assert [mixed for _, _, mixed in asked(worker)] == [False, True]
    assert training_shown(session.state) is not None


def test_that_a_precision_chosen_meanwhile_is_observed_next(session, worker) -> None:
    session.state.training_wanted = True
    session.training.choose(Plan(mixed=True))
    watch(session)
    assert [mixed for _, _, mixed in asked(worker)] == [False, True]


def test_that_another_network_is_observed_anew(session, worker) -> None:
    session.state.training_wanted = True
    watch(session)
    session.state.network = open_network(loaded(2))
    assert session.state.training == () and len(asked(worker)) == 2


def test_that_a_late_answer_about_another_network_is_dropped(session, worker) -> None:
    session.state.training_wanted = True
    late = session.state.activity.run
    session.state.network = open_network(loaded(2))
    session.handle(TrainingWatched(late, observed()))
    assert session.state.training == ()


def test_that_a_failure_is_said_and_asked_again_only_on_request(session, worker) -> None:
    session.state.training_wanted = True
    session.handle(Failed(session.state.activity.run, "trace", "targets should be given"))
    assert session.state.training_problem == "targets should be given"
    session.training.choose(Plan(batch=2))
    assert len(asked(worker)) == 1
    session.training.retry()
    assert len(asked(worker)) == 2 and session.state.training_problem == ""


def test_that_closing_cancels_and_progress_is_shown(session, worker) -> None:
    session.state.training_wanted = True
    run = session.state.activity.run
    session.handle(Progressed(run, "Watching", 0.5))
    assert session.state.activity.fraction == 0.5
    session.state.training_wanted = False
    assert worker.asked[-1] == ("cancel", run)
    session.handle(Failed(run, "cancelled", "cancelled"))
    assert session.state.training_problem == "This was cancelled."


def test_that_checkpointing_is_left_out_where_there_are_no_blocks(session) -> None:
    session.training.choose(Plan(checkpoint=True))
    session.state.training_wanted = True
    watch(session)
    shown = training_shown(session.state)
    assert shown.blocks == 0 and not shown.memory.plan.checkpoint
