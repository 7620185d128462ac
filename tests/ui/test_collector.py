"""Garbage is collected on the thread of the widgets, and only there."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from visualizer.ui.collector import GarbageCollector


class Cycle:
    """Something that only the collector can free; it tells where it died."""

    def __init__(self, died_on: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: died_on.append(threading.get_ident()))


@pytest.fixture
def owner() -> Iterator[QObject]:
    was_on = gc.isenabled()
    yield QObject()
    (gc.enable if was_on else gc.disable)()


def test_that_another_thread_that_allocates_much_collects_nothing(
    qtbot: QtBot, owner: QObject
) -> None:
    collector = GarbageCollector(owner)
    died_on: list[int] = []
    Cycle(died_on)
    worker = threading.Thread(target=lambda: [[] for _ in range(200_000)])
    worker.start()
    worker.join()
    assert died_on == []
    collector.start()
    hoard = [[] for _ in range(2_000)]  # more than the youngest generation's threshold
    qtbot.waitUntil(lambda: bool(died_on))
    assert died_on == [threading.get_ident()] and len(hoard) == 2_000
