"""Tests never need a display, and never see or change the user's own settings."""

import gc
import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_addoption(parser):
    parser.addoption(
        "--regenerate-pictures",
        action="store_true",
        help="write tests/golden/pictures anew instead of comparing with it; then look at them",
    )


@pytest.fixture(autouse=True)
def collect_garbage_between_tests():
    """Threads of the window must not collect: a widget that dies on one takes the program down.

    The window switches the automatic collection off (`ui.collector`) and its timer ends with
    it, so that somebody else has to collect then.
    """
    yield
    if not gc.isenabled():
        for generation, (count, most) in enumerate(
            zip(gc.get_count(), gc.get_threshold(), strict=True)
        ):
            if count > most:
                gc.collect(generation)
