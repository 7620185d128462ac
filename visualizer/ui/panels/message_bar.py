"""One line above the canvas about what went wrong, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from visualizer.session.state import Message, Severity
from visualizer.ui.panels.parts import mono_font, theme_now, tool_button
from visualizer.ui.theme import icon

_COLORS: dict[Severity, str] = {"info": "accent", "warning": "warning", "error": "error"}
_DETAIL_HEIGHT = 170
_SIGN = 18


class MessageBar(QFrame):
    """Hidden until there is a message. `retry_requested` when the user wants another try,
    `inputs_requested` when they want to give the inputs that are asked for."""

    retry_requested = Signal()
    inputs_requested = Signal()
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messageBar")
        self._severity: Severity = "info"
        self._build()
        self.show_message(None)

    def show_message(self, message: Message | None) -> None:
        """Show a message, its detail folded; None hides the bar."""
        self.setVisible(message is not None)
        if message is None:
            return
        self.setProperty("severity", message.severity)
        self.style().unpolish(self)
        self.style().polish(self)
        self._severity = message.severity
        self._show_sign()
        self.text.setText(message.text)
        self.text.setAccessibleName(f"{message.severity}: {message.text}")
        self.detail.setPlainText(message.detail)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(message.detail))
        self.retry_button.setVisible(message.can_retry)
        self.inputs_button.setVisible(message.inputs is not None)

    def show_text(self, text: str, severity: Severity = "info") -> None:
        """Show one line without detail or retry."""
        self.show_message(Message(text, severity))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self.isHidden():
            self._show_sign()

    def _show_sign(self) -> None:
        theme = theme_now()
        color = theme.color(_COLORS[self._severity])
        self.sign.setPixmap(icon(self._severity, theme, _SIGN, color).pixmap(_SIGN, _SIGN))

    def _build(self) -> None:
        self.sign = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details_button = QPushButton("Details")
        self.details_button.setCheckable(True)
        self.retry_button = QPushButton("Retry")
        self.inputs_button = QPushButton("Give inputs…")
        self.close_button = tool_button("close", "Dismiss")
        self.detail = QPlainTextEdit()
        self.detail.setAccessibleName("Details of the message")
        self.detail.setReadOnly(True)
        self.detail.setFont(mono_font(12))
        self.detail.setMaximumHeight(_DETAIL_HEIGHT)
        self.detail.hide()
        self.details_button.toggled.connect(self.detail.setVisible)
        self.retry_button.clicked.connect(self.retry_requested)
        self.inputs_button.clicked.connect(self.inputs_requested)
        self.close_button.clicked.connect(self._dismiss)
        self._arrange()

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.text, 1)
        for button in (
            self.inputs_button, self.details_button, self.retry_button, self.close_button
        ):  # fmt: skip
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.addLayout(line)
        column.addWidget(self.detail)
        # The sign and a text of one line stand at the height of the buttons beside them.
        height = self.retry_button.sizeHint().height()
        self.sign.setFixedHeight(height)
        self.text.setMinimumHeight(height)

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
