"""How costs add up with depth, for networks of any length."""

import pytest

from visualizer.costs.depth_curves import depth_curve
from visualizer.costs.trends import Bar, Trends

# Parameters of AlexNet's layers: of the convolutions the slide prints 23, 307, 664, 885, 590 k.
PARAMS = (23_296, 307_392, 663_936, 884_992, 590_080, 37_752_832, 16_781_312, 4_097_000)


def trends(values):
    bars = tuple(
        Bar(f"layer{number}", "Conv2d", "conv", (f"layer{number}",), None, 0, value, 0)
        for number, value in enumerate(values)
    )
    return Trends(bars, False, {"memory": 0, "params": sum(values), "macs": 0}, {}, 0)


def test_that_alexnets_parameters_are_half_spent_by_its_sixth_layer_of_eight():
    curve = depth_curve(trends(PARAMS), "params")
    assert curve.total == 61_100_840
    assert curve.half_at == pytest.approx(6 / 8)
    assert curve.shares[5] == pytest.approx(0.0404, abs=1e-4)  # all convolutions: 4.0 %


def test_that_a_curve_begins_with_nothing_and_ends_with_all():
    curve = depth_curve(trends(PARAMS), "params")
    assert (curve.depths[0], curve.sums[0]) == (0.0, 0)
    assert (curve.depths[-1], curve.shares[-1]) == (1.0, 1.0)
    assert len(curve.sums) == len(curve.nodes) + 1 == 9


def test_that_nothing_spent_has_no_half():
    curve = depth_curve(trends(PARAMS), "macs")
    assert curve.half_at is None and set(curve.shares) == {0.0}
    assert depth_curve(trends(()), "params").half_at is None
