"""Themes: readable, and told apart by colour-blind people too."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from visualizer.graph.families import FAMILY_TITLES
from visualizer.resources import resource
from visualizer.ui.canvas.marks import heat_color, heat_ramp
from visualizer.ui.style_sheet import style_sheet
from visualizer.ui.theme import (
    DARK,
    LIGHT,
    WAIST,
    Theme,
    apply_theme,
    icon,
    text_on,
    theme_for,
)

Color = NDArray[np.float64]

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
COLOR_BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.eye(3).tolist(),
}
# Both join tensors, and are told apart by the shape of their ribbons.
SAME = {"add", "concat"}


def linear(color: str) -> Color:
    value = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: Color) -> Color:
    """CIE L*a*b* of a linear RGB colour, D65."""
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    ratio = (np.array(to_xyz) @ rgb.clip(0, 1)) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(weights @ linear(color)) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", COLOR_BLINDNESS)
def test_that_families_stay_apart_for_the_colour_blind(theme: Theme, kind: str) -> None:
    """Two colours that are 10 apart in L*a*b* are told apart side by side at a glance."""
    seen = {
        family: lab(np.array(COLOR_BLINDNESS[kind]) @ linear(color))
        for family, color in theme.families.items()
    }
    for one, other in combinations(seen, 2):
        apart = float(np.linalg.norm(seen[one] - seen[other]))
        assert apart > 10 or {one, other} == SAME, (one, other, round(apart, 1))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_every_family_has_a_colour_and_none_is_the_waists(theme: Theme) -> None:
    assert set(theme.families) == set(FAMILY_TITLES)
    for color in theme.families.values():
        assert np.linalg.norm(lab(linear(color)) - lab(linear(WAIST))) > 25, color


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_text_reads_on_every_ground(theme: Theme) -> None:
    for ground in (theme.ground, theme.window, theme.raised):
        assert contrast(theme.text, ground) > 7
        assert contrast(theme.secondary, ground) > 4.5
    assert contrast(theme.on_accent, theme.accent) > 4.5
    assert contrast(theme.text, theme.accent_soft) > 7


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_bars_stand_out_from_the_ground_and_carry_their_names(theme: Theme) -> None:
    for family, color in theme.families.items():
        assert contrast(color, theme.ground) > 1.7, family
        assert contrast(text_on(QColor(color)).name(), color) > 2.7, family


def test_that_the_style_sheet_leaves_no_placeholder_and_names_only_icons_that_exist() -> None:
    for theme in (LIGHT, DARK):
        sheet = style_sheet(theme)
        assert "$" not in sheet
        for name in re.findall(r"icons:([\w-]+\.svg)", sheet):
            assert (resource("icons") / name).is_file()


def test_that_applying_a_theme_colours_the_application(qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    assert qapp.palette().window().color().name() == DARK.window.lower()
    apply_theme(qapp, LIGHT)
    assert qapp.palette().window().color().name() == LIGHT.window.lower()


@pytest.mark.usefixtures("qapp")
def test_that_a_setting_overrides_the_system() -> None:
    assert theme_for("dark") is DARK
    assert theme_for("light") is LIGHT
    assert theme_for("system") in (LIGHT, DARK)


@pytest.mark.usefixtures("qapp")
def test_that_an_icon_takes_the_colour_of_the_text() -> None:
    image = icon("play", DARK).pixmap(20, 20).toImage()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert inks == {DARK.text.lower()}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_heat_goes_steadily_away_from_the_ground(theme: Theme) -> None:
    steps = [contrast(heat_color(share / 8, theme).name(), theme.ground) for share in range(9)]
    assert steps == sorted(steps)
    assert heat_color(0.0, theme) == heat_ramp(theme)[0]
    assert heat_color(1.0, theme) == heat_ramp(theme)[-1]
