"""The main window: canvas in the middle, module tree left, inspector right, tabs below."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.ui.drawing_area import DrawingArea
from visualizer.ui.focus_order import set_focus_order
from visualizer.ui.panels.cut_profile import CutProfilePanel
from visualizer.ui.panels.dock_title import DockTitle
from visualizer.ui.panels.feature_maps import FeatureMapsPanel
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.panels.late_panel import LatePanel
from visualizer.ui.panels.layer_table import LayerTablePanel
from visualizer.ui.panels.log_panel import LogPanel
from visualizer.ui.panels.message_bar import MessageBar
from visualizer.ui.panels.module_tree import ModuleTreePanel
from visualizer.ui.panels.start_page import StartPage
from visualizer.ui.settings import Settings
from visualizer.ui.toolbar import ToolBar

if TYPE_CHECKING:
    from visualizer.ui.panels.cost_charts import CostsPanel
    from visualizer.ui.panels.factorization import FactorizationPanel
    from visualizer.ui.panels.findings import FindingsPanel
    from visualizer.ui.panels.principles import PrinciplesPanel
    from visualizer.ui.panels.reductions import ReductionsPanel

_LEFT, _RIGHT, _BOTTOM = 300, 340, 230
_SMALLEST = (900, 600)
# A window narrower than this has its docks narrow, for the drawing's sake.
_ROOMY = 1150


class MainWindow(QMainWindow):
    """Widgets and where they stand; what they show is the presenter's business.

    `files_dropped` has the paths of whatever was dropped anywhere on the window.
    """

    files_dropped = Signal(list)
    closing = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._roomy_widths: list[int] | None = None
        self.setObjectName("mainWindow")
        self.setWindowTitle("Architecture Visualizer")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self._build_center()
        self._build_docks()
        self._build_status()
        self.toolbar = ToolBar(self)
        self.addToolBar(self.toolbar)
        docks = (self.inspector_dock, *self.bottom_docks)
        set_focus_order((self.toolbar, self.tree_dock, self.message_bar, self.center, *docks))
        self.setMinimumSize(*_SMALLEST)
        self.resize(1280, 800)

    def _build_center(self) -> None:
        self.drawing = DrawingArea()
        self.drawing.show_strip(self._settings.text("canvas/profile", "on", ("on", "off")) == "on")
        self.canvas, self.strip = self.drawing.canvas, self.drawing.strip
        on_off = ("on", "off")
        self.canvas.show_minimap(self._settings.text("canvas/minimap", "on", on_off) == "on")
        wheel = self._settings.text("canvas/wheel", "zooms", ("zooms", "moves"))
        self.canvas.set_wheel_moves(wheel == "moves")
        self.canvas.set_animated(self._settings.text("view/animate", "on", on_off) == "on")
        self.path_bar = self.drawing.path_bar
        self.start_page = StartPage()
        self.message_bar = MessageBar()
        self.center = QStackedWidget()
        self.center.addWidget(self.start_page)
        self.center.addWidget(self.drawing)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.message_bar)
        column.addWidget(self.center, 1)
        self.setCentralWidget(holder)

    def _build_docks(self) -> None:
        self.module_tree = ModuleTreePanel()
        self.inspector = InspectorPanel()
        self.layer_table = LayerTablePanel()
        self.late_costs = LatePanel(_costs)
        self.late_findings = LatePanel(_findings)
        self.late_principles = LatePanel(_principles)
        self.late_factorization = LatePanel(_factorization)
        self.late_reductions = LatePanel(_reductions)
        self.cut_profile = CutProfilePanel()
        self.feature_maps = FeatureMapsPanel()
        self.log = LogPanel()
        self.tree_dock = self._dock(
            "Modules", self.module_tree, Qt.DockWidgetArea.LeftDockWidgetArea
        )
        self.inspector_dock = self._dock(
            "Inspector", self.inspector, Qt.DockWidgetArea.RightDockWidgetArea
        )
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        self.table_dock = self._dock("Layers", self.layer_table, bottom)
        self.costs_dock = self._dock("Costs", self.late_costs, bottom)
        self.profile_dock = self._dock("Cut profile", self.cut_profile, bottom)
        self.findings_dock = self._dock("Findings", self.late_findings, bottom)
        self.principles_dock = self._dock("Principles", self.late_principles, bottom)
        self.factorization_dock = self._dock("Factorize", self.late_factorization, bottom)
        self.reductions_dock = self._dock("Reductions", self.late_reductions, bottom)
        self.maps_dock = self._dock("Feature maps", self.feature_maps, bottom)
        self.log_dock = self._dock("Log", self.log, bottom)
        self.bottom_docks = (
            self.table_dock, self.costs_dock, self.profile_dock, self.findings_dock,
            self.principles_dock, self.factorization_dock, self.reductions_dock, self.maps_dock,
            self.log_dock,
        )  # fmt: skip
        for dock in self.bottom_docks:
            dock.setTitleBarWidget(QWidget())  # their tabs name them already
        for left, right in pairwise(self.bottom_docks):
            self.tabifyDockWidget(left, right)
        self.table_dock.raise_()
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        for dock in (self.tree_dock, self.inspector_dock):
            dock.setTitleBarWidget(DockTitle(dock))
        self.set_default_sizes()

    @property
    def costs(self) -> CostsPanel:
        """The Costs tab, built if nobody has seen it yet."""
        return self.late_costs.panel

    @property
    def findings(self) -> FindingsPanel:
        """The Findings tab, built if nobody has seen it yet."""
        return self.late_findings.panel

    @property
    def principles(self) -> PrinciplesPanel:
        """The Principles tab, built if nobody has seen it yet."""
        return self.late_principles.panel

    @property
    def factorization(self) -> FactorizationPanel:
        """The Factorize tab, built if nobody has seen it yet."""
        return self.late_factorization.panel

    @property
    def reductions(self) -> ReductionsPanel:
        """The Reductions tab, built if nobody has seen it yet."""
        return self.late_reductions.panel

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock-{title}")
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def set_default_sizes(self) -> None:
        """The proportions of a first start."""
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.resizeDocks([self.tree_dock, self.inspector_dock], [_LEFT, _RIGHT], horizontal)
        self.resizeDocks([self.table_dock], [_BOTTOM], vertical)

    def _build_status(self) -> None:
        self.status_text = QLabel()
        self.status_text.setContentsMargins(8, 0, 0, 0)
        self.progress = QProgressBar()
        self.progress.setMaximumWidth(180)
        self.progress.setTextVisible(False)
        self.cancel_button = QPushButton("Cancel")
        for widget in (self.progress, self.cancel_button):
            widget.hide()
        bar = self.statusBar()
        bar.addWidget(self.status_text, 1)
        bar.addPermanentWidget(self.progress)
        bar.addPermanentWidget(self.cancel_button)

    def remember(self) -> None:
        """Write size, place and panels to the settings."""
        self._settings.set("window/geometry", self.saveGeometry())
        self._settings.set("window/state", self.saveState())

    def restore(self) -> None:
        """Come back as the window was left."""
        geometry, state = (
            self._settings.bytes("window/geometry"),
            self._settings.bytes("window/state"),
        )
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None:
            self.restoreState(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not at once: the docks still stand as they did before.
        QTimer.singleShot(0, self, self._share_width)

    def _share_width(self) -> None:
        """Narrow the docks in a narrow window; give them back their width in a wide one."""
        docks, across = [self.tree_dock, self.inspector_dock], Qt.Orientation.Horizontal
        if self.width() < _ROOMY and self._roomy_widths is None:
            # Never less than at first: a window may have been left, and be restored, narrow.
            self._roomy_widths = [
                max(dock.width(), width) for dock, width in zip(docks, (_LEFT, _RIGHT), strict=True)
            ]
            self.resizeDocks(docks, [dock.minimumSizeHint().width() for dock in docks], across)
        elif self.width() >= _ROOMY and self._roomy_widths is not None:
            self.resizeDocks(docks, self._roomy_widths, across)
            self._roomy_widths = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.remember()
        self.closing.emit()
        for other in QApplication.topLevelWidgets():
            if other is not self and self._owns(other):
                other.close()  # a comparison or dialog would keep the program running
        super().closeEvent(event)

    def _owns(self, other: QWidget) -> bool:
        """Whether another window was opened from this one."""
        parent = other.parentWidget()
        return parent is not None and (parent.window() is self or self._owns(parent.window()))


def _costs() -> CostsPanel:
    from visualizer.ui.panels.cost_charts import CostsPanel

    return CostsPanel()


def _findings() -> FindingsPanel:
    from visualizer.ui.panels.findings import FindingsPanel

    return FindingsPanel()


def _principles() -> PrinciplesPanel:
    from visualizer.ui.panels.principles import PrinciplesPanel

    return PrinciplesPanel()


def _factorization() -> FactorizationPanel:
    from visualizer.ui.panels.factorization import FactorizationPanel

    return FactorizationPanel()


def _reductions() -> ReductionsPanel:
    from visualizer.ui.panels.reductions import ReductionsPanel

    return ReductionsPanel()
