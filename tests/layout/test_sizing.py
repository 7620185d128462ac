"""Widths are proportional to what they stand for, and the legend is a round number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.layout.sizing import WidthMode, fits_inside, scale_for, text_width

CONV1 = 64 * 56 * 56  # AlexNet's widest, and two others of the lecture's table
POOL1 = 64 * 27 * 27
FC8 = 1000


def test_that_linear_widths_are_proportional_to_the_numbers() -> None:
    scale = scale_for("linear", CONV1)
    assert scale.pixels(CONV1) == pytest.approx(420.0)
    assert scale.pixels(POOL1) == pytest.approx(420.0 * 46_656 / 200_704)


def test_that_sqrt_widths_are_proportional_to_roots() -> None:
    scale = scale_for("sqrt", CONV1)
    assert scale.pixels(POOL1) == pytest.approx(420.0 * 216 / 448)


def test_that_log_widths_are_proportional_to_logarithms() -> None:
    scale = scale_for("log", CONV1)
    assert scale.pixels(FC8) == pytest.approx(420.0 * math.log(1001) / math.log(200_705))


def test_that_a_bar_under_the_floor_is_drawn_at_it_and_says_so() -> None:
    scale = scale_for("linear", CONV1)
    assert scale.pixels(FC8) == 3.0 and scale.is_floored(FC8)
    assert scale.exact(FC8) == pytest.approx(2.0926, abs=1e-4)
    assert not scale.is_floored(POOL1)


@given(st.integers(1, 10**11), st.sampled_from(("linear", "sqrt", "log")))
def test_that_the_legend_is_one_two_or_five_times_a_power_of_ten(
    largest: int, mode: WidthMode
) -> None:
    scale = scale_for(mode, largest)
    assert str(scale.legend_elements).rstrip("0") in ("1", "2", "5")
    assert scale.legend_pixels == pytest.approx(scale.exact(scale.legend_elements))


def test_that_the_legend_is_about_a_hundred_pixels_wide() -> None:
    scale = scale_for("linear", 802_816)
    assert scale.legend_elements == 200_000
    assert scale.legend_pixels == pytest.approx(200_000 * 420 / 802_816)


def test_that_longer_texts_and_larger_letters_need_more_room() -> None:
    assert text_width("maxpool") < text_width("adaptive_maxpool")
    assert text_width("conv1", 22) == pytest.approx(2 * text_width("conv1", 11))


@pytest.mark.parametrize(
    ("text", "pixels"),  # QFontMetricsF of DejaVu Sans at 11 px
    [("maxpool", 47.4), ("layer1.0.conv1  64×56×56", 149.0), ("Bottleneck 0", 69.3)],
)
def test_that_texts_get_enough_room_and_not_much_more(text: str, pixels: float) -> None:
    assert pixels <= text_width(text) <= 1.1 * pixels


def test_that_a_label_is_inside_only_where_it_fits() -> None:
    assert fits_inside("conv1", 60.0)
    assert not fits_inside("conv1", 30.0)
