"""Labels: inside bars or beside them, never over each other, never cut."""

from __future__ import annotations

from itertools import combinations

import msgspec
import pytest
from PySide6.QtCore import QRectF

from tests.ui import samples
from visualizer.layout.model import Rect
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.label import Label, short_title, shorter_and_shorter
from visualizer.ui.canvas.labels import place_labels
from visualizer.ui.canvas.picture import Picture

pytestmark = pytest.mark.usefixtures("qapp")

PICTURES = [samples.alexnet, samples.inception, samples.residual, samples.folded_resnet]


def placed(shown: ShownGraph, scale: float = 1.0) -> list[Label]:
    picture = Picture(shown)
    return place_labels(picture, picture.bounds, scale)


@pytest.mark.parametrize("make", PICTURES)
@pytest.mark.parametrize("scale", [2.0, 1.0, 0.6, 0.3, 0.1])
def test_that_no_two_labels_overlap(make: object, scale: float) -> None:
    labels = placed(make(), scale)  # type: ignore[operator]
    for one, other in combinations(labels, 2):
        assert not one.box.intersects(other.box), (one.text, other.text)


@pytest.mark.parametrize("make", PICTURES)
@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_that_no_label_lies_on_another_bar(make: object, scale: float) -> None:
    shown = make()  # type: ignore[operator]
    picture = Picture(shown)
    for label in placed(shown, scale):
        for number, bar in enumerate(picture.bars):
            covers = label.box.intersects(picture.bar_rect(number))
            assert not covers or bar.id == label.item, (label.text, bar.id)


@pytest.mark.parametrize("make", PICTURES)
def test_that_at_full_size_all_names_and_shapes_are_there_and_within_the_scene(
    make: object,
) -> None:
    shown = make()  # type: ignore[operator]
    labels = placed(shown)
    bounds = shown.placement.bounds
    scene = QRectF(bounds.x, bounds.y, bounds.width, bounds.height)
    texts = {(label.item, label.text) for label in labels}
    for bar in shown.bars:
        assert {(bar.id, bar.label), (bar.id, bar.detail)} <= texts
    assert all(scene.contains(label.box) for label in labels)


def test_that_a_wide_bar_has_its_name_inside_and_a_thin_one_beside() -> None:
    roles = {(label.item, label.role) for label in placed(samples.alexnet())}
    assert ("conv1", "inside") in roles
    assert ("fc8", "name") in roles


def test_that_text_keeps_a_steady_size_on_the_screen_from_far_away() -> None:
    for scale in (0.5, 0.25, 0.1):
        heights = {label.box.height() * scale for label in placed(samples.alexnet(), scale)}
        assert all(height == pytest.approx(13.0 * 10 / 11) for height in heights)


def test_that_a_name_without_enough_room_is_elided_in_the_middle() -> None:
    board = samples.Board("narrow", 1000)
    board.bar("first", "conv", 20, "1×1", 0, 0, "a_long_name_that_needs_some_room")
    board.bar("second", "conv", 1000, "", 380, 0, "x")
    (label,) = [label for label in placed(board.shown()) if label.item == "first"]
    assert label.text.startswith("a_long")
    assert "…" in label.text
    assert label.text.endswith("room")
    assert label.box.right() <= 380 - 210


def test_that_a_name_gives_up_its_last_words_before_its_middle() -> None:
    board = samples.Board("narrow", 1000)
    board.bar("first", "conv", 20, "1×1", 0, 0, "branch1 1×1 + relu and more")
    board.bar("second", "conv", 1000, "", 320, 0, "x")
    (label,) = [label for label in placed(board.shown()) if label.item == "first"]
    assert "branch1 1×1 + relu and more".startswith(label.text)
    assert label.text.split(" ")[-1] in {"1×1", "relu", "and"}


def test_that_a_name_keeps_the_number_of_its_call() -> None:
    assert shorter_and_shorter("add #6 + relu") == ("add #6 + relu", "add #6")
    assert shorter_and_shorter("0 #2 · Conv2d 3×3")[-2:] == ("0 #2 · Conv2d", "0 #2")
    assert short_title("block #2 · Bottleneck") == "block #2"
    assert short_title("0 #2 · Bottleneck") == "0 #2 · Bottleneck"


