"""A second network beside the open one: asked for, worked out, drawn on one scale."""

import threading

import pytest

from tests.session.versions import (
    EXTRA_MACS,
    EXTRA_PARAMS,
    STEM_MACS,
    STEM_PARAMS,
    loaded,
    opened,
)
from visualizer.costs.published import Published
from visualizer.costs.settings import CostSettings
from visualizer.engine.messages import Failed, Progressed, PublishedListed
from visualizer.layout.placement import lay_out
from visualizer.session.comparison import compare
from visualizer.session.session import Session
from visualizer.session.side_by_side import SideBySideController


class Worker:
    """Writes down what it is asked."""

    def __init__(self):
        self.asked = []

    def load_beside(self, source, inputs=()):
        return self._answer("beside", source.text)

    def list_published(self):
        return self._answer("published")

    def cancel(self, run):
        self.asked.append(("cancel", run))

    def _answer(self, *what):
        self.asked.append(what)
        return len(self.asked)


class Layout:
    def __init__(self):
        self.asked = []

    def submit(self, request):
        self.asked.append(request)


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def session(worker):
    session = Session(worker)
    session.state.network = opened()
    yield session
    session.comparing.close()


@pytest.fixture
def versions():
    return compare(opened(), opened(later=True, name="yours"))


def worked_out(session):
    """Have the second network arrive; returns what the thread posts."""
    there, found = threading.Event(), []
    session.comparing.post = lambda result: (found.append(result), there.set())
    session.handle(loaded(1, later=True, name="yours"))
    assert there.wait(10)
    return found[0]


# --------------------------------------------------------------------------- asking


def test_that_a_second_network_is_compared_and_the_open_one_stays(session, worker):
    first, session.state.selection = session.state.network, "stem"
    assert session.comparing.compare_text("yours")
    assert worker.asked == [("beside", "yours")]
    assert session.state.activity.text == "Opening yours to compare"
    session.comparing.arrived(worked_out(session))
    assert session.state.comparison.names == ("mine", "yours")
    assert session.state.comparison.networks[0] is first is session.state.network
    assert session.state.selection == "stem"
    assert session.state.activity is None and not session.comparing.busy


def test_that_a_source_nobody_can_read_is_one_line_and_asks_nothing(session, worker):
    assert not session.comparing.compare_text("what is this?")
    assert "cannot tell" in session.state.message.text and "\n" not in session.state.message.text
    assert worker.asked == []


def test_that_a_second_network_that_fails_loses_nothing_and_can_be_tried_again(session, worker):
    first = session.state.network
    session.comparing.compare_text("resnet5")
    session.handle(Failed(1, "source", "torchvision has no network called 'resnet5'"))
    assert session.state.network is first and session.state.comparison is None
    told = "Cannot compare: torchvision has no network called 'resnet5'"
    assert session.state.message.text == told
    session.retry()
    assert worker.asked == [("beside", "resnet5"), ("beside", "resnet5")]


def test_that_there_must_be_an_open_network(worker):
    session = Session(worker)
    assert not session.comparing.compare_text("alexnet")
    assert session.state.message.text == "Open a network first, then compare it."
    assert worker.asked == []


def test_that_a_newer_comparison_replaces_one_that_is_still_under_way(session, worker):
    session.comparing.compare_text("first")
    session.comparing.compare_text("second")
    assert ("cancel", 1) in worker.asked
    session.handle(loaded(1))
    assert session.comparing.busy and session.state.comparison is None


def test_that_progress_of_the_second_network_is_shown_and_it_can_be_cancelled(session, worker):
    session.comparing.compare_text("yours")
    session.handle(Progressed(1, "Tracing yours", 0.5))
    assert session.state.activity.text == "Tracing yours"
    session.cancel()
    assert worker.asked[-1] == ("cancel", 1)
    session.handle(Failed(1, "cancelled", "cancelled"))
    assert session.state.message.text == "Comparing was cancelled."


def test_that_both_are_compared_in_the_sessions_precision_and_at_their_own_batch(session):
    session.costing.choose(CostSettings(dtype="float16"))
    session.comparing.compare_text("yours")
    found = worked_out(session)
    sizes = next(row for row in found.figures if row.title == "Parameter memory")
    assert sizes.values == (2 * 5504, 2 * 5760)  # two bytes a weight, in both
    assert [network.inputs[0].shape[0] for network in found.networks] == [1, 1]


# --------------------------------------------------------------------------- what is compared


def test_that_a_changed_and_an_added_layer_are_told_with_their_costs(versions):
    told = {
        (change.match.before, change.match.after): (
            change.match.change, change.macs, change.params,
        )
        for change in versions.versions[0, 1]
        if change.matters
    }  # fmt: skip
    assert told == {
        ("stem", "stem"): ("changed", STEM_MACS, STEM_PARAMS),
        ("", "block.extra"): ("added", EXTRA_MACS, EXTRA_PARAMS),
    }


def test_that_an_op_has_its_counterpart_in_the_other_network(versions):
    assert versions.counterparts(0, "block.conv") == ("block.conv", "block.conv")
    assert versions.counterparts(1, "block.extra") == ("", "block.extra")


