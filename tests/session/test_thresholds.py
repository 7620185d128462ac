"""Moving the limits of findings judges the known profile again, and nothing else."""

from queue import Queue

import pytest

from tests.ui.networks import judged_network
from visualizer.bottlenecks import DEFAULTS, Thresholds
from visualizer.session.narrowing import NarrowingController
from visualizer.session.network import narrowing_of
from visualizer.session.state import SessionState

STRICT = Thresholds(extreme_beta=0.3)  # features.2 of the lecture's AlexNet has 0.302


@pytest.fixture
def answers():
    return Queue()


@pytest.fixture
def state(answers):
    state = SessionState()
    controller = NarrowingController(state, answers.put)
    state.arrive = lambda: controller.arrived(answers.get(timeout=60))
    yield state
    controller.close()


def severities(state):
    return [finding.severity for finding in state.narrowing.findings]


def test_that_other_limits_judge_the_same_profile_at_once(state, answers):
    state.network = judged_network()
    state.arrive()
    before = state.narrowing
    assert severities(state)[0] == "extreme"
    state.thresholds = STRICT
    assert severities(state)[0] == "moderate"
    assert state.narrowing.profile is before.profile
    assert state.narrowing.thresholds == STRICT and answers.empty()
    state.thresholds = DEFAULTS
    assert state.narrowing.findings == before.findings


def test_that_the_next_network_is_judged_by_the_limits_that_hold_by_then(state):
    state.network = judged_network()
    state.thresholds = STRICT
    state.arrive()
    assert severities(state)[0] == "moderate"


def test_that_limits_can_be_moved_with_no_network_open(state):
    state.thresholds = STRICT
    assert state.narrowing is None


def test_that_ops_and_modules_are_explained_and_nothing_else():
    narrowing = narrowing_of(judged_network())
    assert narrowing.explained("features.2").is_bottleneck
    assert narrowing.explained("features").finding == narrowing.findings[0]
    assert not narrowing.explained("features.0").is_bottleneck
    assert narrowing.explained("") is None and narrowing.explained("features.99") is None
