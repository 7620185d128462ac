"""Totals of the networks as bars on one scale, their ratios, and what the lecture says of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from visualizer.costs.comparison import Figure
from visualizer.costs.lecture import slide_notes
from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.session.comparison import Comparison
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.panels.parts import FlowText, Panel, colored, paint_share, text_of, theme_now
from visualizer.ui.theme import Theme, canvas_font

_BAR, _LINE, _VALUE = 7, 17, 84
_RATIO = 64  # for the ratios of three networks or more, which stand behind their values
_FONT = 12


class TotalsPage(Panel):
    """A row a figure, with the ratios to the first network."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[FigureRow] = []
        self._comparison: Comparison | None = None
        self.lecture = FlowText()
        self._build()
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the figures of all networks."""
        self._comparison = comparison
        self._fill()

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"TotalsPage, QWidget#totals {{ background: {theme.ground}; }}"
            f"QFrame#lecture {{ background: {theme.accent_soft}; border-radius: 8px; }}"
        )
        self._fill()

    def _build(self) -> None:
        self._list = QVBoxLayout()
        self._list.setSpacing(9)
        self._note = QFrame()
        self._note.setObjectName("lecture")
        inside = QVBoxLayout(self._note)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.addWidget(self.lecture)
        contents = QWidget()
        contents.setObjectName("totals")
        column = QVBoxLayout(contents)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(12)
        self.meaning = text_of("", "secondary")
        self.meaning.setWordWrap(True)
        column.addWidget(self.meaning)
        column.addLayout(self._list)
        column.addWidget(self._note)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setAccessibleName("Totals compared")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(contents)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _fill(self) -> None:
        if self._comparison is None:
            return
        names = self._comparison.names
        for row in self.rows:
            row.setParent(None)
            row.deleteLater()
        slide = slide_notes(names)
        self.rows = [
            FigureRow(figure, names, slide.get((figure.title, figure.about), ""))
            for figure in self._comparison.figures
        ]
        for row in self.rows:
            self._list.addWidget(row)
        against = f"{names[1]} ÷ {names[0]}" if len(names) == 2 else f"times {names[0]}"
        self.meaning.setText(f"× is {against}, {_inputs_text(self._comparison)}.")
        self._note.setVisible(bool(self._comparison.lecture))
        theme = theme_now()
        lines = [colored(line, theme.text) for line in self._comparison.lecture]
        self.lecture.setHtml("<b>What the lecture says</b><br>" + "<br>".join(lines))


class FigureRow(QWidget):
    """One total: what it is, how many times more, a bar a network with its value. The ratio of
    two stands in the heading, those of more behind the values."""

    def __init__(self, figure: Figure, names: tuple[str, ...], slide: str = "") -> None:
        super().__init__()
        self.figure = figure
        self.title = text_of(figure.title)
        self.title.setStyleSheet("font-weight: 600;")
        about = text_of(figure.about, "secondary")
        two = len(names) == 2
        self.ratio = text_of(ratio_text(figure.ratios[1]) if two else "")
        self.ratio.setStyleSheet("font-weight: 600; font-size: 14px;")
        self.ratio.setToolTip(_ratio_sentence(figure, names) if two else "")
        self.slide = text_of(slide, "secondary")
        self.slide.setToolTip("As printed on the lecture's slide; below is why it differs")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for column, widget in enumerate((self.title, about, self.slide, self.ratio)):
            grid.addWidget(widget, 0, column)
        about.setMinimumWidth(0)
        about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        grid.addWidget(FigureBars(figure, names), 1, 0, 1, 4)


class FigureBars(QWidget):
    """Bars on one scale, in the networks' colours, each with its value and, for more than two,
    its ratio to the first."""

    def __init__(self, figure: Figure, names: tuple[str, ...]) -> None:
        super().__init__()
        self._figure = figure
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        told = [
            f"{name}: {exact(value)} {figure.unit}".strip()
            for name, value in zip(names, figure.values, strict=True)
        ]
        if len(names) > 2:
            told = [
                f"{line} ({ratio_text(ratio)})"
                for line, ratio in zip(told, figure.ratios, strict=True)
            ]
        self.setToolTip("\n".join(told))
        self.setAccessibleName(f"{figure.title}, {', '.join(told)}")

    def sizeHint(self) -> QSize:
        return QSize(200, len(self._figure.values) * _LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), theme_now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(canvas_font(_FONT))
        largest = max(self._figure.values) or 1
        ratio_room = _RATIO if len(self._figure.values) > 2 else 0
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for side, value in enumerate(self._figure.values):
            line = QRectF(0, side * _LINE, self.width(), _LINE)
            length = line.width() - _VALUE - ratio_room
            bar = QRectF(0, line.center().y() - _BAR / 2, length, _BAR)
            color = side_color(side, theme)
            paint_share(painter, bar, value / largest, color, theme.color("border"))
            painter.setPen(theme.color("text"))
            painter.drawText(
                line.adjusted(0, 0, -ratio_room, 0), flags, value_text(self._figure, value)
            )
            if ratio_room and side:
                painter.setPen(color)
                painter.drawText(line, flags, ratio_text(self._figure.ratios[side]))


def _inputs_text(comparison: Comparison) -> str:
    """`for inputs 1×3×224×224`, or all where they differ."""
    shapes = (
        ", ".join("×".join(map(str, spec.shape)) for spec in network.inputs)
        for network in comparison.networks
    )
    return f"for inputs {' and '.join(dict.fromkeys(shapes))}"


def _ratio_sentence(figure: Figure, names: tuple[str, ...]) -> str:
    """Which has more, and how many times."""
    first, second = figure.values
    if not first or not second:
        return f"{names[1]} ÷ {names[0]}"
    more, less = (names[1], names[0]) if second >= first else (names[0], names[1])
    times = max(first, second) / min(first, second)
    return f"{more} has {times:.2f} times as much as {less}"


def value_text(figure: Figure, value: int) -> str:
    """A value as people read it, in its unit."""
    return human_bytes(value) if figure.unit == "bytes" else human_count(value)


def ratio_text(ratio: float | None) -> str:
    """`2.26 ×`; a dash where the first network has none of it."""
    if ratio is None:
        return "–"
    return f"{ratio:.3f} ×" if ratio < 0.1 else f"{ratio:.2f} ×"
