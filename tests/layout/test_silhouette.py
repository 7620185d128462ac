"""The look: straight spines, skips in lanes, parts side by side, balanced branches."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.layout.requests import bar, chain, group, request, residual_block
from visualizer.layout.model import LayoutEdge, LayoutItem, LayoutRequest, Placement, Span
from visualizer.layout.placement import LayoutError, lay_out

ALEXNET = (272.0, 353.0, 82.0, 246.0, 57.0, 114.0, 76.0, 76.0, 16.0, 7.0, 7.0, 3.0)


def route(asked: LayoutRequest, placement: Placement, source: str, target: str) -> tuple[Span, ...]:
    """The path of the ribbon from one bar to another."""
    pairs = [(edge.source, edge.target) for edge in asked.edges]
    return placement.routes[pairs.index((source, target))].spans


def test_that_a_chain_is_exactly_straight() -> None:
    placement = lay_out(chain(*ALEXNET))
    centers = [rect.center for rect in placement.bars.values()]
    assert centers == pytest.approx([centers[0]] * len(ALEXNET), abs=1e-9)


def test_that_a_ribbon_goes_from_full_bar_to_full_bar() -> None:
    asked = chain(272.0, 353.0)
    placement = lay_out(asked)
    first, last = route(asked, placement, "n0", "n1")
    assert (first.right - first.left, last.right - last.left) == pytest.approx((272.0, 353.0))


def test_that_a_chain_through_nested_groups_is_straight_too() -> None:
    items = [
        bar("in", 90), group("a"), bar("a.x", 200, "a"), group("a.b", "a"), bar("a.b.x", 20, "a.b"),
        bar("out", 60),
    ]  # fmt: skip
    asked = request(items, [("in", "a.x"), ("a.x", "a.b.x"), ("a.b.x", "out")])
    placement = lay_out(asked)
    centers = [rect.center for rect in placement.bars.values()]
    assert centers == pytest.approx([centers[0]] * 4)
    assert [
        round(span.right - span.left, 6) for span in route(asked, placement, "a.b.x", "out")
    ] == [
        20.0,
        20.0,
        60.0,
    ]


def test_that_a_skip_runs_beside_what_it_bypasses_with_its_full_width() -> None:
    asked = residual_block(width=180.0)
    placement = lay_out(asked)
    bypassed = [placement.bars[name] for name in "abc"]
    foot, lane_top, lane_bottom, head = route(asked, placement, "x", "add")
    assert (lane_top.left, lane_top.right) == (lane_bottom.left, lane_bottom.right)
    assert lane_top.right - lane_top.left == pytest.approx(180.0)
    assert lane_top.left > max(rect.right for rect in bypassed)
    assert lane_top.y <= bypassed[0].y and lane_bottom.y >= bypassed[-1].bottom
    assert (head.left, head.right) == pytest.approx(
        (placement.bars["add"].x, placement.bars["add"].right)
    )
    assert foot.y == pytest.approx(placement.bars["x"].bottom)


def test_that_a_skip_leaves_the_spine_straight() -> None:
    placement = lay_out(residual_block())
    centers = [rect.center for rect in placement.bars.values()]
    assert centers == pytest.approx([centers[0]] * 5)


def test_that_nested_skips_lie_around_each_other() -> None:
    names = [f"n{k}" for k in range(8)]
    pairs = list(pairwise(names))
    asked = request(
        [bar(name, 40) for name in names], [*pairs, ("n0", "n7"), ("n1", "n6"), ("n2", "n5")]
    )
    placement = lay_out(asked)
    lanes = [route(asked, placement, f"n{k}", f"n{7 - k}")[1] for k in range(3)]
    assert lanes[0].left > lanes[1].right and lanes[1].left > lanes[2].right


def test_that_distant_readers_of_one_tensor_share_a_lane() -> None:
    names = [f"n{k}" for k in range(6)]
    pairs = list(pairwise(names))
    asked = request([bar(name, 40) for name in names], [*pairs, ("n0", "n3"), ("n0", "n5")])
    placement = lay_out(asked)
    near, far = route(asked, placement, "n0", "n3")[1], route(asked, placement, "n0", "n5")[1]
    assert (near.left, near.right, near.y) == (far.left, far.right, far.y)


def test_that_equal_branches_are_symmetric_about_the_spine() -> None:
    items = [LayoutItem(name, "", 50.0, 14.0) for name in ("s", "l", "m", "r", "j")]
    asked = request(items, [("s", b) for b in "lmr"] + [(b, "j") for b in "lmr"])
    bars = lay_out(asked).bars
    spine = bars["s"].center
    assert bars["m"].center == pytest.approx(spine) and bars["j"].center == pytest.approx(spine)
    assert spine - bars["l"].center == pytest.approx(bars["r"].center - spine, abs=0.2)


def test_that_a_branch_of_several_layers_is_one_straight_column() -> None:
    items = [
        bar(n, w) for n, w in (("s", 90), ("a", 30), ("b", 70), ("c", 20), ("p", 80), ("j", 90))
    ]
    asked = request(items, [("s", "a"), ("a", "b"), ("b", "c"), ("c", "j"), ("s", "p"), ("p", "j")])
    bars = lay_out(asked).bars
    assert bars["a"].center == pytest.approx(bars["b"].center) == pytest.approx(bars["c"].center)


def test_that_concat_parts_are_proportional_and_in_the_order_of_their_branches() -> None:
    items = [bar("s", 90), bar("a", 10), bar("b", 30), bar("cat", 80, stacks=True)]
    asked = request(items, [("s", "a"), ("s", "b"), ("a", "cat"), ("b", "cat")])
    placement = lay_out(asked)
    cat = placement.bars["cat"]
    ends = {name: route(asked, placement, name, "cat")[-1] for name in "ab"}
    assert (ends["a"].right - ends["a"].left, ends["b"].right - ends["b"].left) == pytest.approx(
        (20, 60)
    )
    first, second = ("a", "b") if placement.bars["a"].x < placement.bars["b"].x else ("b", "a")
    assert ends[first].left == pytest.approx(cat.x)
    assert ends[second].right == pytest.approx(cat.right)


def test_that_an_adds_inputs_overlap_on_its_whole_bar() -> None:
    items = [bar("s", 90), bar("a", 10), bar("b", 30), bar("add", 80)]
    asked = request(items, [("s", "a"), ("s", "b"), ("a", "add"), ("b", "add")])
    placement = lay_out(asked)
    add = placement.bars["add"]
    for name in "ab":
        head = route(asked, placement, name, "add")[-1]
        assert (head.left, head.right) == pytest.approx((add.x, add.right))


def test_that_a_splits_outputs_leave_side_by_side() -> None:
    items = (bar("split", 80), bar("a", 40), bar("b", 40))
    asked = LayoutRequest(
        1, items, (LayoutEdge("split", "a", "split:0", 40), LayoutEdge("split", "b", "split:1", 40))
    )
    placement = lay_out(asked)
    feet = sorted((r.spans[0].left, r.spans[0].right) for r in placement.routes)
    split = placement.bars["split"]
    assert feet[0] == pytest.approx((split.x, split.center))
    assert feet[1] == pytest.approx((split.center, split.right))


def test_that_a_wide_stream_goes_straight_past_a_thin_gate() -> None:
    items = [bar("x", 200), bar("pool", 3), bar("fc", 3), bar("mul", 200)]
    asked = request(items, [("x", "pool"), ("pool", "fc"), ("fc", "mul"), ("x", "mul")])
    placement = lay_out(asked)
    middle = placement.bars["x"].center
    for span in route(asked, placement, "x", "mul"):
        assert (span.left + span.right) / 2 == pytest.approx(middle, abs=4.0)
    assert placement.bars["mul"].center == pytest.approx(middle)


def test_that_a_constant_stands_above_its_reader() -> None:
    names = ["in", "a", "b", "c", "d", "mask"]
    asked = request(
        [bar(name) for name in names],
        [("in", "a"), ("a", "b"), ("b", "c"), ("c", "d"), ("mask", "d")],
    )
    bars = lay_out(asked).bars
    assert bars["mask"].y == pytest.approx(bars["c"].y)


def test_that_the_thinner_of_two_ribbons_becomes_the_long_one() -> None:
    def rows_down(narrow: float) -> tuple[float, float]:
        names = [
            ("s", 100.0),
            ("a", 50.0),
            ("b", 50.0),
            ("c", 50.0),
            ("side", narrow),
            ("j", 100.0),
        ]
        pairs = [("s", "a"), ("a", "b"), ("b", "c"), ("c", "j"), ("s", "side"), ("side", "j")]
        bars = lay_out(request([bar(*n) for n in names], pairs)).bars
        return bars["side"].y - bars["s"].y, bars["j"].y - bars["side"].y

    above, below = rows_down(narrow=10.0)
    assert above < below
    above, below = rows_down(narrow=300.0)
    assert above > below


def test_that_a_tall_group_hangs_beside_the_rows_of_the_other_branch() -> None:
    branch = [bar(f"n{k}") for k in range(6)]
    inner = [group("g"), *(bar(f"g.{k}", 60, "g") for k in range(3))]
    asked = request(
        [bar("s"), *branch, *inner, bar("j")],
        [("s", "n0"), *((f"n{k}", f"n{k + 1}") for k in range(5)), ("n5", "j"),
         ("s", "g.0"), ("g.0", "g.1"), ("g.1", "g.2"), ("g.2", "j")],
    )  # fmt: skip
    placement = lay_out(asked)
    steps = [placement.bars[f"n{k + 1}"].y - placement.bars[f"n{k}"].y for k in range(5)]
    assert max(steps) < placement.groups["g"].height / 2


def test_that_a_frame_is_wide_enough_for_its_title() -> None:
    placement = lay_out(request([group("g", title_width=300.0), bar("g.x", 10, "g")], []))
    assert placement.groups["g"].width >= 300.0


def test_that_folding_elsewhere_leaves_a_group_as_it_is() -> None:
    def inside(other_open: bool) -> list[tuple[float, float]]:
        first = (
            [group("f"), bar("f.x", 300, "f"), bar("f.y", 20, "f")]
            if other_open
            else [bar("f", 30)]
        )
        last = "f.y" if other_open else "f"
        block = residual_block()
        items = [group("g"), *(bar(f"g.{i.id}", i.width, "g") for i in block.items)]
        pairs = [("f.x", "f.y")] if other_open else []
        pairs += [(f"g.{e.source}", f"g.{e.target}") for e in block.edges] + [(last, "g.x")]
        placement = lay_out(request([*first, *items], pairs))
        frame = placement.groups["g"]
        return [
            (rect.x - frame.x, rect.y - frame.y)
            for name, rect in placement.bars.items()
            if name.startswith("g.")
        ]

    flat_open = [value for corner in inside(other_open=True) for value in corner]
    flat_folded = [value for corner in inside(other_open=False) for value in corner]
    assert flat_open == pytest.approx(flat_folded)


def test_that_a_thousand_nested_skips_stay_within_a_bundle() -> None:
    count = 2000
    names = [f"n{k}" for k in range(count)]
    pairs = list(pairwise(names))
    pairs += [(names[k], names[count - 1 - k]) for k in range(count // 2 - 1)]
    asked = request([bar(name, 60) for name in names], pairs)
    placement = lay_out(asked)
    assert placement.bounds.width < 2000
    lane = route(asked, placement, "n0", f"n{count - 1}")[1]
    assert lane.right - lane.left == pytest.approx(60.0)


def test_that_nothing_to_draw_is_an_empty_picture() -> None:
    placement = lay_out(LayoutRequest(3, (), ()))
    assert placement.run == 3 and placement.bars == {} and placement.routes == ()


@pytest.mark.parametrize(
    ("items", "pairs", "message"),
    [
        ([bar("a", parent="g")], [], "no group before it"),
        ([bar("a"), bar("a")], [], "two items are called 'a'"),
        ([bar("a"), bar("b")], [("a", "b"), ("b", "a")], "in a circle"),
    ],
)
def test_that_a_request_that_makes_no_sense_is_refused(
    items: list[LayoutItem], pairs: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(LayoutError, match=message):
        lay_out(request(items, pairs))


def test_that_an_edge_must_join_bars() -> None:
    items = (group("g"), bar("a", parent="g"))
    with pytest.raises(LayoutError, match="does not join two bars"):
        lay_out(LayoutRequest(1, items, (LayoutEdge("a", "g", "a:0", 3.0),)))


def test_that_streams_from_one_group_to_another_do_not_cross() -> None:
    """Two streams at two resolutions, group after group, as in HRNet."""
    items = [bar("in")]
    pairs = [("in", "a.0"), ("in", "a.1")]
    for name, after in (("a", "b"), ("b", "c"), ("c", "")):
        items += [group(name), bar(f"{name}.0", 40, name), bar(f"{name}.1", 20, name)]
        pairs += [(f"{name}.{k}", f"{after}.{k}") for k in (0, 1) if after]
    bars = lay_out(request(items, pairs)).bars
    assert all(bars[f"{name}.0"].right < bars[f"{name}.1"].x for name in "abc")


def test_that_dense_inputs_arrive_in_the_order_of_their_lanes() -> None:
    """What was made last comes straight down at the left, the oldest from the outermost lane."""
    names = [f"n{k}" for k in range(4)]
    items = [bar(name, 40) for name in names]
    items += [group("g"), bar("g.cat", 160, "g", stacks=True)]
    asked = request(items, [*pairwise(names), *((name, "g.cat") for name in names)])
    placement = lay_out(asked)
    heads = [route(asked, placement, name, "g.cat")[-1].left for name in names]
    assert heads == sorted(heads, reverse=True)


def test_that_the_trunk_stays_straight_beside_an_open_head_that_leads_nowhere() -> None:
    items = [
        bar("x", 100), bar("a", 100), group("head"), bar("pool", 40, "head"), bar("fc", 3, "head"),
        bar("b", 100), bar("c", 100), bar("d", 100),
    ]  # fmt: skip
    pairs = [("x", "a"), ("a", "pool"), ("pool", "fc"), ("a", "b"), ("b", "c"), ("c", "d")]
    placement = lay_out(request(items, pairs))
    trunk = [placement.bars[name].center for name in "xabcd"]
    assert trunk == pytest.approx([trunk[0]] * 5, abs=1.0)
