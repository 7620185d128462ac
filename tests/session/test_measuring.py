"""Measured overlays: asked for when chosen first, once, anew when something else counts."""

from __future__ import annotations

import pytest

from tests.session.test_sessions import Worker, finished, loaded
from visualizer.engine.messages import Failed, Progressed, RanksMeasured, TimesMeasured
from visualizer.session.measured_overlays import (
    milliseconds,
    rank_remark,
    rank_title,
    rank_values,
    time_remark,
    time_title,
    time_values,
)
from visualizer.session.network import open_network
from visualizer.session.session import Session

TIMES = {"block.conv": 0.003, "block.relu": 0.001, "fc": 0.002}
MEMBERS = [("input", ("input",)), ("block", ("block.conv", "block.relu")), ("fc", ("fc",))]


class MeasuringWorker(Worker):
    def measure_times(self, source, inputs, device="auto"):
        return self._answer("times", source.text, device)

    def measure_ranks(self, forward_run):
        return self._answer("ranks", forward_run)


@pytest.fixture
def worker() -> MeasuringWorker:
    return MeasuringWorker()


@pytest.fixture
def session(worker: MeasuringWorker) -> Session:
    session = Session(worker)
    session.state.network = open_network(loaded(1))
    return session


def asked(worker: MeasuringWorker, what: str) -> list[tuple[object, ...]]:
    return [one for one in worker.asked if one[0] == what]


def timed(session: Session, parted: str = "") -> TimesMeasured:
    reply = TimesMeasured(session.state.activity.run, "cpu", 5, TIMES, 0.0061, parted)
    session.handle(reply)
    return reply


def ran(session: Session, kept=("block.conv", "block.relu", "fc")) -> None:
    """A picture was run."""
    session.live.run("cat.png")
    session.handle(finished(session.state.activity.run, kept))


# --------------------------------------------------------------------------- times


def test_that_times_are_measured_when_the_overlay_is_first_chosen_and_once(session, worker):
    assert asked(worker, "times") == []
    session.state.overlay = "time"
    assert asked(worker, "times") == [("times", "chain", "auto")]
    session.handle(Progressed(session.state.activity.run, "Measuring pass 1 of 5", 0.2))
    assert session.state.activity.fraction == 0.2
    reply = timed(session)
    assert session.state.times == reply and session.state.activity is None
    session.state.overlay = "none"
    session.state.overlay = "time"
    assert len(asked(worker, "times")) == 1


def test_that_another_network_or_device_is_measured_anew(session, worker):
    session.state.overlay = "time"
    timed(session)
    session.state.device = "cpu"
    assert session.state.times is None
    assert asked(worker, "times")[-1] == ("times", "chain", "cpu")
    timed(session)
    session.state.network = open_network(loaded(2, "other"))
    assert session.state.times is None
    assert asked(worker, "times")[-1] == ("times", "other", "cpu")


def test_that_a_late_answer_about_another_network_is_dropped(session, worker):
    session.state.overlay = "time"
    late = session.state.activity.run
    session.state.network = open_network(loaded(2, "other"))
    assert ("cancel", late) in worker.asked
    session.handle(TimesMeasured(late, "cpu", 5, TIMES, 0.1))
    assert session.state.times is None


def test_that_another_overlay_cancels_what_is_being_measured_without_a_word(session, worker):
    session.state.overlay = "time"
    run = session.state.activity.run
    session.state.overlay = "macs"
    assert worker.asked[-1] == ("cancel", run) and session.state.activity is None
    session.handle(Failed(run, "cancelled", "cancelled"))
    assert session.state.message is None
    session.state.overlay = "time"
    assert len(asked(worker, "times")) == 2


def test_that_a_failure_is_one_line_and_measured_again_on_request_only(session, worker):
    session.state.overlay = "time"
    session.handle(Failed(session.state.activity.run, "run", "onnxruntime is missing"))
    assert session.state.message.text == "onnxruntime is missing"
    assert session.state.activity is None and len(asked(worker, "times")) == 1
    session.retry()
    assert len(asked(worker, "times")) == 2 and session.state.message is None


