"""The feature-map panel: the picture, what it is taken for, and every map of a layer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.engine.messages import Prediction
from visualizer.session.field_box import FieldBox
from visualizer.session.maps import Bytes, statistics
from visualizer.session.shown import MapsShown
from visualizer.ui.panels.map_image import ColorLegend, ColorMap
from visualizer.ui.panels.map_numbers import StatisticsView
from visualizer.ui.panels.map_stage import MapStage
from visualizer.ui.panels.map_window import MapWindow
from visualizer.ui.panels.map_words import empty_text, error_text, waiting_text
from visualizer.ui.panels.parts import ElidedText, Panel, theme_now, tool_button
from visualizer.ui.panels.picture_side import PictureSide
from visualizer.ui.theme import Theme

_SIDE, _SMALL_SIDE = 172, 132
# From this width on, or when this much wider than high, the parts stand side by side.
_WIDE_ENOUGH, _BROAD = 640, 1.5
_ROOM_FOR_NUMBERS = 760
_SMALLEST = (300, 190)
_ANY = 16_777_215  # what Qt calls no maximum
_TOP_PICTURE, _BOTTOM_NUMBERS = 132, 96
# As the Deep Visualization Toolbox has them.
_LAYER_STEPS = {Qt.Key.Key_U: "up", Qt.Key.Key_O: "down"}
_PICTURE_STEPS = {Qt.Key.Key_E: 1, Qt.Key.Key_W: -1}


class FeatureMapsPanel(Panel):
    """Side by side in a wide panel, below each other in a narrow one.

    Keys: arrows walk the channels (Shift: faster), Enter enlarges, Esc goes back, Z shows the map
    in a window of its own, Page Up/Down turn pages, T changes the scale (layer or map), C the
    colours, U and O ask for the layer before and after, W and E for the picture before and after.
    """

    picture_requested = Signal()
    demo_picture_requested = Signal()
    channel_selected = Signal(int)
    layer_step = Signal(str)
    picture_step = Signal(int)
    place_pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: MapsShown | None = None
        self._announced = -1
        self._field: FieldBox | None = None
        self._hovered = ""
        self._small = False
        self.map_window: MapWindow | None = None
        self._words: Callable[[Theme], str] = empty_text
        self.picture_side = PictureSide()
        self._build_controls()
        self._build_stage()
        self._build_numbers()
        self._arrange()
        self.show_nothing()
        self.dress()

    # ------------------------------------------------------------------ what is shown

    @property
    def has_maps(self) -> bool:
        """Whether feature maps are on screen."""
        return self._shown is not None

    def show_nothing(self) -> None:
        """The state before the first picture: say how to get one."""
        self._forget()
        self.picture_side.clear()
        self._say(empty_text)

    def show_busy(self, text: str) -> None:
        """Say what is going on; maps already shown stay until new ones come."""
        self.status.setText(text)
        if not self.has_maps:
            self._say(lambda _: escape(text))

    def show_error(self, text: str) -> None:
        """Say in place of the maps what went wrong."""
        self.show_reason(text)

    def show_reason(self, text: str, is_fault: bool = True) -> None:
        """Say in place of the maps why there are none; in the colour of errors if `is_fault`."""
        self._forget()
        self._say(lambda theme: error_text(text, theme) if is_fault else escape(text))

    def show_picture(self, picture: Bytes, caption: str, explanation: str = "") -> None:
        """Show what the network saw, (H, W, 3) uint8, a line about it, and how it came about."""
        self.picture_side.show_picture(picture, caption, explanation)

    def show_field(self, box: FieldBox | None) -> None:
        """Draw over the picture what one value sees of it; None draws nothing."""
        self.picture_side.show_field(box)
        self._field = box
        if self._hovered:
            self._remark(self._hovered)

    def show_waiting(self, picture_name: str) -> None:
        """Say that a picture was opened and waits for a network to be run on."""
        self._forget()
        self._say(lambda _: waiting_text(picture_name))

    def show_predictions(self, predictions: list[Prediction], note: str = "") -> None:
        """Show the most likely classes, under a `note` about them; an empty list hides both."""
        self.picture_side.show_predictions(predictions, note)

    def show_maps(self, shown: MapsShown) -> None:
        """Show a layer's maps; the same layer again keeps the channel that is looked at."""
        array = np.asarray(shown.array, dtype=np.float32)
        same = self._shown is not None and self._shown.node == shown.node
        self._shown = shown
        self._announced = -1
        self.status.setText("")
        self.numbers.show_statistics(statistics(array), array)
        self._show_numbers()
        self.stage.show_array(array, keep_view=same)
        self._show_title()
        self._refresh()

    def restyle(self, theme: Theme) -> None:
        self.picture_side.restyle(theme)
        for quiet in (self.status, self.place, self.legend):
            quiet.setStyleSheet(f"color: {theme.secondary}; font-size: 11px;")
        self.stage.restyle(theme)
        self.numbers.restyle(theme)
        if self._shown is None:
            self._say(self._words)
        else:
            array = np.asarray(self._shown.array, dtype=np.float32)
            self.numbers.show_statistics(statistics(array), array)

    # ------------------------------------------------------------------ construction

    def _build_controls(self) -> None:
        self.title, self.shape = ElidedText(), QLabel()
        self.title.setProperty("role", "heading")
        self.shape.setProperty("role", "secondary")
        self.per_map = tool_button("", "Scale each map by its own range (T)", "Per map")
        self.gray = tool_button("", "Gray instead of Viridis (C)", "Gray")
        for button in (self.per_map, self.gray):
            button.setCheckable(True)
        self.place = QLabel()
        self.back_button = tool_button("", "Show all channels (Esc)", "All")
        self.previous_button = tool_button("", "Previous page or channel", "‹")
        self.next_button = tool_button("", "Next page or channel", "›")
        self.window_button = tool_button("enlarge", "Show the map in a window of its own (Z)")
        self.open_button = tool_button("image", "Open another picture")

    def _build_stage(self) -> None:
        self.stage = MapStage()
        self.status = ElidedText(Qt.TextElideMode.ElideRight)
        self.legend = ColorLegend()
        self.stage.remarked.connect(self._remark)
        self.stage.changed.connect(self._refresh)
        self.stage.placed.connect(self.place_pointed)
        self.stage.magnified.connect(self.open_map_window)
        self.window_button.clicked.connect(self.open_map_window)
        self.stage.words.linkActivated.connect(self._follow)
        self.gray.toggled.connect(lambda _: self._dress_maps())
        self.per_map.toggled.connect(lambda _: self._dress_maps())
        self.per_map.setChecked(True)
        self.back_button.clicked.connect(self.stage.back)
        self.previous_button.clicked.connect(lambda: self.stage.turn(-1))
        self.next_button.clicked.connect(lambda: self.stage.turn(1))
        self.open_button.clicked.connect(self.picture_requested)

    def _build_numbers(self) -> None:
        self.numbers = StatisticsView()
        self._right = QWidget()
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.numbers)

    def _arrange(self) -> None:
        titles, controls = QHBoxLayout(), QHBoxLayout()
        titles.setSpacing(8)
        titles.addWidget(self.title)
        titles.addWidget(self.shape)
        titles.addStretch(1)
        controls.setSpacing(4)
        controls.addStretch(1)
        for widget in (
            self.place, self.previous_button, self.next_button, self.back_button,
            self.per_map, self.gray, self.window_button, self.open_button,
        ):  # fmt: skip
            controls.addWidget(widget)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(6)
        self._head.addLayout(titles)
        self._head.addLayout(controls)
        middle = QVBoxLayout()
        middle.setSpacing(4)
        middle.addLayout(self._head)
        middle.addWidget(self.stage, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.status)
        foot.addStretch(1)
        foot.addWidget(self.legend)
        middle.addLayout(foot)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(10, 8, 10, 6)
        self._box.setSpacing(14)
        self._box.addWidget(self.picture_side)
        self._box.addLayout(middle, 1)
        self._box.addWidget(self._right)
        # Said outright: else a wide panel's parts would keep it from ever becoming narrow.
        self.setMinimumSize(*_SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn the parts when the panel becomes broad or tall."""
        super().resizeEvent(event)
        broad = self.width() >= min(_WIDE_ENOUGH, _BROAD * self.height())
        self._small = broad and self.width() < _ROOM_FOR_NUMBERS
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._box.setDirection(across if broad else down)
        self._head.setDirection(across if broad else down)
        self.picture_side.stand(upright=broad)
        self.numbers.stand(upright=broad)
        side = _SMALL_SIDE if self._small else _SIDE
        for part, height in ((self.picture_side, _TOP_PICTURE), (self._right, _BOTTOM_NUMBERS)):
            part.setMaximumSize(side if broad else _ANY, _ANY if broad else height)
            part.setMinimumWidth(side if broad else 0)
        self._show_numbers()

    def _show_numbers(self) -> None:
        """The statistics, where there are maps and room for both."""
        self._right.setVisible(self.has_maps and not self._small)
        self.shape.setVisible(not self._small)

    # ------------------------------------------------------------------ what the user does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.stage.enlarged:
            self.stage.back()
        elif key == Qt.Key.Key_Z:
            self.open_map_window()
        elif key == Qt.Key.Key_T:
            self.per_map.toggle()
        elif key == Qt.Key.Key_C:
            self.gray.toggle()
        elif key in _LAYER_STEPS:
            self.layer_step.emit(_LAYER_STEPS[key])
        elif key in _PICTURE_STEPS:
            self.picture_step.emit(_PICTURE_STEPS[key])
        else:
            super().keyPressEvent(event)

    def open_map_window(self) -> None:
        """Show the map that is looked at in a window of its own; without maps nothing happens."""
        if self.stage.current_map() is None:
            return
        if self.map_window is None:
            self.map_window = MapWindow(self)
            self.map_window.closeup.stepped.connect(self.stage.step)
            self.map_window.closeup.placed.connect(self.stage.point_at)
        self.map_window.open()
        self._show_in_window()

    def _show_in_window(self) -> None:
        """Keep the map's own window, if it is open, at what is looked at."""
        window, current = self.map_window, self.stage.current_map()
        if window is None or not window.isVisible():
            return
        if current is None or self._shown is None:
            window.close()
            return
        values, levels, stretched = current
        window.setWindowTitle(f"{self._shown.node}   {self._shown.shape_text}")
        about = self.stage.channel_text(self.stage.channel)
        window.show_map(values, levels, self._color_map(), stretched, about)

    def _dress_maps(self) -> None:
        self.stage.dress_maps(self._color_map(), "map" if self.per_map.isChecked() else "layer")

    def _follow(self, link: str) -> None:
        (self.demo_picture_requested if link == "demo" else self.picture_requested).emit()

    # ------------------------------------------------------------------ keeping up

    def _forget(self) -> None:
        self._shown = None
        self.status.setText("")
        self.numbers.clear()
        self._show_numbers()
        self._show_title()

    def _say(self, words: Callable[[Theme], str]) -> None:
        """Say something in place of maps, again whenever the theme changes."""
        self._words = words
        self.stage.show_words(words(self.theme or theme_now()))

    def _show_title(self) -> None:
        self.title.setText(self._shown.node if self._shown else "")
        self.shape.setText(self._shown.shape_text if self._shown else "")

    def _remark(self, text: str) -> None:
        """Say what is under the cursor and what it sees, else what stands on the stage or can be
        done."""
        self._hovered = text
        if text and self._field is not None:
            text = f"{text}  ·  {self._field.seen}"
        if not text and self.stage.enlarged:
            text = self.stage.channel_text(self.stage.channel)
        elif not text and self.stage.channels:
            text = "Click to enlarge a map, double click for a window of its own"
            text = f"{self.stage.volume_text()}. {text}" if self.stage.volume_text() else text
        self.status.setText(text)

    def _color_map(self) -> ColorMap:
        return "gray" if self.gray.isChecked() else "viridis"

    def _refresh(self) -> None:
        """Show the controls that mean something for what is on the stage."""
        place = self.stage.position_text()
        self.place.setText(place)
        for widget in (self.place, self.previous_button, self.next_button):
            widget.setVisible(bool(place))
        self.back_button.setVisible(self.stage.enlarged)
        maps = self.stage.array is not None and self.stage.array.ndim > 1
        self.gray.setVisible(maps)
        self.per_map.setVisible(self.stage.channels > 1)
        self.window_button.setVisible(maps)
        self.open_button.setVisible(self.has_maps)
        self.legend.show_range(self.stage.range_text(), self._color_map())
        self._remark("")
        if self.stage.enlarged and self.stage.channel != self._announced:
            self._announced = self.stage.channel
            self.channel_selected.emit(self.stage.channel)
        self._show_in_window()
