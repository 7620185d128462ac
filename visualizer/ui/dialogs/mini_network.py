"""Fig 1 of "Rethinking the Inception Architecture", explained step by step in motion."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.lessons.mini_designs import DESIGNS, Design
from visualizer.lessons.mini_steps import Step, steps
from visualizer.ui.dialogs.mini_numbers import MiniNumbers
from visualizer.ui.dialogs.mini_stage import MiniStage
from visualizer.ui.dialogs.player import SPEEDS, Player
from visualizer.ui.panels.parts import Panel, text_of, theme_now, tool_button
from visualizer.ui.theme import Theme, icon

_FIRST = 1
_SIZE = (960, 690)
_TITLES = ("5×5 at once", "3×3 + 3×3 (Fig 1)", "1×3 then 3×1 on 3×3 (Fig 3)")
_TIPS = (
    "One 5×5 convolution",
    "Two 3×3 convolutions in its place",
    "A 3×3 convolution as a 1×3 and a 3×1",
)


class MiniNetworkDialog(QDialog):
    """A window of its own beside the main one; nothing moves in it while it cannot be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Why two 3×3 replace a 5×5")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.lesson = MiniNetworkLesson()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lesson)
        self.resize(*_SIZE)
        self.lesson.stage.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.lesson.press(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.lesson.seen(not self.isMinimized())


class MiniNetworkLesson(Panel):
    """The designs to choose from, the drawing, the numbers, a sentence, and the player."""

    def __init__(self) -> None:
        super().__init__()
        self.design: Design = DESIGNS[_FIRST]
        self.told: tuple[Step, ...] = ()
        self.player = Player(self)
        self._build_choice()
        self._build_words()
        self._build_controls()
        self._arrange()
        self._connect()
        self.choose(_FIRST)
        self.player.play()
        self.dress()

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.told[self.player.step]

    def choose(self, number: int) -> None:
        """Tell about another design, from its start."""
        self.design = DESIGNS[number]
        self.told = steps(self.design)
        self.choices.button(number).setChecked(True)
        self.stage.show_network(self.design.network)
        self.numbers.show_design(self.design)
        self.slider.setMaximum(len(self.told) - 1)
        self.player.load(tuple(step.seconds for step in self.told))

    def press(self, key: Qt.Key) -> bool:
        """Do what a key stands for; False where it stands for nothing."""
        last = len(self.told) - 1
        moves = {
            Qt.Key.Key_Left: self.player.step - 1, Qt.Key.Key_Right: self.player.step + 1,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        numbers = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)
        if key in moves:
            self.player.go(moves[key])
        elif key == Qt.Key.Key_Space:
            self.player.toggle()
        elif key in numbers:
            self.choose(numbers.index(key))
        else:
            return False
        return True

    def seen(self, visible: bool) -> None:
        """Go on only while somebody can see it."""
        if visible and self.isVisible():
            self.player.resume()
        else:
            self.player.suspend()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.player.suspend()

    def restyle(self, theme: Theme) -> None:
        self.frame.setStyleSheet(
            f"QWidget#stage {{ background: {theme.ground}; border: 1px solid {theme.border};"
            " border-radius: 10px; }"
        )
        self._show_playing()

    # ------------------------------------------------------------------ construction

    def _build_choice(self) -> None:
        self.choices = QButtonGroup(self)
        for number, (title, tip) in enumerate(zip(_TITLES, _TIPS, strict=True)):
            button = QToolButton()
            button.setText(title)
            button.setToolTip(f"{tip} ({number + 1})")
            button.setCheckable(True)
            self.choices.addButton(button, number)

    def _build_words(self) -> None:
        self.stage = MiniStage()
        self.numbers = MiniNumbers()
        self.title = text_of("", "heading")
        self.text = QLabel()
        self.text.setStyleSheet("font-size: 13px;")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Room for the longest sentence, so that nothing moves from step to step.
        self.text.setMinimumHeight(3 * self.text.fontMetrics().lineSpacing() + 4)

    def _build_controls(self) -> None:
        self.back = tool_button("step-back", "Step back (←)")
        self.play_button = tool_button("play", "Play or pause (Space)")
        self.forward = tool_button("step-forward", "Step forward (→)")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName("Step of the explanation")
        self.slider.setToolTip("Step of the explanation")
        self.place = text_of("", "secondary")
        self.place.setMinimumWidth(64)
        self.speed = QComboBox()
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast it plays")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))

    def _arrange(self) -> None:
        self.frame = QWidget()
        self.frame.setObjectName("stage")
        self.frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QVBoxLayout(self.frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.stage)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.frame, 1)
        middle.addWidget(self.numbers)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(10)
        column.addLayout(self._choice_row())
        column.addLayout(middle, 1)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(self._control_row())

    def _choice_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in self.choices.buttons():
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _control_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (self.back, self.play_button, self.forward):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self.place)
        row.addWidget(text_of("Speed", "secondary"))
        row.addWidget(self.speed)
        return row

    def _connect(self) -> None:
        player = self.player
        player.moved.connect(self._show_step)
        player.playing_changed.connect(lambda _: self._show_playing())
        self.back.clicked.connect(lambda: player.go(player.step - 1))
        self.forward.clicked.connect(lambda: player.go(player.step + 1))
        self.play_button.clicked.connect(player.toggle)
        self.speed.currentIndexChanged.connect(lambda at: player.set_speed(SPEEDS[at]))
        self.slider.valueChanged.connect(self._slid)
        for number, button in enumerate(self.choices.buttons()):
            button.clicked.connect(partial(self.choose, number))

    # ------------------------------------------------------------------ what is shown

    def _slid(self, value: int) -> None:
        if value != self.player.step:
            self.player.go(value)

    def _show_step(self, number: int) -> None:
        step = self.told[number]
        self.stage.show_step(step, self.player.speed)
        self.numbers.show_step(step)
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.slider.setValue(number)
        self.place.setText(f"{number + 1} of {len(self.told)}")
        self.back.setEnabled(number > 0)
        self.forward.setEnabled(not self.player.at_end)

    def _show_playing(self) -> None:
        name = "pause" if self.player.playing else "play"
        self.play_button.setProperty("iconName", name)
        self.play_button.setIcon(icon(name, theme_now()))
