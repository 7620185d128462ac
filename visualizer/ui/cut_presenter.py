"""Shows where the network narrows: on the canvas, in the strip beside it, and in the panels."""

from __future__ import annotations

from PySide6.QtCore import QObject

from visualizer.session.cuts import CutMark, CutPlace, cut_mark, cut_places, part_places, waists
from visualizer.session.network import Narrowing
from visualizer.session.picture import PictureController
from visualizer.session.session import Session
from visualizer.ui.window import MainWindow


class CutPresenter(QObject):
    """Knows the places of the cuts in the picture that is drawn; `placed` when that changes."""

    def __init__(self, window: MainWindow, session: Session, pictures: PictureController) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._pictures = pictures
        self._places: tuple[CutPlace, ...] = ()
        self._parts: dict[str, tuple[CutPlace, ...]] = {}
        self._placed: Narrowing | None = None
        events = session.state.events
        events.cut.connect(self._show_cut)
        events.cut_unit.connect(self._show_unit)

    def placed(self) -> None:
        """Another picture is on the canvas, or another profile is known."""
        narrowing, shown = self._session.state.narrowing, self._window.canvas.shown
        self._placed, self._places, self._parts = None, (), {}
        if narrowing is not None and shown is not None and not self._pictures.outdated:
            bars, bar_of = shown.placement.bars, self._pictures.visible_item
            where = bar_of, bars, bool(shown.placement.columns)
            self._placed, self._places = narrowing, cut_places(narrowing.profile, *where)
            self._parts = part_places(narrowing.profile, *where)
        scale = shown.scale if shown is not None else None
        self._window.drawing.show_wrapped(bool(shown and shown.placement.columns))
        self._window.strip.show_profile(self._placed, self._places, scale)
        self._show_cut()

    @property
    def waists(self) -> tuple[CutMark, ...]:
        """The cuts that are warned of, at their places in the picture."""
        if self._placed is None:
            return ()
        return waists(self._placed, self._places, self._parts)

    def _show_cut(self) -> None:
        number, window = self._session.state.cut, self._window
        window.cut_profile.show_cut(number)
        window.inspector.show_cut(number)
        window.late_findings.tell("cut", lambda panel: panel.show_cut(number))
        window.strip.show_cut(number)
        window.canvas.set_cut(self._mark(number) if number is not None else None)

    def _mark(self, number: int) -> CutMark | None:
        """The mark of a cut; None while its profile is not that of the picture."""
        narrowing = self._session.state.narrowing
        if narrowing is None or narrowing is not self._placed:
            return None
        return cut_mark(narrowing, number, self._places[number])

    def _show_unit(self) -> None:
        self._window.cut_profile.show_unit(self._session.state.cut_unit)
