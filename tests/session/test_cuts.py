"""Where cuts stand on the canvas, and the one selected cut."""

from itertools import pairwise
from queue import Queue

import pytest

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph, Module, Node, TensorRef, TensorSpec
from visualizer.layout.model import Rect
from visualizer.layout.placement import lay_out
from visualizer.session.cuts import CutController, cut_label, cut_mark, cut_of, cut_places, waists
from visualizer.session.narrowing import NarrowingController
from visualizer.session.network import narrowing_of, open_network
from visualizer.session.resolve import draft
from visualizer.session.state import SessionState
from visualizer.sources import parse_source

INPUT, INSIDE, CAT, LAST = range(4)


def conv(name, channels, reads, kernel=1, dtype="float32"):
    scope = ("block",) if name.startswith("block") else ()
    return Node(
        name, "conv2d", name, "Conv2d", 1, (TensorRef(reads),),
        (TensorSpec((1, channels, 8, 8), dtype),), {"kernel_size": (kernel, kernel)}, scope=scope,
    )  # fmt: skip


def branches(dtype="float32"):
    """Two branches, each squeezed by a 1x1 (64 and 128 numbers of 512), joined to 512, then 1024.

    The narrowest cut is inside the branches: 64 + 128 = 192 numbers.
    """
    cat = (TensorRef("block.a2"), TensorRef("block.b2"))
    graph = LayerGraph(
        "branches",
        (
            Node("input", "input", outputs=(TensorSpec((1, 8, 8, 8)),)),
            conv("block.a1", 1, "input"),
            Node("block.relu", "relu", "block.relu", "ReLU", 1, (TensorRef("block.a1"),),
                 (TensorSpec((1, 1, 8, 8)),), scope=("block",)),
            conv("block.a2", 4, "block.relu", 3),
            conv("block.b1", 2, "input", dtype=dtype),
            conv("block.b2", 4, "block.b1", 3),
            Node("block.cat", "cat", "", "", 1, cat, (TensorSpec((1, 8, 8, 8)),), {"dim": 1},
                 scope=("block",)),
            conv("last", 16, "block.cat", 3),
        ),
        (TensorRef("last"),),
        modules=(Module("block", "Branches"),),
    )  # fmt: skip
    return open_network(ModelLoaded(1, parse_source("branches"), (), graph, "", False))


@pytest.fixture
def network():
    return branches()


@pytest.fixture
def narrowing(network):
    return narrowing_of(network)


def drawn(network, expanded):
    """Places of the cuts, and the bars of the picture."""
    drafted = draft(network, frozenset(expanded), "linear", True, 1)
    bars = lay_out(drafted.request).bars
    profile = narrowing_of(network).profile
    return cut_places(profile, drafted.folded.shown_as.get, bars), bars


def middle(rect):
    return rect.y + rect.height / 2


# --------------------------------------------------------------------------- places


def test_that_the_cut_of_one_tensor_stands_in_the_middle_of_its_bar(network):
    places, bars = drawn(network, {"block"})
    for number, bar in ((INPUT, "input"), (CAT, "block.cat"), (LAST, "last")):
        assert places[number].y == pytest.approx(middle(bars[bar]))
        assert places[number].bars == (bar,)


def test_that_a_cut_inside_branches_stands_between_their_bars(network):
    places, bars = drawn(network, {"block"})
    assert set(places[INSIDE].bars) == {"block.a1", "block.b1"}
    assert places[INSIDE].y == pytest.approx(
        (middle(bars["block.a1"]) + middle(bars["block.b1"])) / 2
    )
    left, right = places[INSIDE].bars
    assert bars[left].center < bars[right].center


def test_that_cuts_folded_into_one_bar_are_spread_in_order_over_its_height(network):
    places, bars = drawn(network, set())
    bar = bars["block"]
    assert places[INSIDE].bars == places[CAT].bars == ("block",)
    assert places[INSIDE].y == pytest.approx(bar.y + bar.height / 4)
    assert places[CAT].y == pytest.approx(bar.y + 3 * bar.height / 4)


@pytest.mark.parametrize("expanded", [set(), {"block"}])
def test_that_a_later_cut_never_stands_higher(network, expanded):
    places, _ = drawn(network, expanded)
    assert all(above.y < below.y for above, below in pairwise(places))


def test_that_a_layout_out_of_order_still_gives_heights_in_order(narrowing):
    upside_down = {
        "input": Rect(0, 90, 10, 10), "block.cat": Rect(0, 30, 10, 10), "last": Rect(0, 0, 10, 10),
    }  # fmt: skip
    places = cut_places(narrowing.profile, lambda node: node, upside_down)
    assert [place.y for place in places] == [95, 95, 95, 95]


def test_that_a_cut_that_is_not_drawn_stands_where_the_one_before_it_does(narrowing):
    bars = {"input": Rect(0, 0, 10, 10), "last": Rect(0, 50, 10, 10)}
    places = cut_places(narrowing.profile, lambda node: node, bars)
    assert [place.y for place in places] == [5, 5, 5, 55]
    assert places[INSIDE].bars == ()


# --------------------------------------------------------------------------- words and marks