def test_that_networks_of_one_source_are_told_apart_by_their_inputs():
    same = compare(opened(), opened())
    assert same.names == ("mine (1×8×16×16) #1", "mine (1×8×16×16) #2")
    assert not [change for change in same.versions[0, 1] if change.matters]


def test_that_files_are_named_without_their_folders_unless_these_tell_them_apart():
    one, other = opened(name="old/net.py:build"), opened(name="new/other.py:build")
    assert compare(one, other).names == ("net.py:build", "other.py:build")
    same = opened(name="new/net.py:build")
    assert compare(one, same).names == ("old/net.py:build", "new/net.py:build")


def test_that_curves_end_with_the_totals(versions):
    before, after = versions.curves["macs"]
    assert after.total - before.total == STEM_MACS + EXTRA_MACS


# --------------------------------------------------------------------------- more than two


def arrive(session, run, **made):
    """Have another network arrive, and its comparison worked out and taken."""
    there, found = threading.Event(), []
    session.comparing.post = lambda result: (found.append(result), there.set())
    if made:
        session.handle(loaded(run, **made))
    assert there.wait(10)
    session.comparing.arrived(found[0])


def test_that_networks_are_added_up_to_four_and_taken_out_again(session, worker):
    session.comparing.compare_text("yours")
    arrive(session, 1, later=True, name="yours")
    for run, name in ((2, "third"), (3, "fourth")):
        assert session.comparing.compare_text(name, add=True)
        arrive(session, run, name=name)
    comparison = session.state.comparison
    assert comparison.names == ("mine", "yours", "third", "fourth")
    params = next(row for row in comparison.figures if row.title == "Parameters")
    assert params.values == (5504, 5760, 5504, 5504)
    assert not session.comparing.compare_text("fifth", add=True)
    assert "4 networks are compared at a time" in session.state.message.text
    there = threading.Event()
    session.comparing.post = lambda result: (session.comparing.arrived(result), there.set())
    assert session.comparing.remove(1)
    assert there.wait(10)
    assert session.state.comparison.names == ("mine", "third", "fourth")


def test_that_several_are_compared_one_after_another_when_the_first_is_open(session, worker):
    session.comparing.compare_when_open("yours", "third")
    session.state.network = opened()
    assert worker.asked == [("beside", "yours")]
    arrive(session, 1, later=True, name="yours")
    assert worker.asked[-1] == ("beside", "third")
    arrive(session, 2, name="third")
    assert session.state.comparison.names == ("mine", "yours", "third")


def test_that_an_op_has_its_counterparts_in_all_versions():
    three = compare(opened(), opened(later=True, name="yours"), opened(name="third"))
    assert three.counterparts(1, "block.extra") == ("", "block.extra", "")
    assert three.counterparts(2, "stem") == ("stem", "stem", "stem")
    assert three.pairs == ((0, 1), (0, 2), (1, 2))


# --------------------------------------------------------------------------- side by side


def draw(sides, layout):
    """Let the layout answer until nothing is waiting."""
    shown = {}
    while sides.waiting:
        placed = sides.placed(lay_out(layout.asked[-1]))
        assert placed is not None
        shown[placed[0]] = placed[1]
    return shown


def test_that_both_are_drawn_on_one_scale(versions):
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(versions)
    assert len(layout.asked) == 1  # one at a time
    shown = draw(sides, layout)
    assert shown[0].scale == shown[1].scale
    widths = [shown[side].placement.bars["stem"].width for side in (0, 1)]
    assert widths[0] == pytest.approx(widths[1])


def test_that_folding_one_side_leaves_the_other_as_it_is(versions):
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(versions)
    draw(sides, layout)
    opened_before = "block" in sides.expanded(1)
    sides.toggle(1, "block")
    assert list(draw(sides, layout)) == [1]
    assert ("block" in sides.expanded(1)) != opened_before
    folded = sides.visible_item(1, "block.extra")
    assert folded == ("block" if opened_before else "block.extra")
    sides.toggle(1, "no such module")
    assert not sides.waiting


def test_that_another_width_mode_draws_both_anew_and_late_layouts_are_dropped(versions):
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(versions)
    late = layout.asked[0]
    sides.set_mode("log")
    assert sides.placed(lay_out(late)) is None
    shown = draw(sides, layout)
    assert set(shown) == {0, 1} and shown[0].scale.mode == "log"


def test_that_a_layout_that_fails_leaves_out_its_side_only(versions):
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(versions)
    sides.failed(layout.asked[0].run)
    assert list(draw(sides, layout)) == [1]


# --------------------------------------------------------------------------- published


def test_that_published_accuracies_are_asked_once(session, worker):
    session.published.ask()
    session.published.ask()
    assert worker.asked == [("published",)]
    entry = Published("alexnet", "IMAGENET1K_V1", 61_100_840, 714_000_000, 56.522, 79.066, 224)
    session.handle(PublishedListed(1, (entry,)))
    session.published.ask()
    assert session.state.published == (entry,)
    assert worker.asked == [("published",)]


def test_that_unknown_accuracies_are_a_warning_and_can_be_asked_again(session, worker):
    session.published.ask()
    session.handle(Failed(1, "source", "torchvision cannot be used"))
    assert "Published accuracies are not known" in session.state.message.text
    session.retry()
    assert len(worker.asked) == 2
