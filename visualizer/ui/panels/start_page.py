"""What is seen before a network is open: how to open one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from visualizer.lecture import LECTURE_NETWORKS
from visualizer.paper import PAPER_NETWORKS
from visualizer.ui.panels.parts import ElidedText, Panel
from visualizer.ui.theme import Theme

EXAMPLES = (
    ("demo", "Demo", "EfficientNet-Lite0 with trained weights and a photograph"),
    ("alexnet", "AlexNet", "The lecture's example: eight layers, one waist"),
    ("googlenet", "GoogLeNet", "Inception modules: four branches and a concat"),
    ("resnet50", "ResNet-50", "Residual blocks: squeezed inside, wide past them"),
)
COMPARED = ("alexnet", "vgg16")
COMPARED_TEXT = "AlexNet and VGG-16 on one scale, with their ratios"
_WIDTH = 520
_FIGURES_A_ROW = 4


class StartPage(Panel):
    """`source_chosen` has a source's text, `compared_chosen` the texts of two to be compared,
    `open_requested` asks for the open dialog."""

    source_chosen = Signal(str)
    compared_chosen = Signal(str, str)
    open_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.recent: list[QPushButton] = []
        self._recent_title = _heading("Recent")
        self._recent_list = QVBoxLayout()
        self._recent_list.setSpacing(4)
        self._drop = QFrame()
        self._drop.setObjectName("dropHint")
        self._arrange()
        self.show_recent(())
        self.dress()

    def show_recent(self, sources: Iterable[str]) -> None:
        """Offer the sources opened last, the newest first."""
        for button in self.recent:
            button.deleteLater()
        self.recent = [self._recent_button(source) for source in sources]
        for button in self.recent:
            self._recent_list.addWidget(button)
        self._recent_title.setVisible(bool(self.recent))

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"QFrame#dropHint {{ border: 2px dashed {theme.strong_border}; border-radius: 10px; }}"
            f"QLabel#dropText, QLabel#what {{ color: {theme.secondary}; }}"
            "QWidget#startPage { background: transparent; }"
            "QPushButton#recent { text-align: left; padding: 5px 10px; }"
            "QPushButton#figure { padding: 4px 6px; }"
        )

    def _arrange(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self._title())
        column.addWidget(self._open_row())
        column.addSpacing(10)
        column.addWidget(_heading("Examples"))
        for source, name, what in EXAMPLES:
            opened = partial(self.source_chosen.emit, source)
            column.addWidget(self._example(source, name, what, opened))
        compared = partial(self.compared_chosen.emit, *COMPARED)
        column.addWidget(self._example("compared", "Compare", COMPARED_TEXT, compared))
        column.addWidget(self._recent_title)
        column.addLayout(self._recent_list)
        column.addSpacing(10)
        column.addWidget(_heading("Networks of the lecture"))
        column.addWidget(self._buttons(_lecture_buttons()))
        column.addSpacing(10)
        column.addWidget(_heading("Figures of the paper"))
        column.addWidget(self._buttons(_figure_buttons()))
        holder = QWidget()
        holder.setMaximumWidth(_WIDTH)
        holder.setLayout(column)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(holder, 8)
        row.addStretch(1)
        page = QVBoxLayout()
        page.addStretch(2)
        page.addLayout(row)
        page.addStretch(3)
        self._scroll_over(page)

    def _scroll_over(self, page: QVBoxLayout) -> None:
        """A long list of recent networks must not keep the window from being made small."""
        contents, scroll = QWidget(), QScrollArea()
        contents.setObjectName("startPage")
        contents.setLayout(page)
        scroll.setObjectName("startPage")
        scroll.setAccessibleName("Start")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(contents)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _title(self) -> QLabel:
        title = QLabel("See where a network narrows")
        title.setProperty("role", "title")
        return title

    def _open_row(self) -> QFrame:
        text = QLabel(
            "Drop a model, a Python file or a picture anywhere, or open a network by name."
        )
        text.setWordWrap(True)
        text.setObjectName("dropText")
        button = QPushButton("Open …")
        button.setProperty("primary", True)
        button.setToolTip("Open a network (Ctrl+O)")
        button.clicked.connect(self.open_requested)
        row = QHBoxLayout(self._drop)
        row.setContentsMargins(18, 16, 18, 16)
        row.addWidget(text, 1)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return self._drop

    def _example(self, source: str, name: str, what: str, chosen: Callable[[], object]) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        button = QPushButton(name)
        button.setObjectName(f"example-{source}")
        button.setFixedWidth(108)
        button.clicked.connect(lambda _=False: chosen())
        text = ElidedText(Qt.TextElideMode.ElideRight)
        text.setObjectName("what")
        text.setText(what)
        row.addWidget(button)
        row.addWidget(text, 1)
        return holder

    def _buttons(self, networks: Iterable[tuple[str, str, str, str]]) -> QWidget:
        """A small button for each (source, title, what is to be seen, tooltip)."""
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for number, (source, title, text, tooltip) in enumerate(networks):
            button = QPushButton(title)
            button.setObjectName("figure")
            button.setToolTip(tooltip)
            button.setAccessibleName(f"{title}: {text}")
            button.clicked.connect(partial(self.source_chosen.emit, source))
            grid.addWidget(button, number // _FIGURES_A_ROW, number % _FIGURES_A_ROW)
        return holder

    def _recent_button(self, source: str) -> QPushButton:
        button = QPushButton(source)
        button.setObjectName("recent")
        button.setToolTip(source)
        button.clicked.connect(partial(self.source_chosen.emit, source))
        return button


def _figure_buttons() -> Iterator[tuple[str, str, str, str]]:
    """Every figure of Rethinking the Inception Architecture."""
    for figure in PAPER_NETWORKS:
        yield figure.source, figure.title, figure.text, f"{figure.text} ({figure.source})"


def _lecture_buttons() -> Iterator[tuple[str, str, str, str]]:
    """Every network of the lecture, with the figures that its slide or paper prints."""
    for network in LECTURE_NETWORKS:
        tooltip = f"{network.text} ({network.source})\nIn the text: {network.figures}"
        yield network.source, network.title, network.text, tooltip


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