def test_that_a_cut_is_told_with_its_ratios(narrowing):
    # 192 of the input's 512, and of the 1,024 that are computed afterwards
    assert cut_label(narrowing.profile, INSIDE) == "192 numbers pass · β 0.375 · ν 0.188"
    assert cut_label(narrowing.profile, LAST) == "1,024 numbers pass · β 5.33"


def test_that_bytes_are_told_as_bytes(network):
    in_bytes = narrowing_of(network, "bytes").profile
    assert cut_label(in_bytes, INSIDE).startswith("768 bytes pass")  # 192 numbers of 4 bytes


def test_that_all_tensors_of_a_waist_are_marked_together(network, narrowing):
    places, _ = drawn(network, {"block"})
    (waist,) = waists(narrowing, places)
    assert set(waist.bars) == {"block.a1", "block.b1"} and waist.warned
    assert waist.short == "192 numbers pass"
    assert not cut_mark(narrowing, CAT, places[CAT]).warned


# --------------------------------------------------------------------------- the selected cut


def test_that_the_layer_where_branches_meet_is_explained_for_the_selected_cut(narrowing):
    inside, met = (narrowing.explained("block.cat", cut) for cut in (INSIDE, CAT))
    assert inside.is_bottleneck and inside.finding.cut == INSIDE
    assert inside.text.startswith(inside.finding.title) and "192 numbers" in inside.text
    assert met.finding is None and "512 numbers" in met.text
    assert narrowing.explained("last", INSIDE) == narrowing.explained("last")


@pytest.fixture
def state(network, narrowing):
    state = SessionState()
    state.controller = CutController(state)
    state.network, state.narrowing = network, narrowing
    return state


def test_that_choosing_a_cut_selects_the_layer_that_stands_for_it(state):
    state.controller.choose(INSIDE)
    assert (state.cut, state.selection) == (INSIDE, "block.cat")


def test_that_clearing_takes_the_cut_and_its_layer_away(state):
    state.controller.choose(INSIDE)
    state.controller.clear()
    assert (state.cut, state.selection) == (None, "")


def test_that_a_cut_that_does_not_exist_changes_nothing(state):
    state.controller.choose(LAST)
    state.controller.choose(99)
    assert state.cut == LAST
    state.narrowing = None
    state.controller.choose(INPUT)
    assert (state.cut, state.selection) == (None, "last")


def test_that_selecting_a_layer_selects_the_cut_it_belongs_to(state):
    for item, cut in (
        ("last", LAST), ("block.b1", INSIDE), ("block.relu", INSIDE), ("block.a2", None),
        ("input", INPUT), ("block", None), ("last", LAST), ("", None),
    ):  # fmt: skip
        state.selection = item
        assert state.cut == cut, item


def test_that_the_layer_where_branches_meet_keeps_the_cut_that_was_chosen(state):
    state.controller.choose(CAT)
    assert (state.cut, state.selection) == (CAT, "block.cat")
    state.controller.choose(INSIDE)
    assert state.cut == INSIDE


def test_that_a_cut_found_narrow_stands_for_the_layer_where_its_branches_meet(narrowing):
    found = narrowing.findings
    assert cut_of(narrowing.profile, found, "block.cat") == INSIDE
    assert cut_of(narrowing.profile, found, "block.cat", CAT) == CAT
    assert cut_of(narrowing.profile, (), "block.cat") == CAT


def test_that_a_selection_made_before_the_profile_is_there_finds_its_cut(network, narrowing):
    state = SessionState()
    controller = CutController(state)
    state.network, state.selection = network, "last"
    assert state.cut is None
    state.narrowing = narrowing
    assert state.cut == LAST
    del controller


def test_that_the_same_tensors_stay_selected_in_another_profile(state, network):
    state.controller.choose(CAT)
    state.narrowing = narrowing_of(network, "bytes")
    assert state.cut == CAT
    state.narrowing = None
    assert state.cut is None


# --------------------------------------------------------------------------- numbers or bytes


def narrowed(network):
    """A state whose profile is there, what keeps it, and how to take the next answer."""
    state, answers = SessionState(), Queue()
    controller = NarrowingController(state, answers.put)

    def take():
        controller.arrived(answers.get(timeout=60))

    state.network = network
    take()
    return state, controller, take


def test_that_the_profile_is_counted_anew_in_another_unit(network):
    state, controller, take = narrowed(network)
    state.cut_unit = "bytes"
    assert state.narrowing.profile.unit == "numbers" and controller.busy
    take()
    assert [cut.width for cut in state.narrowing.profile.cuts] == [2048, 768, 2048, 4096]
    assert not controller.busy
    controller.close()


def test_that_an_unknown_dtype_is_told_once_and_numbers_stay():
    state, controller, take = narrowed(branches(dtype="mystery"))
    said = []
    state.events.message.connect(said.append)
    state.cut_unit = "bytes"
    take()
    assert state.cut_unit == "numbers" and state.narrowing.profile.unit == "numbers"
    assert [message.text for message in said] == [
        "Cuts stay in numbers: the size of dtype mystery is unknown."
    ]
    assert not controller.busy
    controller.close()


def test_that_a_unit_taken_back_at_once_leaves_the_profile_alone(network):
    state, controller, take = narrowed(network)
    before = state.narrowing
    state.cut_unit = "bytes"
    state.cut_unit = "numbers"
    take()
    assert state.narrowing is before and not controller.busy
    controller.close()
