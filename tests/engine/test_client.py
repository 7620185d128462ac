"""The client against a worker that misbehaves in every way a worker can."""

from __future__ import annotations

import os
import queue
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from visualizer.engine import frames
from visualizer.engine.client import WorkerClient
from visualizer.engine.deadlines import Deadlines
from visualizer.engine.messages import (
    Failed,
    Frame,
    Logged,
    MapsFetched,
    ModelLoaded,
    Progressed,
    Reply,
    WorkerReady,
)
from visualizer.engine.waiting import WorkerFailure, WorkerSession
from visualizer.sources import ModelSource

COMMAND = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))
DEADLINES = Deadlines(load=1.5, cancel=0.2)
PATIENCE = 20.0


class Harness:
    """A client whose replies are waited for."""

    def __init__(
        self, command: tuple[str, ...] = COMMAND, deadlines: Deadlines = DEADLINES
    ) -> None:
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.exits: queue.Queue[str] = queue.Queue()
        self.client = WorkerClient(self.replies.put, self.exits.put, command, deadlines)

    def load(self, location: str) -> int:
        return self.client.load(ModelSource("torchvision", location))

    def final(self) -> ModelLoaded | MapsFetched | Failed:
        """The next reply that ends a run."""
        while True:
            reply = self.replies.get(timeout=PATIENCE)
            if isinstance(reply, ModelLoaded | MapsFetched | Failed):
                return reply

    def until(self, kind: type[Reply]) -> Reply:
        while True:
            reply = self.replies.get(timeout=PATIENCE)
            if isinstance(reply, kind):
                return reply


@pytest.fixture
def harness() -> Iterator[Harness]:
    harness = Harness()
    yield harness
    harness.client.close()


def test_that_the_worker_runs_before_anything_is_asked(harness: Harness) -> None:
    ready = harness.until(WorkerReady)
    assert isinstance(ready, WorkerReady)
    assert ready.devices == (("cpu", "CPU"),)


def test_that_a_load_is_answered_under_its_own_number(harness: Harness) -> None:
    first, second = harness.load("alexnet"), harness.load("vgg16")
    replies = [harness.final(), harness.final()]
    assert [(r.run, r.graph.name) for r in replies if isinstance(r, ModelLoaded)] == [
        (first, "alexnet"),
        (second, "vgg16"),
    ]


def test_that_a_second_answer_to_the_same_run_is_dropped(harness: Harness) -> None:
    harness.load("twice")
    later = harness.load("alexnet")
    harness.final()
    assert harness.final().run == later


def test_that_a_worker_killed_during_a_load_fails_that_load_and_the_next_one_works(
    harness: Harness,
) -> None:
    run = harness.load("die")
    reply = harness.final()
    assert isinstance(reply, Failed)
    assert (reply.run, reply.kind) == (run, "crash")
    assert "signal 9, killed" in reply.message
    assert "opening die" in reply.message
    assert "something dreadful" in reply.detail
    harness.load("alexnet")
    assert isinstance(harness.final(), ModelLoaded)
    assert harness.exits.empty()


def test_that_requests_behind_a_crash_are_answered_by_the_next_worker(harness: Harness) -> None:
    crashed, waiting = harness.load("die"), harness.load("alexnet")
    first, second = harness.final(), harness.final()
    assert (first.run, isinstance(first, Failed)) == (crashed, True)
    assert (second.run, isinstance(second, ModelLoaded)) == (waiting, True)


def test_that_a_worker_killed_while_idle_is_told_and_replaced(harness: Harness) -> None:
    harness.load("alexnet")
    harness.final()
    killed = harness.client.worker_pid
    assert killed is not None
    os.kill(killed, 9)
    assert "signal 9, killed" in harness.exits.get(timeout=PATIENCE)
    assert isinstance(harness.until(WorkerReady), WorkerReady)
    assert harness.client.worker_pid not in (killed, None)


def test_that_cancelling_a_hanging_run_ends_it_within_a_moment(harness: Harness) -> None:
    run = harness.load("hang")
    harness.until(Progressed)
    started = time.monotonic()
    harness.client.cancel(run)
    reply = harness.final()
    assert isinstance(reply, Failed)
    assert (reply.run, reply.kind) == (run, "cancelled")
    assert time.monotonic() - started < 1.0
    harness.load("alexnet")
    assert isinstance(harness.final(), ModelLoaded)


def test_that_cancelling_a_waiting_run_leaves_the_one_before_it_alone(harness: Harness) -> None:
    slow, waiting = harness.load("slow"), harness.load("alexnet")
    harness.client.cancel(waiting)
    first, second = harness.final(), harness.final()
    assert isinstance(first, Failed)
    assert (first.run, first.kind) == (waiting, "cancelled")
    assert (second.run, isinstance(second, ModelLoaded)) == (slow, True)


