"""The middle of the feature-map panel: the grid, one map enlarged, a vector, or words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget

from visualizer.session.maps import Bytes, Floats, Normalization, to_levels, value_range
from visualizer.ui.panels.map_closeup import MapCloseup
from visualizer.ui.panels.map_grid import MapGrid
from visualizer.ui.panels.map_image import ColorMap
from visualizer.ui.panels.map_numbers import VectorPlot
from visualizer.ui.theme import Theme


class MapStage(QStackedWidget):
    """`remarked` has a line about what is under the cursor ("" when nothing is), `placed` row and
    column of the value there, or of the one clicked last (None without), `changed` tells that
    another channel, page or view is shown, `magnified` asks for the current map in a window of
    its own."""

    remarked = Signal(str)
    placed = Signal(object)
    magnified = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._array: Floats | None = None
        self._depth = 1
        self._levels: Bytes | None = None
        self._color_map: ColorMap = "viridis"
        self._normalization: Normalization = "layer"
        self._place: tuple[int, int] | None = None
        self._pinned: tuple[int, int] | None = None
        self.channel = 0
        self.enlarged = False
        self.grid, self.closeup, self.vector = MapGrid(), MapCloseup(), VectorPlot()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        for widget in (self.words, self.grid, self.closeup, self.vector):
            self.addWidget(widget)
        self._connect()

    def show_words(self, text: str) -> None:
        """Nothing but a text (rich text, links allowed)."""
        self._array = self._levels = None
        self.words.setText(text)
        self.setCurrentWidget(self.words)
        self.changed.emit()

    def show_array(self, array: Floats, keep_view: bool) -> None:
        """Show (C, H, W) maps, the C·D slices of (C, D, H, W), a (tokens, dim) image or a (C,)
        vector; other shapes are named.

        `keep_view` keeps the channel and whether it is enlarged.
        """
        if array.ndim not in (1, 2, 3, 4) or array.size == 0:
            self.show_words(f"An output of shape {'×'.join(map(str, array.shape))} is not drawn.")
            return
        self._depth = array.shape[1] if array.ndim == 4 else 1
        self._array = array.reshape(-1, *array.shape[2:]) if array.ndim == 4 else array
        if not keep_view:
            self.channel, self.enlarged = 0, False
            self._place = self._pinned = None
        self._scale()

    def dress_maps(self, color_map: ColorMap, normalization: Normalization) -> None:
        """Colours, and whether each map or the whole layer sets the scale."""
        self._color_map, self._normalization = color_map, normalization
        if self._array is not None:
            self._scale()

    def restyle(self, theme: Theme) -> None:
        self.words.setStyleSheet(f"color: {theme.secondary}; font-size: 13px;")
        self.vector.restyle(theme)

    @property
    def channels(self) -> int:
        return len(self._array) if self._array is not None and self._array.ndim == 3 else 0

    @property
    def array(self) -> Floats | None:
        return self._array

    def volume_text(self) -> str:
        """How the slices of a volume are laid out; "" for maps that have no depth."""
        if self._depth == 1:
            return ""
        return f"{self.channels // self._depth} channels × {self._depth} slices, each a map"

    def current_map(self) -> tuple[Floats, Bytes, bool] | None:
        """The map that is looked at, its levels, and whether it is a (tokens, dim) image."""
        if self._array is None or self._levels is None or self._array.ndim == 1:
            return None
        if self._array.ndim == 2:
            return self._array, self._levels[0], True
        return self._array[self.channel], self._levels[self.channel], False

    def step(self, by: int) -> None:
        """Look at another channel, in the grid or enlarged as now."""
        if self.enlarged:
            self.enlarge(self.channel + by)
        elif self.channels:
            self.channel = (self.channel + by) % self.channels
            self._show()

    def enlarge(self, channel: int) -> None:
        """Show one channel alone."""
        if self.channels:
            self.channel, self.enlarged = channel % self.channels, True
            self._show()
            self.closeup.setFocus()

    def back(self) -> None:
        """From one channel to all of them."""
        if self.enlarged:
            self.enlarged = False
            self._show()
            self.grid.setFocus()

    def turn(self, by: int) -> None:
        """Go on by pages in the grid, by channels when one is enlarged."""
        if self.enlarged:
            self.enlarge(self.channel + by)
        else:
            self.grid.turn_to(self.grid.page + by)

    def range_text(self) -> tuple[str, str]:
        """What the darkest and the brightest colour stand for."""
        if self._array is None or self._array.ndim == 1:
            return "", ""
        if self._normalization == "map" and not self.enlarged:
            return "least", "largest of each map"
        one_map = self._normalization == "map" and self.enlarged
        low, high = value_range(self._array[self.channel] if one_map else self._array)
        return f"{low:.3g}", f"{high:.3g}"

    def position_text(self) -> str:
        """`12 / 64` (channels) or `page 1 / 4`; "" when there is nowhere to go."""
        if self.enlarged:
            return f"{self.channel} / {self.channels}"
        tiling = self.grid.tiling
        if self.currentWidget() is self.grid and tiling is not None and tiling.pages > 1:
            return f"page {self.grid.page + 1} / {tiling.pages}"
        return ""

    def point_at(self, place: tuple[int, int] | None) -> None:
        """The mouse is at a row and column, or at none: back to where was clicked."""
        self._place = place or self._pinned
        self.placed.emit(self._place)

    def _open(self, channel: int) -> None:
        """A click enlarges a channel, and what was clicked stays pointed at."""
        self._pinned = self._place
        self.enlarge(channel)

    def _connect(self) -> None:
        self.grid.opened.connect(self._open)
        self.grid.placed.connect(self.point_at)
        self.closeup.placed.connect(self.point_at)
        self.grid.hovered.connect(lambda channel: self.remarked.emit(self.channel_text(channel)))
        self.grid.moved.connect(self._moved)
        self.grid.page_changed.connect(lambda _: self.changed.emit())
        self.closeup.closed.connect(self.back)
        self.closeup.stepped.connect(self.step)
        self.closeup.magnified.connect(self.magnified)
        self.grid.magnified.connect(self.magnified)
        self.closeup.pointed.connect(self.remarked)
        self.vector.pointed.connect(self.remarked)

    def _scale(self) -> None:
        assert self._array is not None
        if self._array.ndim == 3:
            self._levels = to_levels(self._array, self._normalization)
        elif self._array.ndim == 2:
            self._levels = to_levels(self._array[None], "layer")
        self._show()

    def _show(self) -> None:
        assert self._array is not None
        if self._array.ndim == 1:
            self.vector.show_vector(self._array)
            self.setCurrentWidget(self.vector)
        elif self._array.ndim == 2:
            assert self._levels is not None
            self.closeup.show_map(self._array, self._levels[0], self._color_map, stretched=True)
            self.setCurrentWidget(self.closeup)
        else:
            self._show_maps()
        self.changed.emit()

    def _show_maps(self) -> None:
        assert self._array is not None and self._levels is not None
        self.channel = min(self.channel, self.channels - 1)
        if self.enlarged:
            values, levels = self._array[self.channel], self._levels[self.channel]
            self.closeup.show_map(values, levels, self._color_map)
            self.setCurrentWidget(self.closeup)
        else:
            self.grid.show_levels(self._levels, self._color_map, self.channel)
            self.setCurrentWidget(self.grid)

    def _moved(self, channel: int) -> None:
        self.channel = channel
        self.remarked.emit(self.channel_text(channel))
        self.changed.emit()

    def channel_text(self, channel: int) -> str:
        """What one channel holds: its range, mean and share of zeros."""
        if self._array is None or self._array.ndim != 3 or not 0 <= channel < self.channels:
            return ""
        values = self._array[channel]
        zeros = 100 * float((values == 0).mean())
        low, high = float(values.min()), float(values.max())
        return (
            f"{self._channel_name(channel)}: {low:.3g} … {high:.3g}, "
            f"mean {float(values.mean()):.3g}, {zeros:.0f} % zeros"
        )

    def _channel_name(self, channel: int) -> str:
        if self._depth == 1:
            return f"channel {channel}"
        return f"channel {channel // self._depth}, slice {channel % self._depth}"
