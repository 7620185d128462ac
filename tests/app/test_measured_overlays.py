"""Measured overlays in the real window, with its real worker."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

_FACTORY = """
from torch import nn

def build():
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 8, 1),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
"""


@pytest.fixture
def small(opened, tmp_path):
    """A network that is run in a moment."""
    path = tmp_path / "net.py"
    path.write_text(_FACTORY)
    application = opened(f"{path}:build")
    yield application
    application.session.state.overlay = "none"


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "noise.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path)
    return str(path)


def choose(application, settle, overlay):
    """As a person does: in the toolbar."""
    box = application.window.toolbar.overlay
    box.setCurrentIndex(box.findData(overlay))
    box.activated.emit(box.currentIndex())
    settle()


def test_that_measured_time_colours_every_op_and_the_log_says_how_it_adds_up(small, settle):
    choose(small, settle, "time")
    marks = small.window.canvas.marks
    assert marks.legend.startswith("Measured time on cpu, median of")
    assert marks.high.endswith(" ms") and marks.low == "0 ms"
    known = {item for item, color in marks.colors.items() if color is not None}
    assert known == {str(number) for number in range(6)} - hosted(small)
    assert "a pass of which nothing is measured takes" in small.window.log.text()


def hosted(application):
    """Ops that are drawn with the one before them."""
    return set(application.session.state.network.hosts)


def test_that_effective_rank_waits_for_a_picture_and_greys_what_cannot_be_told(
    small, settle, picture
):
    choose(small, settle, "rank")
    assert "open one" in small.session.state.message.text
    assert small.window.canvas.marks.legend.endswith("not measured yet")
    small.session.live.run(picture)
    settle()
    marks = small.window.canvas.marks
    assert marks.legend == "Effective rank ÷ channels"
    assert marks.colors["2"] is not None and marks.colors["5"] is None


def tooltip(application, item):
    """What rests below the mouse over a bar."""
    canvas = application.window.canvas
    return canvas.tooltip(
        canvas.viewportTransform().map(canvas.content.picture.rect_of(item).center())
    )


def test_that_tooltips_say_what_was_measured_of_an_op_whatever_colours_it(small, settle, picture):
    assert "Measured time" not in tooltip(small, "0")
    choose(small, settle, "time")
    small.session.live.run(picture)
    choose(small, settle, "rank")
    choose(small, settle, "none")
    times, ranks = small.session.state.times, small.session.state.ranks
    share = 100 * times.seconds["2"] / sum(times.seconds.values())
    assert f" ms, {share:.3g} % of all ops" in tooltip(small, "2")
    assert f"Effective rank ÷ channels: {ranks.shares['2']:.2f}" in tooltip(small, "2")
    assert "Effective rank" not in tooltip(small, "5")