def test_that_cancelling_what_is_over_says_nothing(harness: Harness) -> None:
    run = harness.load("alexnet")
    harness.final()
    harness.client.cancel(run)
    harness.client.cancel(12345)
    later = harness.load("vgg16")
    assert harness.final().run == later


def test_that_a_run_past_its_deadline_is_stopped(harness: Harness) -> None:
    run = harness.load("hang")
    reply = harness.final()
    assert isinstance(reply, Failed)
    assert (reply.run, reply.kind) == (run, "timeout")
    assert reply.message == "opening hang took more than 1.5 s and was stopped"


def test_that_progress_puts_the_deadline_off(harness: Harness) -> None:
    harness.load("slow")  # 2 s, more than the 1.5 s allowed without a sign of life
    assert isinstance(harness.final(), ModelLoaded)


def test_that_a_worker_that_talks_nonsense_is_replaced(harness: Harness) -> None:
    harness.load("babble")
    reply = harness.final()
    assert isinstance(reply, Failed)
    assert reply.kind == "crash"
    assert "undecodable message" in reply.message
    harness.load("alexnet")
    assert isinstance(harness.final(), ModelLoaded)


def test_that_a_worker_out_of_memory_is_told_once(harness: Harness) -> None:
    harness.load("outgrow")
    harness.load("alexnet")
    first, second = harness.final(), harness.final()
    assert isinstance(first, Failed)
    assert (first.kind, first.message) == ("memory", "too big")
    assert isinstance(second, ModelLoaded)
    assert harness.exits.empty()


def test_that_a_worker_that_cannot_start_fails_the_request_with_its_own_words() -> None:
    harness = Harness((*COMMAND, "--broken"))
    try:
        harness.load("alexnet")
        reply = harness.final()
        assert isinstance(reply, Failed)
        assert reply.message == "the worker could not start (exit code 1): no torch here"
    finally:
        harness.client.close()


def test_that_maps_arrive_and_their_memory_is_given_back(harness: Harness) -> None:
    harness.client.fetch_maps(1, "conv1")
    reply = harness.final()
    assert isinstance(reply, MapsFetched)
    expected = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(harness.client.take(reply.maps), expected)
    harness.load("alexnet")
    harness.final()  # the worker works in order: the release before it is done by now
    with pytest.raises(frames.FrameError):
        harness.client.take(reply.maps)


def test_that_the_memory_of_a_dropped_reply_is_given_back(harness: Harness) -> None:
    harness.client.fetch_maps(1, "twice")
    reply = harness.final()
    assert isinstance(reply, MapsFetched)
    harness.load("alexnet")  # the second reply was read before this one's answer
    harness.final()
    harness.load("vgg16")  # its release was sent before this
    harness.final()
    with pytest.raises(frames.FrameError):
        frames.receive(reply.maps)


def test_that_a_killed_worker_leaves_no_shared_memory(harness: Harness) -> None:
    harness.client.fetch_maps(1, "killed while published")
    logged = harness.until(Logged)
    assert isinstance(logged, Logged)
    frame = Frame(logged.text, (24,), "float32")
    assert isinstance(harness.final(), Failed)
    deadline = time.monotonic() + PATIENCE
    while _is_there(frame) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _is_there(frame)


def _is_there(frame: Frame) -> bool:
    try:
        frames.receive(frame)
    except frames.FrameError:
        return False
    return True


def test_that_what_the_worker_writes_to_stderr_is_logged(harness: Harness) -> None:
    harness.load("die")
    logged = harness.until(Logged)
    assert isinstance(logged, Logged)
    assert logged.text == "something dreadful"


def test_that_closing_ends_even_a_hanging_worker_and_leaves_no_zombie() -> None:
    harness = Harness()
    harness.load("hang")
    harness.until(Progressed)
    pid = harness.client.worker_pid
    assert pid is not None
    started = time.monotonic()
    harness.client.close()
    assert time.monotonic() - started < 3.0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="closed"):
        harness.load("alexnet")


def test_that_a_session_returns_answers_and_raises_failures() -> None:
    told: list[str] = []
    with WorkerSession(lambda text, fraction: told.append(text), COMMAND, DEADLINES) as session:
        assert session.load(ModelSource("torchvision", "alexnet")).graph.name == "alexnet"
        assert session.maps(1, "conv1").shape == (2, 3, 4)
        with pytest.raises(WorkerFailure, match="signal 9") as raised:
            session.load(ModelSource("torchvision", "die"))
        assert raised.value.failed.kind == "crash"
    assert told[0] == "Reading"
    assert session.ready is not None
