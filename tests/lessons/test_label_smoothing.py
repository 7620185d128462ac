"""Label smoothing against the paper's figures and torch's own loss."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.lessons.label_smoothing import (
    LEAST_PROBABILITY,
    are_probabilities,
    gradient,
    log_sum_exp,
    logits_of,
    read_logits,
    smoothing,
)

PAPER = smoothing(0.1, 1000)  # the paper's ε and number of classes

logit_lists = st.lists(st.floats(-40, 40), min_size=2, max_size=30)
shares = st.floats(0, 1)


def torch_loss(logits, target, epsilon):
    loss = torch.nn.functional.cross_entropy(
        torch.tensor([logits], dtype=torch.float64), torch.tensor([target]), label_smoothing=epsilon
    )
    return loss.item()


def test_that_the_papers_targets_come_out():
    assert PAPER.true_target == pytest.approx(0.9001)
    assert PAPER.other_target == pytest.approx(0.0001)


def test_that_the_best_gap_is_that_of_the_targets():
    assert PAPER.gap == pytest.approx(9.105, abs=5e-4)  # ln(0.9001/0.0001)


def test_that_the_loss_cannot_go_below_the_targets_entropy():
    assert PAPER.floor == pytest.approx(1.0148, abs=5e-5)


def test_that_logits_with_the_best_gap_reach_the_floor():
    logits = [PAPER.gap] + [0.0] * 999
    assert read_logits(PAPER, logits).loss == pytest.approx(PAPER.floor)
    assert read_logits(PAPER, logits).lead == pytest.approx(PAPER.gap)
    assert max(map(abs, gradient(PAPER, logits, 0))) < 1e-12


def test_that_without_smoothing_no_gap_is_enough():
    plain = smoothing(0, 10)
    assert (plain.gap, plain.floor, plain.true_target) == (math.inf, 0.0, 1.0)


def test_that_full_smoothing_wants_all_logits_alike():
    everything = smoothing(1, 10)
    assert everything.gap == 0.0
    assert everything.floor == pytest.approx(math.log(10))


@settings(deadline=None)
@given(logit_lists, shares, st.data())
def test_that_the_loss_is_torchs(logits, epsilon, data):
    target = data.draw(st.integers(0, len(logits) - 1))
    reading = read_logits(smoothing(epsilon, len(logits)), logits, target)
    assert reading.loss == pytest.approx(torch_loss(logits, target, epsilon), abs=1e-9)
    assert reading.label_loss == pytest.approx(torch_loss(logits, target, 0.0), abs=1e-9)
    assert reading.uniform_loss == pytest.approx(torch_loss(logits, target, 1.0), abs=1e-9)


@settings(deadline=None)
@given(logit_lists, shares, st.data())
def test_that_the_gradient_is_torchs(logits, epsilon, data):
    target = data.draw(st.integers(0, len(logits) - 1))
    leaf = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    torch.nn.functional.cross_entropy(
        leaf, torch.tensor([target]), label_smoothing=epsilon
    ).backward()
    ours = gradient(smoothing(epsilon, len(logits)), logits, target)
    assert ours == pytest.approx(leaf.grad[0].tolist(), abs=1e-9)


@settings(deadline=None)
@given(logit_lists, shares)
def test_that_no_logits_get_below_the_floor(logits, epsilon):
    shape = smoothing(epsilon, len(logits))
    assert all(read_logits(shape, logits, k).loss >= shape.floor - 1e-9 for k in range(len(logits)))


@settings(deadline=None)
@given(logit_lists, shares, st.floats(-50, 50))
def test_that_a_constant_on_all_logits_changes_nothing(logits, epsilon, more):
    shape = smoothing(epsilon, len(logits))
    before = read_logits(shape, logits, 0)
    after = read_logits(shape, [z + more for z in logits], 0)
    assert after.loss == pytest.approx(before.loss, abs=1e-9)


def test_that_the_lead_is_over_the_mean_of_the_others():
    reading = read_logits(smoothing(0.1, 4), [1.0, 7.0, 2.0, 3.0])
    assert (reading.largest, reading.target, reading.lead) == (1, 1, 5.0)  # 7 - (1 + 2 + 3)/3


def test_that_huge_logits_do_not_overflow():
    assert log_sum_exp([1000.0, 1000.0]) == pytest.approx(1000 + math.log(2))


def test_that_probabilities_are_known_and_their_logarithms_are_logits():
    probabilities = torch.tensor([1.0, 3.0, -2.0]).softmax(0).tolist()
    assert are_probabilities(probabilities)
    assert not are_probabilities([0.2, 0.3]) and not are_probabilities([1.5, -0.5])
    reading = read_logits(smoothing(0.1, 3), logits_of(probabilities), 0)
    assert reading.loss == pytest.approx(torch_loss([1.0, 3.0, -2.0], 0, 0.1), abs=1e-5)


def test_that_a_probability_of_zero_has_a_finite_logarithm():
    assert logits_of([1.0, 0.0]) == (0.0, math.log(LEAST_PROBABILITY))


@pytest.mark.parametrize(
    ("epsilon", "classes", "said"),
    [(-0.1, 10, "between 0 and 1"), (1.1, 10, "between 0 and 1"), (math.nan, 10, "between 0"),
     (0.1, 1, "at least 2")],
)  # fmt: skip
def test_that_impossible_smoothing_is_refused(epsilon, classes, said):
    with pytest.raises(ValueError, match=said):
        smoothing(epsilon, classes)


@pytest.mark.parametrize(
    ("logits", "target", "said"),
    [([1.0], 0, "1 logits for 2 classes"), ([1.0, math.nan], 0, "not a number"),
     ([1.0, math.inf], None, "infinite"), ([1.0, 2.0], 2, "no class 2"),
     ([1.0, 2.0], -1, "no class -1")],
)  # fmt: skip
def test_that_logits_that_cannot_be_read_are_refused(logits, target, said):
    with pytest.raises(ValueError, match=said):
        read_logits(smoothing(0.1, 2), logits, target)


def test_that_a_negative_probability_is_refused():
    with pytest.raises(ValueError, match="negative"):
        logits_of([1.5, -0.5])
