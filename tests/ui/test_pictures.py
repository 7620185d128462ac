"""Drawings of a dozen networks, in both themes, look as they did when they were looked at.

After a change that is meant: `pytest tests/ui/test_pictures.py --regenerate-pictures`, and look
at every picture in tests/golden/pictures before it is committed.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui import pictures, samples
from visualizer.session.shown import Flow
from visualizer.ui.theme import DARK, LIGHT, Theme

pytestmark = pytest.mark.usefixtures("qapp")

NETWORKS = (
    "alexnet", "vgg16", "googlenet", "resnet50", "densenet121", "mobilenet_v2", "inception_v3",
    "vit_b_16", "swin_t", "fcn_resnet50", "unet", "paper:fig10", "lecture:alexnet-2012",
)  # fmt: skip
TO_THE_RIGHT = ("googlenet", "unet")
DRAWINGS: tuple[tuple[str, Flow], ...] = (
    *((source, "down") for source in NETWORKS),
    *((source, "right") for source in TO_THE_RIGHT),
)
THEMES = {"light": LIGHT, "dark": DARK}
MOST_MEAN = 1.5
MOST_SHARE = 0.01
MOST_BYTES = 60_000


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("source", "flow"), DRAWINGS)
def test_that_a_network_looks_as_it_did(
    source: str, flow: Flow, theme: str, request, tmp_path
) -> None:
    pixels = pictures.painted(pictures.shown(source, flow), THEMES[theme])
    turned = "-right" if flow == "right" else ""
    path = pictures.reference(f"{source.replace(':', '-')}{turned}-{theme}")
    if request.config.getoption("--regenerate-pictures"):
        pictures.keep(pixels, path)
    assert path.stat().st_size < MOST_BYTES
    before = pictures.kept(path)
    drawn = tmp_path / path.name
    pictures.keep(pixels, drawn)
    assert pixels.shape == before.shape, f"{path.name} had another size; it is now {drawn}"
    found = pictures.difference(pixels, before)
    assert found.mean < MOST_MEAN and found.share < MOST_SHARE, f"{path.name} is now {drawn}"


def test_that_a_moved_bar_would_be_noticed() -> None:
    pixels = pictures.painted(samples.alexnet(), LIGHT)
    moved = np.roll(pixels, 4, axis=0)
    found = pictures.difference(pixels, moved)
    assert found.mean > MOST_MEAN and found.share > MOST_SHARE


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_that_few_colours_are_enough(theme: Theme, tmp_path) -> None:
    pixels = pictures.painted(samples.inception(), theme)
    pictures.keep(pixels, tmp_path / "few.png")
    found = pictures.difference(pixels, pictures.kept(tmp_path / "few.png"))
    assert found.mean < MOST_MEAN / 2 and found.share < MOST_SHARE / 2
