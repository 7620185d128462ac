"""Modules that are built alike shown once: in the picture, and in everything that selects."""

from __future__ import annotations

import msgspec
import pytest

from tests.graph.test_repeats import chain
from tests.session.test_sessions import Worker, loaded
from visualizer.costs import group_totals
from visualizer.layout.model import LayoutRequest
from visualizer.layout.placement import lay_out
from visualizer.session.labels import group_label
from visualizer.session.lineage import LineageController
from visualizer.session.network import OpenNetwork, crumbs, open_network
from visualizer.session.picture import PictureController
from visualizer.session.resolve import draft
from visualizer.session.session import Session

RUN, REST = "blocks.1…39", "blocks.2…39"


class Layout:
    request: LayoutRequest

    def submit(self, request: LayoutRequest) -> None:
        self.request = request


@pytest.fixture
def network() -> OpenNetwork:
    """A block 8 wide and 39 that are 4 wide: more than there is room for at first."""
    return open_network(msgspec.structs.replace(loaded(1), graph=chain((8,) + (4,) * 39)))


@pytest.fixture
def session(network: OpenNetwork) -> Session:
    session = Session(Worker())
    session.opening.show(network)
    return session


@pytest.fixture
def pictures(session: Session) -> PictureController:
    return PictureController(session.state, Layout())


def drawn(session: Session, pictures: PictureController) -> list[str]:
    pictures.request()
    placement = lay_out(pictures._layout.request)
    shown, _ = pictures.placed(placement)
    return [bar.id for bar in shown.bars]


def test_that_a_long_run_is_one_bar_at_first(session, pictures) -> None:
    assert drawn(session, pictures) == ["input", "mask", "blocks.0", RUN, "head"]


def test_that_a_run_opens_into_its_first_and_the_others_once_more_as_one(session, pictures) -> None:
    session.folding.toggle(RUN)
    first = ["blocks.1.fc", "blocks.1.mul", "blocks.1.add"]
    assert drawn(session, pictures) == ["input", "mask", "blocks.0", *first, REST, "head"]
    shown = pictures.in_one_column()
    assert next(bar for bar in shown.bars if bar.id == REST).label.endswith("×38")
    assert next(group for group in shown.groups if group.id == RUN).title.endswith("×39")


def test_that_a_run_opens_into_all_of_it_and_closes_again(session, pictures) -> None:
    session.folding.toggle(RUN)
    session.folding.toggle(REST)
    assert len(drawn(session, pictures)) == 4 + 3 + 38
    session.folding.toggle("blocks.7")
    assert "blocks.7.mul" in drawn(session, pictures)
    session.folding.toggle(RUN)
    assert drawn(session, pictures) == ["input", "mask", "blocks.0", RUN, "head"]


def test_that_the_users_choice_holds_against_what_is_clearer(session, pictures) -> None:
    session.state.repeats = False
    assert RUN not in drawn(session, pictures)
    session.opening.show(session.state.network)
    assert drawn(session, pictures) == ["input", "mask", "blocks", "head"]
    session.state.repeats = True
    session.opening.show(session.state.network)
    assert RUN in drawn(session, pictures)


def test_that_a_layer_inside_is_seen_as_the_run_until_it_is_open(session, pictures) -> None:
    drawn(session, pictures)
    assert pictures.visible_item("blocks.7.add") == RUN
    assert pictures.visible_item("blocks.7") == RUN
    session.folding.toggle("blocks.7")
    drawn(session, pictures)
    assert pictures.visible_item("blocks.7.add") == "blocks.7.add"


def test_that_a_run_says_how_often_and_what_one_and_all_of_it_cost(network) -> None:
    drafted = draft(network.as_first_seen, frozenset({"blocks"}), "linear", True, 1)
    bar = next(bar for bar in drafted.bars if bar.id == RUN)
    assert bar.label.endswith("×39") and bar.repeats == 39
    # By hand: a 4×4 weight each.
    assert "39 times the same 3 ops" in bar.tooltip
    assert "one: 16 parameters" in bar.tooltip and "all: 624 parameters" in bar.tooltip
    assert bar.elements == 4  # the tensor that leaves the last


def test_that_pairs_that_repeat_are_counted_as_pairs() -> None:
    network = open_network(msgspec.structs.replace(loaded(1), graph=chain((4, 8) * 9)))
    groups = network.with_repeats.hierarchy.groups
    said = [group_label(groups[name]).replace("\u00a0", " ") for name in ("blocks", "blocks.2…17")]
    assert said[0] == "blocks · 9 × 2 blocks"  # 18 of them
    assert said[1].endswith("2…17 · 8 × 2 blocks")  # 16 of them


def test_that_the_module_tree_and_the_totals_stay_as_they_are(network) -> None:
    assert RUN not in network.hierarchy.groups
    repeated = network.with_repeats
    assert repeated.report is network.report and repeated.graph is network.graph
    assert repeated.with_repeats.hierarchy is repeated.hierarchy


def test_that_a_run_can_be_selected_found_and_followed(session, network) -> None:
    session.state.selection = RUN
    lineage = LineageController(session.state)
    lineage.show("downstream")
    assert session.state.lineage.nodes == {*network.group(RUN).nodes, "head"}
    assert crumbs(network, RUN)[1:] == (("blocks", "blocks"), (RUN, "1…39"))
    totals = group_totals(network.report, network.graph, network.group(RUN).nodes)
    assert totals.params == 39 * 16


def test_that_a_ribbon_tells_maker_reader_shape_and_memory(network) -> None:
    drafted = draft(network.as_first_seen, frozenset({"blocks"}), "linear", True, 1)
    told = {(r.source, r.target): r.tooltip for r in drafted.ribbons}
    # Four float32 numbers: 16 bytes.
    assert told["input", "mask"] == "input → mask\n1×4 · float32 · 16 B"
    assert told[RUN, "head"].startswith(f"blocks.39.add (in {RUN}) → head\n")