def test_that_a_cancel_is_told(session, worker):
    session.state.overlay = "time"
    session.cancel()
    session.handle(Failed(session.state.activity.run, "cancelled", "cancelled"))
    assert session.state.message.text == "Measuring the times was cancelled."
    session.state.overlay = "macs"
    assert session.state.message is None


# --------------------------------------------------------------------------- ranks


def test_that_ranks_need_a_picture_and_are_measured_as_soon_as_one_was_run(session, worker):
    session.state.overlay = "rank"
    assert "open one" in session.state.message.text and asked(worker, "ranks") == []
    ran(session)
    assert len(asked(worker, "ranks")) == 1 and session.state.message is None
    run = session.state.activity.run
    session.handle(RanksMeasured(run, 1, {"fc": 0.5}))
    assert session.state.ranks.shares == {"fc": 0.5}


def test_that_a_pass_for_one_more_layer_adds_to_what_is_known(session, worker):
    ran(session, kept=("block.conv",))
    session.state.overlay = "rank"
    session.handle(RanksMeasured(session.state.activity.run, 1, {"block.conv": 0.5}))
    session.state.selection = "fc"  # is not kept: the picture runs again for it
    session.handle(finished(session.state.activity.run, ("fc",)))
    session.handle(RanksMeasured(session.state.activity.run, 2, {"fc": 0.25}, ("block.relu",)))
    assert session.state.ranks.shares == {"block.conv": 0.5, "fc": 0.25}
    ran_other = session.live
    ran_other.run("dog.png")
    session.handle(finished(session.state.activity.run))
    assert session.state.ranks is None


def test_that_another_network_has_no_ranks_until_it_ran(session, worker):
    ran(session)
    session.state.overlay = "rank"
    session.handle(RanksMeasured(session.state.activity.run, 1, {"fc": 0.5}))
    session.state.network = open_network(loaded(9, "other"))
    assert session.state.ranks is None


# --------------------------------------------------------------------------- what is shown


def test_that_a_folded_module_has_the_sum_and_what_does_not_run_has_no_time():
    network = open_network(loaded(1))
    values = time_values(TimesMeasured(1, "cpu", 5, TIMES, 0.1), MEMBERS, network.graph)
    assert values.shares == {"input": None, "block": 1.0, "fc": pytest.approx(0.5)}
    assert values.largest == "4 ms"


def test_that_a_module_of_which_an_op_was_not_measured_is_not_known():
    network = open_network(loaded(1))
    times = TimesMeasured(1, "cpu", 5, {"block.conv": 0.003, "fc": 0.002}, 0.1)
    assert time_values(times, MEMBERS, network.graph).shares["block"] is None


def test_that_a_module_has_the_rank_of_what_leaves_it():
    network = open_network(loaded(1))
    ranks = RanksMeasured(1, 1, {"block.conv": 0.25, "block.relu": 0.75})
    values = rank_values(ranks, MEMBERS, network.graph)
    assert values.shares == {"input": None, "block": 0.75, "fc": None}
    assert (values.smallest, values.largest) == ("0.00", "1.00")


def test_that_the_legend_names_device_repeats_and_untrained_weights():
    assert time_title(TimesMeasured(1, "cuda", 7, {}, 0.1)) == (
        "Measured time on cuda, median of 7"
    )
    assert rank_title(RanksMeasured(1, 1, {}), True) == "Effective rank ÷ channels, untrained"
    assert rank_title(RanksMeasured(1, 1, {}), False) == "Effective rank ÷ channels"


def test_that_the_log_compares_all_ops_with_a_pass_of_which_nothing_is_measured():
    text = time_remark(TimesMeasured(1, "cpu", 5, TIMES, 0.005, "it has tanh"))
    assert "6 ms in all" in text and "takes 5 ms (+20 %)" in text and "it has tanh" in text
    assert "1 have fewer than 10" in rank_remark(RanksMeasured(1, 1, {}, ("fc",)))
    words = [milliseconds(seconds) for seconds in (0.0000123, 0.0196, 2.5)]
    assert words == ["0.0123 ms", "19.6 ms", "2,500 ms"]
