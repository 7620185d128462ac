"""The window of a comparison: silhouettes at the left, figures and tables at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.session.comparison import MOST_COMPARED, Comparison
from visualizer.session.shown import WidthMode
from visualizer.ui.comparison.accuracy import AccuracyPanel
from visualizer.ui.comparison.changes import ChangesPage
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.comparison.curves import CurvesPage
from visualizer.ui.comparison.grids import GridsPage
from visualizer.ui.comparison.silhouettes import Silhouettes
from visualizer.ui.comparison.totals import TotalsPage
from visualizer.ui.panels.message_bar import MessageBar
from visualizer.ui.panels.parts import Panel, colored
from visualizer.ui.theme import Theme

_SIZE, _SMALLEST = (1280, 800), (860, 520)
_SHARES = (58, 42)
_WIDTHS: tuple[tuple[str, WidthMode], ...] = (("linear", "linear"), ("√", "sqrt"), ("log", "log"))
_MATCHED = "Layer by layer, matched"
_MORE = "Compare these with one more network"
_FULL = f"{MOST_COMPARED} at a time: take one out with its ✕ first"
PAGES = ("totals", "grids", "depth", "changes", "accuracy")


class CompareWindow(Panel):
    """A second window beside the main one; `other_wanted` asks for another network to compare
    with, `one_more_wanted` for one to add to those, `width_chosen` for another scale."""

    other_wanted = Signal()
    one_more_wanted = Signal()
    width_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__()
        self.setParent(parent, Qt.WindowType.Window)
        self.setWindowTitle("Compare")
        self.comparison: Comparison | None = None
        self.message_bar = MessageBar()
        self._build_head()
        self._build_pages()
        self._arrange()
        self.resize(*_SIZE)
        self.setMinimumSize(*_SMALLEST)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show figures and tables of networks; their pictures come by themselves."""
        self.comparison = comparison
        *others, last = comparison.names
        self.setWindowTitle(f"{', '.join(others)} and {last} — Compare")
        for page in (self.totals, self.grids, self.curves, self.changes, self.accuracy):
            page.show_comparison(comparison)
        tip = _MATCHED if comparison.versions else "These are no versions of one network"
        self.tabs.setTabToolTip(PAGES.index("changes"), tip)
        self.more_button.setEnabled(not comparison.full)
        self.more_button.setToolTip(_FULL if comparison.full else _MORE)
        self.message_bar.show_message(None)
        self._show_title()
        self.silhouettes.canvases[0].setFocus()

    def show_page(self, page: str) -> None:
        """Bring a page of `PAGES` to the front."""
        self.tabs.setCurrentIndex(PAGES.index(page))

    def restyle(self, theme: Theme) -> None:
        self.silhouettes.set_theme(theme)
        self._show_title()

    def _build_head(self) -> None:
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.width_box = QComboBox()
        self.width_box.setAccessibleName("Width of the bars")
        self.width_box.setToolTip("How activations become width; all networks have one scale")
        for title, mode in _WIDTHS:
            self.width_box.addItem(title, mode)
        self.width_box.activated.connect(
            lambda number: self.width_chosen.emit(self.width_box.itemData(number))
        )
        self.fit_button = QPushButton("Fit")
        self.fit_button.setToolTip("Show all from the top, at one zoom (Ctrl+0)")
        self.more_button = QPushButton("Add another …")
        self.more_button.clicked.connect(self.one_more_wanted)
        self.other_button = QPushButton("Compare anew …")
        self.other_button.setToolTip("Compare the network of the main window with another one")
        self.other_button.clicked.connect(self.other_wanted)

    def _build_pages(self) -> None:
        self.silhouettes = Silhouettes()
        self.fit_button.clicked.connect(self.silhouettes.fit)
        QShortcut("Ctrl+0", self, self.silhouettes.fit)
        self.totals, self.grids = TotalsPage(), GridsPage()
        self.curves, self.changes = CurvesPage(), ChangesPage()
        self.accuracy = AccuracyPanel()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("What is compared")
        self.tabs.setDocumentMode(True)
        for page, title, tip in (
            (self.totals, "Totals", "Parameters, MACs and memory, with their ratios"),
            (self.grids, "By grid", "What is spent on grids of each size"),
            (self.curves, "With depth", "How costs add up from input to output"),
            (self.changes, "What changed", _MATCHED),
            (self.accuracy, "Accuracy", "Which architecture? Published accuracies"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(page, title), tip)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 12, 8)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        label = QLabel("Width")
        label.setProperty("role", "secondary")
        for widget in (
            label, self.width_box, self.fit_button, self.more_button, self.other_button,
        ):  # fmt: skip
            head.addWidget(widget)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.silhouettes)
        self.splitter.addWidget(self.tabs)
        for number, share in enumerate(_SHARES):
            self.splitter.setStretchFactor(number, share)
        self.splitter.setSizes([share * _SIZE[0] // 100 for share in _SHARES])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.message_bar)
        column.addWidget(self.splitter, 1)

    def _show_title(self) -> None:
        if self.theme is None:
            return
        self.silhouettes.show_names(self.comparison, self.theme)
        if self.comparison is not None:
            told = [
                f"<b>{colored(f'■ {name}', side_color(side, self.theme).name(), 14)}</b>"
                for side, name in enumerate(self.comparison.names)
            ]
            self.title.setToolTip("\n".join(n.source.text for n in self.comparison.networks))
            self.title.setText(" &nbsp; ".join(told))
