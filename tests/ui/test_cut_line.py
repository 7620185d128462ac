"""The line and the numbers of a selected cut keep clear of what is not part of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from tests.ui import samples
from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.cut_line import _clear_of_others, _text_and_box
from visualizer.ui.theme import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")


def _marked(content: Content, bar: str) -> CutMark:
    rect = content.picture.rect_of(bar)
    assert rect is not None
    text = "72,128 numbers pass · β 0.767 · ν 0.442"
    return CutMark(rect.center().y(), (bar,), text, "72,128 numbers pass", False)


@pytest.mark.parametrize("bar", ["conv1", "pool2", "fc6"])
@pytest.mark.parametrize("scale", [1.0, 0.6])
def test_that_a_cuts_numbers_hide_no_bar_and_no_name(bar: str, scale: float) -> None:
    content = Content.of(samples.alexnet(), LIGHT)
    view = QTransform.fromScale(scale, scale)
    room = view.mapRect(content.extent(scale)).adjusted(-20, -20, 160, 20)
    _, box = _text_and_box(content, _marked(content, bar), view, room)
    assert room.contains(box)
    taken = [content.picture.bar_rect(number) for number in range(len(content.picture.bars))]
    taken += [label.box for label in content.texts.labels(content.extent(scale), scale)]
    assert not any(view.mapRect(rect).intersects(box) for rect in taken)


def test_that_the_line_breaks_off_where_it_passes_bars_of_no_cut() -> None:
    content = Content.of(samples.inception(), LIGHT)
    first, *others = _side_by_side(content)
    clear = _clear_of_others(content, _marked(content, first), content.picture.bounds, 1.0)
    for name in others:
        rect = content.picture.rect_of(name)
        assert rect is not None and not clear.contains(rect.center())
    own = content.picture.rect_of(first)
    assert own is not None and clear.contains(own.center())


def _side_by_side(content: Content) -> list[str]:
    """Bars at one height, the most that there are."""
    rows: dict[float, list[str]] = {}
    for bar in content.picture.bars:
        rect = content.picture.rect_of(bar.id) or QRectF()
        rows.setdefault(rect.center().y(), []).append(bar.id)
    return max(rows.values(), key=len)


def test_that_what_is_brought_into_view_includes_its_name() -> None:
    content = Content.of(samples.alexnet(), LIGHT)
    rect = content.named_rect(("fc8",), 1.0)
    labels = [label for label in content.texts.labels(rect, 1.0) if label.item == "fc8"]
    assert labels and all(rect.contains(label.box) for label in labels)
    assert content.named_rect(("gone",), 1.0).isNull()
