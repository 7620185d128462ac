"""Which layers make a classifier's scores, and how their numbers become logits."""

import math

import numpy as np
import pytest

from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec
from visualizer.session.scores import classes_at, scores_of


def chain(*ops, outputs=None):
    """Ops below each other: (id, op, shape) or (id, op, shape, dtype)."""
    nodes = [Node("x", "input", outputs=(TensorSpec((1, 8)),))]
    for name, op, shape, *dtype in ops:
        spec = TensorSpec(shape, *dtype)
        nodes.append(Node(name, op, inputs=(TensorRef(nodes[-1].id),), outputs=(spec,)))
    leaving = tuple(map(TensorRef, outputs or [nodes[-1].id]))
    return LayerGraph("made by hand", tuple(nodes), leaving)


def test_that_the_last_linear_makes_the_scores():
    graph = chain(("hidden", "linear", (1, 64)), ("fc", "linear", (1, 10)))
    assert (classes_at(graph, "fc"), classes_at(graph, "hidden"), classes_at(graph, "x")) == (
        10, 0, 0,
    )  # fmt: skip


def test_that_a_softmax_and_the_linear_before_it_both_have_scores():
    graph = chain(("fc", "linear", (4, 10)), ("softmax", "softmax", (4, 10)))
    assert classes_at(graph, "fc") == classes_at(graph, "softmax") == 10


def test_that_squeezenets_flatten_has_scores_and_its_pool_has_not():
    graph = chain(("pool", "adaptive_avg_pool2d", (1, 10, 1, 1)), ("flatten", "flatten", (1, 10)))
    assert classes_at(graph, "flatten") == 10 and classes_at(graph, "pool") == 0


@pytest.mark.parametrize(
    "last",
    [("y", "linear", (1, 1)), ("y", "conv2d", (1, 21, 8, 8)), ("y", "tanh", (1, 768)),
     ("y", "linear", (1, 10), "int8"), ("y", "linear", (10,))],
)  # fmt: skip
def test_that_other_outputs_are_no_classifiers(last):
    assert classes_at(chain(last), "y") == 0


def test_that_an_auxiliary_heads_output_is_not_the_main_one():
    graph = chain(
        ("aux.fc", "linear", (1, 10)), ("fc", "linear", (1, 10)), outputs=["fc", "aux.fc"]
    )
    assert classes_at(graph, "fc") == 10 and classes_at(graph, "aux.fc") == 0


def test_that_logits_stay_and_a_distribution_becomes_its_logarithms():
    logits = scores_of(np.array([1.0, -2.0, 5.0], np.float32), 3)
    assert logits.logits == (1.0, -2.0, 5.0) and not logits.from_probabilities
    known = scores_of(np.array([0.25, 0.75], np.float32), 2, {1: "cat"})
    assert known.from_probabilities and known.names == {1: "cat"}
    assert known.logits == pytest.approx((math.log(0.25), math.log(0.75)))


@pytest.mark.parametrize(
    ("values", "said"),
    [([1.0, 2.0, 3.0], "3 values for 2 classes"), ([1.0, np.nan], "not a number"),
     ([np.inf, 1.0], "infinite")],
)  # fmt: skip
def test_that_what_is_no_logits_is_refused(values, said):
    with pytest.raises(ValueError, match=said):
        scores_of(np.array(values, np.float32), 2)