def test_that_a_frame_seen_from_far_is_named_beside_it() -> None:
    board = samples.Board("far", 1000)
    board.bar("op", "conv", 1000, "", 0, 100)
    board.group("block", "block 1", Rect(-220, 50, 440, 200))
    tags = [label for label in placed(board.shown(), 0.2) if label.role == "tag"]
    assert [tag.text for tag in tags] == ["block 1"]
    assert tags[0].box.right() < -220


def test_that_a_crowd_names_only_folded_modules() -> None:
    shown = samples.long_chain(2500, columns=50)
    assert placed(shown, 0.05) == []


def nested() -> samples.Board:
    """A group in a group whose left edges almost meet, as stages in a backbone."""
    board = samples.Board("nested", 1000)
    board.bar("op", "conv", 1000, "64×7×7", 0, 140)
    board.group("body", "body · Backbone", Rect(-240, 40, 480, 300))
    board.group("body.0", "0 · Stage", Rect(-230, 60, 460, 200))
    return board


def test_that_a_title_far_away_leaves_out_the_type_unless_its_name_is_a_number() -> None:
    tags = [label.text for label in placed(nested().shown(), 0.3) if label.role == "tag"]
    assert tags == ["body", "0 · Stage"]


def test_that_an_inner_title_stands_left_of_the_frames_around_with_a_line_to_its_own() -> None:
    _, inner = (label for label in placed(nested().shown(), 0.3) if label.role == "tag")
    assert inner.box.right() < -240
    assert inner.leader == -230
    assert 60 <= inner.box.center().y() <= 260


def test_that_a_title_beside_another_frame_goes_to_the_right() -> None:
    board = samples.Board("beside", 1000)
    board.bar("left", "conv", 500, "", -300, 100)
    board.bar("right", "conv", 500, "", 0, 100)
    board.group("one", "one", Rect(-420, 50, 240, 200))
    board.group("two", "two", Rect(-120, 50, 240, 200))
    tags = {label.item: label.box for label in placed(board.shown(), 0.2) if label.role == "tag"}
    assert tags["one"].right() < -420
    assert tags["two"].left() > 120


def test_that_titles_do_not_give_way_to_names_of_bars() -> None:
    board = samples.Board("crowded", 1000)
    board.bar("far", "conv", 20, "", -600, 100, "a_name_that_reaches_over_to_the_group")
    board.bar("op", "conv", 1000, "", 0, 100)
    board.group("block", "block", Rect(-220, 95, 440, 200))
    texts = {label.item: label.text for label in placed(board.shown(), 0.3)}
    assert texts["block"] == "block"
    assert texts.get("far") != "a_name_that_reaches_over_to_the_group"


def _side_by_side_in_frames() -> ShownGraph:
    """Three frames in a row with a bar each, drawn out to three times the height."""
    board = samples.Board("frames", 100_000)
    for number, middle in enumerate((100.0, 340.0, 580.0)):
        frame = Rect(middle - 100, 0.0, 200.0, 300.0)
        board.group(f"g{number}", f"fig{number} · PoolThenConv", frame)
        board.bar(
            f"g{number}.conv", "conv", 20_000, "640×17×17", middle, 160.0, "conv 3×3/2 + relu"
        )
    shown = board.shown()
    return msgspec.structs.replace(
        shown, placement=msgspec.structs.replace(shown.placement, stretch=3.0)
    )


@pytest.mark.parametrize("scale", [1.0, 0.6, 0.5])
def test_that_in_a_picture_of_few_rows_every_bar_and_frame_is_named_in_its_own_frame(
    scale: float,
) -> None:
    shown = _side_by_side_in_frames()
    picture = Picture(shown)
    labels = placed(shown, scale)
    for group in shown.groups:
        frame = picture.rect_of(group.id)
        inside = [label for label in labels if label.item.partition(".")[0] == group.id]
        assert {"title", "name"} <= {label.role for label in inside}
        assert frame is not None and all(frame.contains(label.box) for label in inside)
