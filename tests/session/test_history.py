"""Back, forward and bookmarks."""

from __future__ import annotations

import pytest

from visualizer.session.history import BookmarkController, HistoryController
from visualizer.session.state import SessionState


@pytest.fixture
def state() -> SessionState:
    return SessionState()


@pytest.fixture
def history(state: SessionState) -> HistoryController:
    return HistoryController(state)


def select(state: SessionState, *items: str) -> None:
    for item in items:
        state.selection = item


def test_that_back_and_forward_walk_through_what_was_selected(state, history):
    select(state, "a", "b", "c")
    assert history.back() == state.selection == "b"
    assert history.back() == state.selection == "a"
    assert not history.can_go_back and history.back() == ""
    assert history.forward() == state.selection == "b"
    assert history.can_go_forward


def test_that_a_new_selection_drops_what_lay_ahead(state, history):
    select(state, "a", "b")
    history.back()
    select(state, "c")
    assert not history.can_go_forward
    assert history.back() == "a"


def test_that_clearing_the_selection_is_no_place_to_go_back_to(state, history):
    select(state, "a", "", "b")
    assert history.back() == "a"


def test_that_a_bookmark_is_set_and_taken_away(state):
    bookmarks = BookmarkController(state)
    bookmarks.toggle()
    assert state.bookmarks == ()
    for item in ("a", "b", "a"):
        state.selection = item
        bookmarks.toggle()
    assert state.bookmarks == ("b",)
