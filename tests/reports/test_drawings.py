"""Drawings of reports: lengths are the numbers they stand for."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import pytest

from tests.reports.networks import lecture_report
from visualizer.reports.style import ink_on

SVG = "{http://www.w3.org/2000/svg}"
# Numbers in the outputs of the lecture's AlexNet, by the beginning of the drawn bar's tooltip.
WIDTHS = {
    "features.0\n": 64 * 56 * 56, "features.3\n": 192 * 27 * 27, "features.6\n": 384 * 13 * 13,
    "features.5\n": 192 * 13 * 13,
}  # fmt: skip


@cache
def drawing(name: str) -> ElementTree.Element:
    figures = {figure.name: figure.svg for figure in lecture_report().figures}
    return ElementTree.fromstring(figures[name])


def bars(name: str) -> dict[str, ElementTree.Element]:
    """Rectangles by what they say when pointed at."""
    found = ((rect.findtext(f"{SVG}title"), rect) for rect in drawing(name).iter(f"{SVG}rect"))
    return {words: rect for words, rect in found if words}


def test_that_bars_are_as_wide_as_their_tensors() -> None:
    widths = {
        start: float(rect.get("width", "0"))
        for words, rect in bars("silhouette").items()
        for start in WIDTHS
        if words.startswith(start)
    }
    assert widths.keys() == WIDTHS.keys()
    first = widths["features.0\n"] / WIDTHS["features.0\n"]
    for start, numbers in WIDTHS.items():
        assert widths[start] == pytest.approx(first * numbers, abs=0.01)


def test_that_the_waist_is_marked_with_what_passes() -> None:
    texts = [text.text for text in drawing("silhouette").iter(f"{SVG}text")]
    assert "46,656 numbers pass" in texts
    assert "features" in texts  # the title of an open module


def test_that_columns_are_as_high_as_memory_parameters_and_macs() -> None:
    heights = {w: float(rect.get("height", "0")) for w, rect in bars("trends").items()}
    memory = {words: high for words, high in heights.items() if "KB" in words or "MB" in words}
    assert len(memory) == 12  # 5 convolutions, 3 pools and an adaptive one, 3 fully connected
    tallest = max(memory, key=memory.__getitem__)
    assert tallest.startswith("features.0: 784.00 KB")
    conv2 = next(high for words, high in memory.items() if words.startswith("features.3:"))
    assert conv2 / memory[tallest] == pytest.approx(546.75 / 784, abs=1e-3)
    assert any(words.startswith("classifier.1: 37.75 M, 61.8 %") for words in heights)


def test_that_sentences_stand_over_the_charts() -> None:
    texts = {text.text for text in drawing("trends").iter(f"{SVG}text")}
    assert (
        "Fully connected layers hold 96.0 % of the 61.10 M parameters, convolutions 4.0 %." in texts
    )


def test_that_ink_reads_on_every_colour() -> None:
    assert ink_on("#FFFFFF") == "#15181D" and ink_on("#000000") == "#FFFFFF"
    assert ink_on("#3B7DD8") == "#FFFFFF"
