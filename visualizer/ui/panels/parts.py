"""Small widgets that several panels are made of, and the theme they follow."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QFrame,
    QLabel,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from visualizer.ui.theme import DARK, LIGHT, Theme, icon, text_on

_HALF_LIGHT = 128
_EDITOR_PADDING = 7
_DRESSED_ANEW = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)


def theme_now() -> Theme:
    """The theme the application is dressed in."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < _HALF_LIGHT else LIGHT


def mono_font(pixels: int) -> QFont:
    """The system's fixed-width font at a pixel size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    return font


class Panel(QWidget):
    """A panel that is dressed again when the application's theme changes: fill in `restyle`.

    Call `dress` at the end of the constructor.
    """

    theme: Theme | None = None

    def dress(self) -> None:
        """Take the application's colours; nothing happens when they are worn already."""
        theme = theme_now()
        if theme is not self.theme:
            self.theme = theme
            restyle_icons(self, theme)
            self.restyle(theme)

    def restyle(self, theme: Theme) -> None:
        """Draw whatever carries its own colours in those of `theme`."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self.theme is not None and event.type() in _DRESSED_ANEW:
            # Not at once: Qt is walking over the widgets that `restyle` may replace.
            QTimer.singleShot(0, self, self.dress)


class ShareBar(QWidget):
    """A thin bar filled up to `share`, 0..1; an empty track for None."""

    THICKNESS = 4

    def __init__(self, share: float | None, color: QColor, track: QColor) -> None:
        super().__init__()
        self.share = share
        self._color = color
        self._track = track
        self.setFixedHeight(self.THICKNESS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float | None, color: QColor) -> None:
        """Another share in another colour."""
        self.share, self._color = share, color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_share(painter, QRectF(self.rect()), self.share, self._color, self._track)


def paint_share(
    painter: QPainter, area: QRectF, share: float | None, color: QColor, track: QColor
) -> None:
    """A rounded track with its share filled; a share above 0 is never invisible."""
    radius = area.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(area, radius, radius)
    if share:
        filled = QRectF(area)
        filled.setWidth(max(area.height(), area.width() * min(share, 1.0)))
        painter.setBrush(color)
        painter.drawRoundedRect(filled, radius, radius)


class Chip(QLabel):
    """A word on a coloured, rounded ground."""

    def __init__(self, text: str, color: QColor) -> None:
        super().__init__(text)
        self._color = color
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setStyleSheet(
            f"color: {text_on(color).name()}; font-size: 11px; font-weight: 600; padding: 2px 8px;"
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawRoundedRect(self.rect(), 8, 8)
        painter.end()
        super().paintEvent(event)


class FlowText(QTextBrowser):
    """Rich text as tall as it needs to be, selectable, wrapped even inside long names."""

    def __init__(self, html: str = "") -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("background: transparent;")
        for bars_off in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            bars_off(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setHtml(html)

    def setHtml(self, text: str) -> None:
        """Show other text; Tab stops at one with links, and goes through them."""
        super().setHtml(text)
        focus = Qt.FocusPolicy
        self.setFocusPolicy(focus.StrongFocus if "<a " in text else focus.ClickFocus)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The panel scrolls, not the text."""
        event.ignore()

    def sizeHint(self) -> QSize:
        return QSize(200, round(self.document().size().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        height = max(1, round(self.document().size().height()))
        if height != self.height():
            self.setFixedHeight(height)


class ElidedText(QLabel):
    """One line that is shortened when there is no room; the tooltip has all of it."""

    def __init__(self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), text)


def pad_editor(box: QAbstractSpinBox) -> None:
    """Keep the text off the frame: the style sheet's padding does not reach a box's own editor."""
    box.lineEdit().setTextMargins(_EDITOR_PADDING, 0, 0, 0)


def text_of(text: str, role: str = "") -> QLabel:
    """A plain-text label in one of the style sheet's roles; its text can be selected."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        label.setProperty("role", role)
    return label


def tool_button(name: str, tooltip: str, text: str = "") -> QToolButton:
    """A flat button with an icon of `resources/icons`, words, or both."""
    button = QToolButton()
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip)
    button.setText(text)
    button.setProperty("iconName", name)
    if text and name:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    if name:
        button.setIcon(icon(name, theme_now()))
    return button


def restyle_icons(panel: QWidget, theme: Theme) -> None:
    """Draw every tool button's icon in the theme's colour again."""
    for button in panel.findChildren(QToolButton):
        if name := button.property("iconName"):
            button.setIcon(icon(name, theme))


def colored(text: str, color: str, pixels: int = 0, mono: bool = False) -> str:
    """HTML for `text` (escaped) in a colour and size."""
    size = f"font-size:{pixels}px;" if pixels else ""
    family = f"font-family:'{mono_font(12).family()}';" if mono else ""
    return f'<span style="color:{color};{size}{family}">{escape(text)}</span>'
