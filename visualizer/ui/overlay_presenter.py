"""What colours the bars: a metric, the border rule or the user's numbers, and which are faint."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QObject

from visualizer.session.overlays import (
    Overlay,
    OverlayValues,
    border_verdicts,
    data_values,
    overlay_title,
    overlay_values,
)
from visualizer.session.picture import PictureController
from visualizer.session.session import Session
from visualizer.session.state import Lineage
from visualizer.ui.canvas.marks import Marks, border_marks, heat_color, heat_ramp, waist_marks
from visualizer.ui.cut_presenter import CutPresenter
from visualizer.ui.theme import Theme
from visualizer.ui.window import MainWindow

_UNSCALED = ("none", "border")


class OverlayPresenter(QObject):
    """Shows the state's overlay, its lower limit and the lineage on the canvas."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        pictures: PictureController,
        cuts: CutPresenter,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._state = session.state
        self._pictures = pictures
        self._cuts = cuts
        self._theme: Theme | None = None
        events = self._state.events
        events.overlay.connect(self._overlay_changed)
        events.overlay_least.connect(lambda _: self.show())
        events.node_data.connect(self._data_changed)
        events.lineage.connect(self._lineage_changed)

    def set_theme(self, theme: Theme) -> None:
        """Colour anew."""
        self._theme = theme
        self.show()

    def show(self) -> None:
        """Colour what is drawn now as the state says."""
        if self._theme is None:
            return
        self._window.canvas.set_marks(self.marks_in(self._theme))
        least, scale = self._state.overlay_least, self._scale()
        self._window.path_bar.show_limit(least, scale[1].at(least) if scale is not None else None)

    def marks_in(self, theme: Theme) -> Marks | None:
        """The marks of what is drawn now; all bars but those of the lineage are faint, whatever
        they are coloured by."""
        lineage, folded = self._state.lineage, self._pictures.folded
        marks = self._marks_of_all(theme)
        if lineage is None or folded is None:
            return marks
        kept = frozenset(
            bar for bar, ops in folded.members.items() if lineage.nodes.intersection(ops)
        )
        marks = marks or Marks()
        return replace(marks, kept=kept if marks.kept is None else kept & marks.kept)

    def _marks_of_all(self, theme: Theme) -> Marks | None:
        network, folded, waists = self._state.network, self._pictures.folded, self._cuts.waists
        if network is None or folded is None:
            return None
        if self._state.overlay == "border":
            verdicts = border_verdicts(network.border, folded.members.items())
            return border_marks(verdicts, waists, theme)
        scale = self._scale()
        return waist_marks(waists, theme) if scale is None else self._scaled(*scale, theme)

    def _scaled(self, title: str, values: OverlayValues, theme: Theme) -> Marks:
        least = self._state.overlay_least
        colors = {
            item: None if share is None else heat_color(share, theme)
            for item, share in values.shares.items()
        }
        return Marks(
            colors, title, heat_ramp(theme), values.smallest, values.largest, self._cuts.waists,
            kept=values.at_least(least) if least else None,
        )  # fmt: skip

    def _scale(self) -> tuple[str, OverlayValues] | None:
        """Title and values of the overlay; None for one without a scale."""
        state, network, folded = self._state, self._state.network, self._pictures.folded
        if network is None or folded is None or state.overlay in _UNSCALED:
            return None
        members = folded.members.items()
        for data in state.node_data:
            if data.key == state.overlay:
                return data.title, data_values(data, members, network.hierarchy)
        overlay, settings = cast(Overlay, state.overlay), network.settings
        values = overlay_values(network.report, members, overlay, network.picture_side, settings)
        return overlay_title(overlay, settings), values

    def _overlay_changed(self, overlay: str) -> None:
        self._window.toolbar.show_choice(self._window.toolbar.overlay, overlay)
        self._state.overlay_least = 0.0
        self.show()

    def _data_changed(self, _: object) -> None:
        data = self._state.node_data
        self._window.toolbar.show_node_data([(one.key, one.title) for one in data])
        if self._state.overlay.startswith("data:") and not data:
            self._state.overlay = "none"

    def _lineage_changed(self, lineage: Lineage | None) -> None:
        self._window.path_bar.show_lineage(lineage.title if lineage is not None else "")
        self.show()
