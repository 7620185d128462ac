"""Plays an explanation: which step is shown, and when the next one comes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

SPEEDS = (0.5, 1.0, 2.0)


class Player(QObject):
    """Walks through steps that last `seconds` each. It stops at the last one.

    `moved` has the step that is shown now, `playing_changed` whether it plays. While it is
    suspended (nobody can see it) no time passes.
    """

    moved = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seconds: tuple[float, ...] = ()
        self.step = 0
        self.playing = False
        self.speed = 1.0
        self._suspended = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._advance)

    @property
    def is_running(self) -> bool:
        """Whether time passes now."""
        return self._timer.isActive()

    @property
    def at_end(self) -> bool:
        return self.step >= len(self.seconds) - 1

    def load(self, seconds: tuple[float, ...]) -> None:
        """Another explanation, from its first step; it goes on playing if it did."""
        self.seconds = seconds
        self._show(0)

    def toggle(self) -> None:
        """Play, from the start again when it is over, or pause."""
        self._set_playing(not self.playing)
        if self.playing and self.at_end:
            self._show(0)

    def play(self) -> None:
        self._set_playing(True)

    def pause(self) -> None:
        self._set_playing(False)

    def go(self, step: int) -> None:
        """Pause and show `step`, or the nearest there is."""
        self._set_playing(False)
        self._show(min(max(step, 0), len(self.seconds) - 1))

    def set_speed(self, speed: float) -> None:
        """2 is twice as fast as usual."""
        self.speed = speed
        self._wait()

    def suspend(self) -> None:
        """Nobody is looking."""
        self._suspended = True
        self._timer.stop()

    def resume(self) -> None:
        """Somebody is looking again: go on where it was."""
        self._suspended = False
        self._wait()

    def _set_playing(self, playing: bool) -> None:
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)
        self._wait()

    def _advance(self) -> None:
        if not self.at_end:
            self._show(self.step + 1)
        if self.at_end:
            self._set_playing(False)

    def _show(self, step: int) -> None:
        self.step = step
        self.moved.emit(step)
        self._wait()

    def _wait(self) -> None:
        self._timer.stop()
        if self.playing and not self._suspended and self.seconds:
            self._timer.start(round(1000 * self.seconds[self.step] / self.speed))
