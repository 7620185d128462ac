"""What the user does with mouse and keys, as calls on the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from visualizer.bottlenecks import Thresholds
from visualizer.bottlenecks.tensors import Unit
from visualizer.engine.messages import Device
from visualizer.resources import resource
from visualizer.session.derivations import Quantity
from visualizer.session.factories import factories_in
from visualizer.session.local_files import is_config, is_node_data
from visualizer.session.network import find_item
from visualizer.session.node_data import read_node_data
from visualizer.session.picture import PictureController, neighbour
from visualizer.session.session import Session
from visualizer.session.shown import ColumnMode, WidthMode
from visualizer.session.state import Message
from visualizer.sources import SourceError
from visualizer.ui.dialogs import choose_factory
from visualizer.ui.opengl import OpenGLDrawing
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow

if TYPE_CHECKING:
    from visualizer.ui.panels.findings import FindingsPanel

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class Commands(QObject):
    """Listens to every widget of the window. It shows nothing: that is the presenter's."""

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
        self.opengl = OpenGLDrawing(window.canvas, settings, self._warn)
        self._listen_to_canvas()
        self._listen_to_panels()
        self._listen_to_toolbar()
        self._listen_to_keys()

    def _listen_to_canvas(self) -> None:
        canvas = self._window.canvas
        canvas.item_clicked.connect(self.select)
        canvas.fold_requested.connect(self._session.folding.toggle)
        canvas.fold_all_requested.connect(self._session.folding.toggle_all)
        canvas.key_step.connect(self.step)
        canvas.paths_requested.connect(self.show_paths_to)
        canvas.files_dropped.connect(self.open_files)

    def _listen_to_panels(self) -> None:
        window = self._window
        bar, session = window.path_bar, self._session
        bar.picked.connect(self.select_and_reveal)
        bar.back_asked.connect(self.go_back)
        bar.forward_asked.connect(self.go_forward)
        bar.bookmark_toggled.connect(session.bookmarks.toggle)
        bar.limit_chosen.connect(self.choose_limit)
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
        window.feature_maps.picture_step.connect(self.step_picture)
        window.layer_table.derivation_wanted.connect(self.derive)
        window.module_tree.fold_toggled.connect(self._session.folding.toggle)
        window.message_bar.retry_requested.connect(self._session.retry)
        window.files_dropped.connect(self.open_files)
        window.cancel_button.clicked.connect(self._session.cancel)
        window.start_page.source_chosen.connect(self.open_example)
        window.start_page.compared_chosen.connect(self.open_compared)
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

    def _listen_to_toolbar(self) -> None:
        toolbar = self._window.toolbar
        toolbar.source_entered.connect(self.open_text)
        toolbar.run_requested.connect(self.run)
        toolbar.device_chosen.connect(self.choose_device)
        toolbar.overlay_chosen.connect(self.choose_overlay)
        toolbar.width_chosen.connect(self.choose_width)

    def open_text(self, text: str) -> None:
        """Open a source as typed; pictures and Python files are taken for what they are."""
        if Path(text).suffix.lower() in (*PICTURE_SUFFIXES, ".py") or is_config(Path(text)):
            self.open_files([text])
        elif text.strip():
            self._session.opening.open_text(text)

    def recent(self) -> tuple[str, ...]:
        """The networks opened last, the newest first."""
        return self._settings.recent()

    def open_recent(self, number: int) -> None:
        """Open the network that was opened last but `number`, if there is one."""
        recent = self.recent()
        if number < len(recent):
            self.open_text(recent[number])

    def open_example(self, text: str) -> None:
        """Open from the start page: the demo comes with its photograph."""
        if text == "demo":
            self._session.state.picture = str(resource("sample", "chelsea.png"))
            self._window.maps_dock.raise_()
        self.open_text(text)

    def open_compared(self, first: str, second: str) -> None:
        """Open a network, then another one beside it to compare."""
        self._session.comparing.compare_when_open(second)
        self.open_text(first)

    def open_files(self, paths: list[str]) -> None:
        """Open what was dropped: a picture is run, a Python file opens its factory."""
        for path in paths:
            if Path(path).suffix.lower() in PICTURE_SUFFIXES:
                self._run_picture(path)
            elif is_config(Path(path)):
                self._session.opening.open_text(f"hf:{path}")
            elif Path(path).suffix == ".py":
                self._open_python(Path(path))
            elif is_node_data(Path(path)):
                self.open_node_data(Path(path))
            else:
                self._session.opening.open_text(path)

    def _open_python(self, path: Path) -> None:
        """Python files are run only after the user has said so."""
        try:
            names = factories_in(path)
        except SourceError as error:
            self._session.state.message = Message(str(error), "error")
            return
        if factory := choose_factory(self._window, path, names):
            self._session.opening.open_text(f"{path}:{factory}")

    def _run_picture(self, path: str) -> None:
        self._window.maps_dock.raise_()
        self._session.live.run(path)

    def run(self) -> None:
        """Run on the picture shown last; without one, ask for it."""
        self._window.maps_dock.raise_()
        if self._session.state.picture:
            self._session.live.run()
        else:
            self._window.feature_maps.picture_requested.emit()

    def step_picture(self, step: int) -> None:
        """Run on the picture after (1) or before (-1) the one shown, by name, in its folder."""
        state = self._session.state
        if not state.picture:
            return
        now = Path(state.picture)
        others = (file for file in now.parent.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
        pictures = sorted({now, *others})
        if len(pictures) > 1:
            self._run_picture(str(pictures[(pictures.index(now) + step) % len(pictures)]))

    def copy_name(self) -> None:
        """Put the name of what is selected into the clipboard."""
        if item := self._session.state.selection:
            QApplication.clipboard().setText(item)

    def choose_device(self, device: str) -> None:
        self._session.state.device = cast(Device, device)

    def choose_overlay(self, overlay: str) -> None:
        self._session.state.overlay = overlay

    def choose_limit(self, share: float) -> None:
        """Make bars below this share of the overlay's scale faint."""
        self._session.state.overlay_least = share

    def open_node_data(self, path: Path) -> None:
        """Colour the layers by the numbers in a file; what it has too much is told."""
        state = self._session.state
        if state.network is None:
            state.message = Message("Open a network first, then the numbers for it.", "warning")
            return
        try:
            found = read_node_data(path, state.network)
        except SourceError as error:
            state.message = Message(str(error), "error")
            return
        known = {data.key: data for data in (*state.node_data, *found)}
        state.node_data = tuple(known.values())
        state.overlay = found[0].key
        strangers = max(data.strangers for data in found)
        if strangers:
            names = "1 name is" if strangers == 1 else f"{strangers:,} names are"
            text = f"{path.name}: {names} not in {state.network.graph.name}."
            state.message = Message(text, "warning")

    def choose_width(self, mode: str) -> None:
        self._session.state.width_mode = cast(WidthMode, mode)
        self._settings.set("canvas/width", mode)

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

    def show_strip(self, wanted: bool) -> None:
        """Whether the cut profile stands beside the canvas, now and the next time."""
        self._window.drawing.show_strip(wanted)
        self._settings.set("canvas/profile", "on" if wanted else "off")

    def show_minimap(self, wanted: bool) -> None:
        """Whether a picture that does not fit has a minimap, now and the next time."""
        self._window.canvas.show_minimap(wanted)
        self._settings.set("canvas/minimap", "on" if wanted else "off")

    def let_wheel_move(self, moves: bool) -> None:
        """Whether the wheel alone moves the drawing or zooms, now and the next time."""
        self._window.canvas.set_wheel_moves(moves)
        self._settings.set("canvas/wheel", "moves" if moves else "zooms")

    def _warn(self, text: str) -> None:
        self._window.log.append(text)
        self._session.state.message = Message(text, "warning")

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

    def toggle_training_heads(self) -> None:
        """Show or leave out auxiliary heads; one that is left out is not selected any more."""
        state = self._session.state
        network, shown = state.network, not state.training_heads
        if network is not None and not shown and network.head_of(state.selection):
            state.selection = ""
        state.training_heads = shown
        self._settings.set("view/training-heads", "shown" if shown else "hidden")

    def choose_columns(self, mode: ColumnMode) -> None:
        """Wrap long drawings into columns or not, now and the next time."""
        self._session.state.columns = mode
        self._settings.set("view/columns", mode)

    def flow_right(self, right: bool) -> None:
        """Let data flow to the right, or down, now and the next time."""
        self._session.state.flow = "right" if right else "down"
        self._settings.set("view/flow", self._session.state.flow)

    def let_animate(self, animate: bool) -> None:
        """Whether folding is seen as a movement, now and the next time."""
        self._window.canvas.set_animated(animate)
        self._settings.set("view/animate", "on" if animate else "off")

    def toggle_repeats(self) -> None:
        """Show modules that are built alike once, or each of them; now and the next time."""
        state = self._session.state
        once = state.drawn_network is state.shown_network
        state.repeats = once
        self._settings.set("view/repeats", "once" if once else "each")

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
