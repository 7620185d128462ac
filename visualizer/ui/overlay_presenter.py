"""What colours the bars: a metric, the border rule or the user's numbers, and which are faint."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QObject

from visualizer.session.network import OpenNetwork
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
        theme, network, folded = self._theme, self._state.network, self._pictures.folded
        if network is None or folded is None or theme is None:
            self._window.canvas.set_marks(None)
            return
        overlay, waists = self._state.overlay, self._cuts.waists
        if overlay == "none":
            self._tell(waist_marks(waists, theme))
        elif overlay == "border":
            verdicts = border_verdicts(network.border, folded.members.items())
            self._tell(border_marks(verdicts, waists, theme))
        else:
            self._show_scale(network, theme)

    def _show_scale(self, network: OpenNetwork, theme: Theme) -> None:
        title, values = self._scale(network)
        least = self._state.overlay_least
        colors = {
            item: None if share is None else heat_color(share, theme)
            for item, share in values.shares.items()
        }
        marks = Marks(
            colors, title, heat_ramp(theme), values.smallest, values.largest, self._cuts.waists,
            kept=values.at_least(least) if least else None,
        )  # fmt: skip
        self._tell(marks, values)

    def _scale(self, network: OpenNetwork) -> tuple[str, OverlayValues]:
        folded, state = self._pictures.folded, self._state
        members = folded.members.items() if folded is not None else ()
        for data in state.node_data:
            if data.key == state.overlay:
                return data.title, data_values(data, members, network.hierarchy)
        overlay, settings = cast(Overlay, state.overlay), network.settings
        values = overlay_values(network.report, members, overlay, network.picture_side, settings)
        return overlay_title(overlay, settings), values

    def _tell(self, marks: Marks | None, values: OverlayValues | None = None) -> None:
        """All bars but those of the lineage are faint, whatever they are coloured by."""
        lineage, folded = self._state.lineage, self._pictures.folded
        if lineage is not None and folded is not None:
            kept = frozenset(
                bar for bar, ops in folded.members.items() if lineage.nodes.intersection(ops)
            )
            marks = marks or Marks()
            marks = replace(marks, kept=kept if marks.kept is None else kept & marks.kept)
        self._window.canvas.set_marks(marks)
        least = self._state.overlay_least
        self._window.path_bar.show_limit(least, values.at(least) if values is not None else None)

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
