"""What colours the bars: a metric, the border rule or the user's numbers, and which are faint."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from visualizer.engine.messages import RanksMeasured, TimesMeasured
from visualizer.session.measured_overlays import (
    rank_remark,
    rank_title,
    rank_values,
    rank_words,
    time_remark,
    time_title,
    time_values,
    time_words,
)
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

_UNSCALED = ("none", "border")
_MEASURED = ("time", "rank")

Scale = tuple[str, OverlayValues]
"""Title and values of an overlay that has a scale."""


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
        events.times.connect(self._timed)
        events.ranks.connect(self._ranked)
        events.lineage.connect(self._lineage_changed)
        window.canvas.say_more(self._measured_words)

    def set_theme(self, theme: Theme) -> None:
        """Colour anew."""
        self._theme = theme
        self.show()

    def show(self) -> None:
        """Colour what is drawn now as the state says."""
        if self._theme is None:
            return
        scale = self._scale()
        self._window.canvas.set_marks(self._marks(scale, self._theme))
        least = self._state.overlay_least
        self._window.path_bar.show_limit(least, scale[1].at(least) if scale is not None else None)

    def marks_in(self, theme: Theme) -> Marks | None:
        """The marks of what is drawn now."""
        return self._marks(self._scale(), theme)

    def _marks(self, scale: Scale | None, theme: Theme) -> Marks | None:
        """All bars but those of the lineage are faint, whatever they are coloured by."""
        lineage, folded = self._state.lineage, self._pictures.folded
        marks = self._marks_of_all(scale, theme)
        if lineage is None or folded is None:
            return marks
        kept = frozenset(
            bar for bar, ops in folded.members.items() if lineage.nodes.intersection(ops)
        )
        marks = marks or Marks()
        return replace(marks, kept=kept if marks.kept is None else kept & marks.kept)

    def _marks_of_all(self, scale: Scale | None, theme: Theme) -> Marks | None:
        network, folded, waists = self._state.network, self._pictures.folded, self._cuts.waists
        if network is None or folded is None:
            return None
        if self._state.overlay == "border":
            verdicts = border_verdicts(network.border, folded.members.items())
            return border_marks(verdicts, waists, theme)
        if scale is not None:
            return self._scaled(*scale, theme)
        marks = waist_marks(waists, theme)
        if self._state.overlay not in _MEASURED:
            return marks
        return replace(marks or Marks(), legend=self._measured_title(network))

    def _scaled(self, title: str, values: OverlayValues, theme: Theme) -> Marks:
        least = self._state.overlay_least
        colors = {
            item: None if share is None else heat_color(share, theme)
            for item, share in values.shares.items()
        }
        return Marks(
            colors, title, heat_ramp(theme), values.smallest, values.largest, self._cuts.waists,
            self._greys(theme), values.at_least(least) if least else None,
        )  # fmt: skip

    def _greys(self, theme: Theme) -> tuple[tuple[str, QColor], ...]:
        """Why bars are grey, where that needs a word."""
        ranks = self._state.ranks
        if self._state.overlay != "rank" or ranks is None or not ranks.too_few:
            return ()
        return (("too few positions", theme.color("faint")),)

    def _scale(self) -> Scale | None:
        """Title and values of the overlay; None for one without a scale."""
        state, network, folded = self._state, self._state.network, self._pictures.folded
        if network is None or folded is None or state.overlay in _UNSCALED:
            return None
        members = folded.members.items()
        for data in state.node_data:
            if data.key == state.overlay:
                return data.title, data_values(data, members, network.hierarchy)
        if state.overlay in _MEASURED:
            return self._measured(network, tuple(members))
        overlay, settings = cast(Overlay, state.overlay), network.settings
        values = overlay_values(network.report, members, overlay, network.picture_side, settings)
        return overlay_title(overlay, settings), values

    def _measured(
        self, network: OpenNetwork, members: tuple[tuple[str, tuple[str, ...]], ...]
    ) -> Scale | None:
        """Title and values of what is measured; None until it is."""
        times, ranks, title = self._state.times, self._state.ranks, self._measured_title(network)
        if self._state.overlay == "time":
            return None if times is None else (title, time_values(times, members, network.graph))
        return None if ranks is None else (title, rank_values(ranks, members, network.graph))

    def _measured_title(self, network: OpenNetwork) -> str:
        if self._state.overlay == "time":
            return time_title(self._state.times)
        return rank_title(self._state.ranks, network.has_random_weights)

    def _measured_words(self, item: str) -> str:
        """A line for each thing that was measured of a bar or a module, for its tooltip."""
        network, folded, state = self._state.network, self._pictures.folded, self._state
        if network is None or folded is None:
            return ""
        group = network.hierarchy.groups.get(item)
        nodes = folded.members.get(item) or (tuple(group.nodes) if group else ())
        lines = []
        if nodes and state.times is not None:
            lines.append(time_words(state.times, nodes, network.graph))
        if nodes and state.ranks is not None:
            untrained = network.has_random_weights
            lines.append(rank_words(state.ranks, nodes, network.graph, untrained))
        return "\n".join(filter(None, lines))

    def _timed(self, times: TimesMeasured | None) -> None:
        if times is not None:
            self._window.log.append(time_remark(times))
        self._measured_changed("time")

    def _ranked(self, ranks: RanksMeasured | None) -> None:
        if ranks is not None:
            self._window.log.append(rank_remark(ranks))
        self._measured_changed("rank")

    def _measured_changed(self, overlay: str) -> None:
        if self._state.overlay == overlay:
            self.show()

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
