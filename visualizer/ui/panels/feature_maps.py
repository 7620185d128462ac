"""The feature-map panel: the picture, what it is taken for, and every map of a layer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.engine.messages import Prediction
from visualizer.session.maps import Bytes, statistics
from visualizer.session.shown import MapsShown
from visualizer.ui.panels.map_image import ColorLegend, ColorMap, picture_image
from visualizer.ui.panels.map_numbers import StatisticsView
from visualizer.ui.panels.map_stage import MapStage
from visualizer.ui.panels.parts import ElidedText, Panel, tool_button
from visualizer.ui.panels.predictions import PictureView, PredictionBars
from visualizer.ui.theme import Theme

_SIDE = 172
_WIDE_ENOUGH = 640
_SMALLEST = (300, 150)
_TOP_PICTURE, _BOTTOM_NUMBERS = 132, 96


class FeatureMapsPanel(Panel):
    """Side by side in a wide panel, below each other in a narrow one.

    Keys: arrows walk the channels (Shift: faster), Enter or Z enlarges, Esc goes back, Page
    Up/Down turn pages, T changes the scale (layer or map), C the colours.
    """

    picture_requested = Signal()
    demo_picture_requested = Signal()
    channel_selected = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._shown: MapsShown | None = None
        self._announced = -1
        self._words: Callable[[], None] = self._say_empty
        self._build_picture()
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
        self.picture.show_image(None)
        self.bars.show_predictions([])
        self._left.hide()
        self._say(self._say_empty)

    def show_busy(self, text: str) -> None:
        """Say what is going on; maps already shown stay until new ones come."""
        self.status.setText(text)
        if not self.has_maps:
            self._say(lambda: self.stage.show_words(escape(text)))

    def show_error(self, text: str) -> None:
        """Say in place of the maps why there are none."""
        self._forget()
        self._say(lambda: self._say_error(text))

    def show_picture(self, picture: Bytes, caption: str, explanation: str = "") -> None:
        """Show what the network saw, (H, W, 3) uint8, a line about it, and how it came about."""
        self.picture.show_image(picture_image(np.asarray(picture)))
        self.caption.setText(caption)
        self._left.setToolTip(explanation)
        self._left.show()

    def show_predictions(self, predictions: list[Prediction]) -> None:
        """Show the most likely classes; an empty list hides them."""
        self.bars.show_predictions(predictions)

    def show_maps(self, shown: MapsShown) -> None:
        """Show a layer's maps; the same layer again keeps the channel that is looked at."""
        array = np.asarray(shown.array, dtype=np.float32)
        same = self._shown is not None and self._shown.node == shown.node
        self._shown = shown
        self._announced = -1
        self.status.setText("")
        self.numbers.show_statistics(statistics(array), array)
        self._right.show()
        self.stage.show_array(array, keep_view=same)
        self._show_title()
        self._refresh()

    def restyle(self, theme: Theme) -> None:
        for quiet in (self.caption, self.status, self.place, self.legend):
            quiet.setStyleSheet(f"color: {theme.secondary}; font-size: 11px;")
        self.stage.restyle(theme)
        self.numbers.restyle(theme)
        if self._shown is None:
            self._words()
        else:
            array = np.asarray(self._shown.array, dtype=np.float32)
            self.numbers.show_statistics(statistics(array), array)

    # ------------------------------------------------------------------ construction

    def _build_picture(self) -> None:
        self.picture = PictureView()
        self.picture.setToolTip("The picture as the network sees it, resized and cropped")
        self.caption = ElidedText()
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bars = PredictionBars()
        self._left = QWidget()
        self._left_box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._left)
        self._left_box.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.picture, 1)
        column.addWidget(self.caption)
        column.addStretch(0)
        self._left_box.addLayout(column)
        self._left_box.addWidget(self.bars, 0, Qt.AlignmentFlag.AlignTop)
        self._left_box.addStretch(0)

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
        self.open_button = tool_button("image", "Open another picture")

    def _build_stage(self) -> None:
        self.stage = MapStage()
        self.status = ElidedText()
        self.legend = ColorLegend()
        self.stage.remarked.connect(self._remark)
        self.stage.changed.connect(self._refresh)
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
            self.per_map, self.gray, self.open_button,
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
        self._box.addWidget(self._left)
        self._box.addLayout(middle, 1)
        self._box.addWidget(self._right)
        # Said outright: else a wide panel's parts would keep it from ever becoming narrow.
        self.setMinimumSize(*_SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn the parts when the panel becomes wide or narrow."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE_ENOUGH
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._box.setDirection(across if wide else down)
        self._head.setDirection(across if wide else down)
        self._left_box.setDirection(down if wide else across)
        self._left_box.setStretch(1, 0 if wide else 1)
        self._left_box.setStretch(2, 1 if wide else 0)
        self.numbers.stand(upright=wide)
        for part, height in ((self._left, _TOP_PICTURE), (self._right, _BOTTOM_NUMBERS)):
            part.setMaximumSize(_SIDE if wide else 16_777_215, 16_777_215 if wide else height)
            part.setMinimumWidth(_SIDE if wide else 0)

    # ------------------------------------------------------------------ what the user does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.stage.enlarged:
            self.stage.back()
        elif key == Qt.Key.Key_T:
            self.per_map.toggle()
        elif key == Qt.Key.Key_C:
            self.gray.toggle()
        else:
            super().keyPressEvent(event)

    def _dress_maps(self) -> None:
        self.stage.dress_maps(self._color_map(), "map" if self.per_map.isChecked() else "layer")

    def _follow(self, link: str) -> None:
        (self.demo_picture_requested if link == "demo" else self.picture_requested).emit()

    # ------------------------------------------------------------------ keeping up

    def _forget(self) -> None:
        self._shown = None
        self.status.setText("")
        self.numbers.clear()
        self._right.hide()
        self._show_title()

    def _say(self, words: Callable[[], None]) -> None:
        """Say something in place of maps, again whenever the theme changes."""
        self._words = words
        words()

    def _say_error(self, text: str) -> None:
        color = self.theme.error if self.theme else "red"
        self.stage.show_words(f'<span style="color:{color}">{escape(text)}</span>')

    def _say_empty(self) -> None:
        accent = self.theme.accent if self.theme else "blue"
        style = f'style="color:{accent};text-decoration:none"'
        self.stage.show_words(
            "<b>Drop a picture anywhere on the window</b> to see what each layer makes of it."
            f'<br><br><a href="open" {style}>Open a picture …</a>'
            f'&nbsp;&nbsp;·&nbsp;&nbsp;<a href="demo" {style}>Use the example picture</a>'
        )

    def _show_title(self) -> None:
        self.title.setText(self._shown.node if self._shown else "")
        self.shape.setText(self._shown.shape_text if self._shown else "")

    def _remark(self, text: str) -> None:
        """Say what is under the cursor, else what stands on the stage or can be done."""
        if not text and self.stage.enlarged:
            text = self.stage.channel_text(self.stage.channel)
        elif not text and self.stage.channels:
            text = "Click a map to enlarge it"
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
        self.open_button.setVisible(self.has_maps)
        self.legend.show_range(self.stage.range_text(), self._color_map())
        self._remark("")
        if self.stage.enlarged and self.stage.channel != self._announced:
            self._announced = self.stage.channel
            self.channel_selected.emit(self.stage.channel)
