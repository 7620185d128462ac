"""What is told apart from the rest of the network: stem -> block (conv, extra) -> head."""

from __future__ import annotations

import pytest

from tests.session import versions
from visualizer.session.lineage import LineageController
from visualizer.session.network import crumbs
from visualizer.session.state import SessionState

BEFORE_EXTRA = {"input", "stem", "block.conv"}


@pytest.fixture
def state() -> SessionState:
    return SessionState(network=versions.opened(later=True))


@pytest.fixture
def lineage(state: SessionState) -> LineageController:
    return LineageController(state)


def test_that_a_direction_follows_the_selection_until_it_is_cleared(state, lineage):
    state.selection = "stem"
    lineage.show("upstream")
    assert state.lineage.nodes == {"input", "stem"}
    state.selection = "block.conv"
    assert state.lineage.nodes == BEFORE_EXTRA
    assert state.lineage.title == "What block.conv depends on"
    lineage.clear()
    state.selection = "stem"
    assert state.lineage is None


def test_that_a_module_stands_for_its_ops(state, lineage):
    state.selection = "block"
    lineage.show("downstream")
    assert state.lineage.nodes == {"block.conv", "block.extra", "head"}


def test_that_nothing_selected_tells_nothing_apart(state, lineage):
    lineage.show("both")
    assert state.lineage is None and state.message.text == "Select a layer first."
    state.selection = "stem"
    assert state.lineage is not None
    state.selection = ""
    assert state.lineage is None


def test_that_paths_between_two_layers_are_told_apart(state, lineage):
    lineage.show_paths("head", "block.conv")
    assert state.lineage.nodes == {"block.conv", "block.extra", "head"}
    lineage.show_paths("stem", "stem")
    assert "No path leads from stem to stem" in state.message.text


def test_that_the_crumbs_lead_from_the_network_to_the_op(state):
    assert crumbs(state.network, "block.extra") == (
        ("", "mine"), ("block", "block"), ("block.extra", "extra"),
    )  # fmt: skip
    assert crumbs(state.network, "") == (("", "mine"),)
