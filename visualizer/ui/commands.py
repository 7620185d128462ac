"""What the user does with what is shown, by mouse and keys, as calls on the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from visualizer.bottlenecks import Thresholds
from visualizer.bottlenecks.tensors import Unit
from visualizer.session.derivations import Quantity
from visualizer.session.network import find_item
from visualizer.session.picture import PictureController, neighbour
from visualizer.session.session import Session
from visualizer.session.state import Message
from visualizer.sources import SourceError
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow

if TYPE_CHECKING:
    from visualizer.ui.panels.findings import FindingsPanel


class Commands(QObject):
    """Selecting, walking, looking closer. It shows nothing: that is the presenter's."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        pictures: PictureController,
        settings: Settings,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._pictures = pictures
        self._settings = settings
        self._listen_to_canvas()
        self._listen_to_panels()
        self._listen_to_keys()

    def _listen_to_canvas(self) -> None:
        canvas = self._window.canvas
        canvas.item_clicked.connect(self.select)
        canvas.fold_requested.connect(self._session.folding.toggle)
        canvas.fold_all_requested.connect(self._session.folding.toggle_all)
        canvas.key_step.connect(self.step)
        canvas.paths_requested.connect(self.show_paths_to)

    def _listen_to_panels(self) -> None:
        window = self._window
        bar, session = window.path_bar, self._session
        bar.picked.connect(self.select_and_reveal)
        bar.back_asked.connect(self.go_back)
        bar.forward_asked.connect(self.go_forward)
        bar.bookmark_toggled.connect(session.bookmarks.toggle)
        bar.limit_chosen.connect(self.choose_limit)
        window.toolbar.overlay_chosen.connect(self.choose_overlay)
        bar.lineage_cleared.connect(session.lineage.clear)
        window.strip.picked.connect(self.choose_cut_in_strip)
        window.strip.cleared.connect(self._session.cuts.clear)
        window.cut_profile.picked.connect(self.choose_cut)
        window.cut_profile.unit_chosen.connect(self.choose_unit)
        window.late_findings.tell("signals", self._listen_to_findings)
        for panel in (window.module_tree, window.layer_table, window.inspector):
            panel.selected.connect(self.select_and_reveal)
        reveal = self.select_and_reveal
        window.late_costs.tell("signals", lambda panel: panel.selected.connect(reveal))
        window.late_principles.tell("signals", lambda panel: panel.selected.connect(reveal))
        window.late_factorization.tell("signals", lambda panel: panel.selected.connect(reveal))
        window.late_reductions.tell("signals", lambda panel: panel.selected.connect(reveal))
        window.inspector.factorize_requested.connect(window.factorization_dock.show)
        window.inspector.factorize_requested.connect(window.factorization_dock.raise_)
        window.feature_maps.place_pointed.connect(self.look_at)
        window.feature_maps.layer_step.connect(self.step)
        window.layer_table.derivation_wanted.connect(self.derive)
        window.module_tree.fold_toggled.connect(self._session.folding.toggle)
        window.message_bar.retry_requested.connect(self._session.retry)
        window.cancel_button.clicked.connect(self._session.cancel)
        window.layer_table.problem.connect(lambda text: window.message_bar.show_text(text, "error"))

    def _listen_to_findings(self, panel: FindingsPanel) -> None:
        panel.cut_chosen.connect(self.choose_cut)
        panel.selected.connect(self.select_and_reveal)
        panel.thresholds_changed.connect(self.choose_thresholds)

    def _listen_to_keys(self) -> None:
        """Ctrl+C is for the name of the selection where there is no text to copy."""
        for widget in (self._window.canvas, self._window.module_tree.tree):
            copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), widget)
            copy.setContext(Qt.ShortcutContext.WidgetShortcut)
            copy.activated.connect(self.copy_name)

    def copy_name(self) -> None:
        """Put the name of what is selected into the clipboard."""
        if item := self._session.state.selection:
            QApplication.clipboard().setText(item)

    def choose_overlay(self, overlay: str) -> None:
        self._session.state.overlay = overlay

    def choose_limit(self, share: float) -> None:
        """Make bars below this share of the overlay's scale faint."""
        self._session.state.overlay_least = share

    def choose_thresholds(self, thresholds: Thresholds) -> None:
        """Judge narrow places by these limits, now and after the next start."""
        self._session.state.thresholds = thresholds
        self._settings.keep_thresholds(thresholds)

    def explain(self) -> None:
        """Bring the answer about the selected layer into view."""
        self._window.inspector_dock.show()
        self._window.inspector_dock.raise_()
        self._window.inspector.reveal_answer()

    def choose_unit(self, unit: str) -> None:
        self._session.state.cut_unit = cast(Unit, unit)

    def choose_cut(self, number: int) -> None:
        """Select a cut with the layer that stands for it, and bring all its tensors into view."""
        self._session.cuts.choose(number)
        if (cut := self._window.canvas.cut) is not None:
            self._window.canvas.center_on_item(*cut.bars)

    def choose_cut_in_strip(self, number: int) -> None:
        """Select a cut; the canvas, whose heights the strip has, moves only to one out of view."""
        self._session.cuts.choose(number)
        cut = self._window.canvas.cut
        if cut is not None and not self._window.canvas.sees_cut(cut):
            self._window.canvas.center_on_item(*cut.bars)

    def save_report(self, path: Path) -> None:
        """Write a report of the open network, drawn as the canvas shows it; tells how it went."""
        from visualizer.session.training import training_shown
        from visualizer.ui.reporting import write_report  # late: rarely asked for

        state, pictures = self._session.state, self._pictures
        shown, folded = pictures.in_one_column(), pictures.folded
        if state.narrowing is None or shown is None or folded is None:
            words = "The network is still being worked out: save its report in a moment."
            state.message = Message(words, "warning")
        else:
            training = training_shown(state)
            state.message = write_report(state.narrowing, shown, folded, path, training)

    def look_at(self, place: tuple[int, int] | None) -> None:
        """Row and column of the value to look at in the feature maps."""
        self._session.state.map_place = place

    def derive(self, quantity: str) -> None:
        """Point out how this quantity of the selected layer comes about."""
        self._session.state.quantity = cast(Quantity, quantity)

    def select(self, item: str) -> None:
        self._session.state.selection = item
        self.derive("")

    def select_and_reveal(self, item: str) -> None:
        """Select from a panel: open the groups around the item, then bring it into view."""
        network = self._session.state.network
        if network is None:
            return
        self.select(item)
        if (shown := self._pictures.visible_item(item)) is not None:
            self._window.canvas.center_on_item(shown)

    def reveal(self, text: str) -> None:
        """Select the layer called `text`; one that is not there is told."""
        network = self._session.state.network
        if network is None:
            return
        try:
            self.select_and_reveal(find_item(network, text))
        except SourceError as error:
            self._session.state.message = Message(str(error), "error")

    def step(self, direction: str) -> None:
        """Walk from the selection to a neighbour."""
        shown = self._window.canvas.shown
        start = self._pictures.visible_item(self._session.state.selection)
        if shown is not None and (found := neighbour(shown, start or "", direction)):
            self.select(found)
            self._window.canvas.center_on_item(found)

    def go_back(self) -> None:
        """Select what was selected before."""
        self._show_again(self._session.history.back())

    def go_forward(self) -> None:
        """Select what was gone back from."""
        self._show_again(self._session.history.forward())

    def _show_again(self, item: str) -> None:
        if item and (shown := self._pictures.visible_item(item)) is not None:
            self._window.canvas.center_on_item(shown)

    def go_up(self) -> None:
        """Select the module around the selection."""
        network, item = self._session.state.drawn_network, self._session.state.selection
        if network is not None and (around := network.hierarchy.parent_of.get(item)):
            self.select_and_reveal(around)

    def show_paths_to(self, item: str) -> None:
        """Tell apart the paths between the selection and another layer."""
        selected = self._session.state.selection
        if item and selected:
            self._session.lineage.show_paths(selected, item)
