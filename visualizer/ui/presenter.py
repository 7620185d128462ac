"""Between state and widgets: what the user does changes the session, whose state is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from visualizer.engine.messages import Frame, Logged, Reply, WorkerReady
from visualizer.graph import shape_text
from visualizer.layout.model import Placement
from visualizer.lecture import LECTURE_NETWORKS
from visualizer.paper import PAPER_NETWORKS
from visualizer.session.network import crumbs
from visualizer.session.picture import PictureController
from visualizer.session.proportions import Room
from visualizer.session.session import Session
from visualizer.session.shown import ShownGraph
from visualizer.session.state import Activity, Message
from visualizer.ui.bridge import Bridge
from visualizer.ui.cost_presenter import CostPresenter
from visualizer.ui.cut_presenter import CutPresenter
from visualizer.ui.field_presenter import FieldPresenter
from visualizer.ui.findings_presenter import FindingsPresenter
from visualizer.ui.overlay_presenter import OverlayPresenter
from visualizer.ui.run_presenter import RunPresenter
from visualizer.ui.settings import Settings
from visualizer.ui.theme import Theme
from visualizer.ui.window import MainWindow


class Presenter(QObject):
    """Owns no state of its own beyond what is being drawn."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        pictures: PictureController,
        bridge: Bridge,
        settings: Settings,
        take: Callable[[Frame], np.ndarray[Any, Any]],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._pictures = pictures
        self._settings = settings
        self._theme: Theme | None = None
        self._cuts = CutPresenter(window, session, pictures)
        self.overlays = OverlayPresenter(window, session, pictures, self._cuts)
        self._fields = FieldPresenter(window, session)
        self.costs = CostPresenter(window, session, pictures, self._redrawn)
        self._findings = FindingsPresenter(window, session, self._narrowing_shown)
        self._runs = RunPresenter(window, session, take, self._say)
        self._listen_to_workers(bridge)
        self._listen_to_state()
        self._refresh_sources(())

    # ------------------------------------------------------------------ wiring

    def _listen_to_workers(self, bridge: Bridge) -> None:
        bridge.replied.connect(self._replied)
        bridge.worker_exited.connect(self._session.worker_died)
        bridge.placed.connect(self._placed)
        bridge.layout_failed.connect(lambda _run, text: self._say(Message(text, "error")))
        self._session.worker_ready.connect(self._worker_ready)

    def _listen_to_state(self) -> None:
        events = self._session.state.events
        events.network.connect(self._network_changed)
        events.expanded.connect(self._pictures.request)
        events.width_mode.connect(self._pictures.request)
        events.fused.connect(self._pictures.request)
        events.columns.connect(self._columns_changed)
        events.flow.connect(self._flow_changed)
        events.repeats.connect(self._pictures.request)
        events.training_heads.connect(self._heads_changed)
        events.selection.connect(self._selection_changed)
        events.bookmarks.connect(self._bookmarks_changed)
        events.quantity.connect(self._window.inspector.point_out)
        events.activity.connect(self._show_activity)
        events.message.connect(self._say)
        self._window.module_tree.searched.connect(self._show_matches)
        self._window.canvas.fit_asked.connect(self._fit_asked)

    # ------------------------------------------------------------------ what happens

    def _replied(self, reply: Reply) -> None:
        if isinstance(reply, Logged):
            self._window.log.append(reply.text)
        self._session.handle(reply)

    def _worker_ready(self, ready: WorkerReady) -> None:
        if ready.torchvision_models:
            self._refresh_sources(ready.torchvision_models)
            return
        names = ", ".join(name for _, name in ready.devices)
        self._window.log.append(f"torch {ready.torch_version} is ready on {names}")
        self._window.toolbar.show_devices(ready.devices)

    def _refresh_sources(self, names: tuple[str, ...]) -> None:
        recent = self._settings.recent()
        figures = (network.source for network in (*PAPER_NETWORKS, *LECTURE_NETWORKS))
        self._window.toolbar.show_sources(recent, {*names, *recent, *figures, "demo"})
        self._window.start_page.show_recent(recent)

    def _network_changed(self) -> None:
        window, network = self._window, self._session.state.network
        self._show_lists()
        window.inspector.show_network(network)
        window.late_costs.tell("network", lambda panel: panel.show_network(network))
        window.feature_maps.show_nothing()
        window.center.setCurrentWidget(window.drawing if network else window.start_page)
        if network is None:
            self._show_nothing()
            return
        window.canvas.setFocus()
        self._draw_to_fill()
        self._session.bookmarks.restore(self._settings.bookmarks(network.source.text))
        if network.source.kind != "object":  # which ends with the script it is in
            self._settings.add_recent(network.source.text)
        window.toolbar.show_source(network.source.text)
        window.setWindowTitle(f"{network.graph.name} — Architecture Visualizer")
        self._show_status()

    def _show_nothing(self) -> None:
        """No network is open any more."""
        self._pictures.forget()
        self._window.canvas.show_graph(None)
        self._window.path_bar.show_path(())
        self._window.toolbar.show_source("")
        self._window.status_text.clear()
        self._window.setWindowTitle("Architecture Visualizer")

    def _show_lists(self) -> None:
        shown = self._session.state.shown_network
        self._window.module_tree.show_network(shown)
        self._window.layer_table.show_network(shown)

    def _heads_changed(self) -> None:
        """Show or leave out what runs only in training; the view stays where it is."""
        self._show_lists()
        self._pictures.request()
        self._selection_changed()

    def _show_status(self) -> None:
        network = self._session.state.network
        if network is not None:
            shapes = ", ".join(shape_text(node.output, batch=True) for node in network.graph.inputs)
            parts = [
                network.source.text,
                network.weights_text,
                f"input {shapes}",
                network.graph.route,
            ]
            self._window.status_text.setText("   ·   ".join(part for part in parts if part))

    def _placed(self, placement: Placement) -> None:
        shown = self._pictures.placed(placement)
        if shown is not None:
            self._show_picture(*shown)

    def _show_picture(self, shown: ShownGraph, new_network: bool) -> None:
        canvas = self._window.canvas
        self._window.drawing.show_flow(shown.placement.flow)
        canvas.show_graph(shown, keep_view=not new_network)
        if new_network:
            canvas.fit(whole=self._pictures.wanted_whole)
        self._selection_changed()
        self._cuts.placed()
        self.overlays.show()

    def _columns_changed(self) -> None:
        """Wrapped or not, the picture is seen from its beginning."""
        self._draw_to_fill()

    def _draw_to_fill(self) -> None:
        """Draw what is open to fill the canvas."""
        self._pictures.room = self._room
        self._pictures.request(new_network=True)

    @property
    def _room(self) -> Room:
        return self._window.drawing.room_for_picture(self._session.state.flow)

    def _fit_asked(self) -> None:
        """What was opened meanwhile is drawn to fill the canvas, too."""
        self._pictures.fit(self._room)

    def _flow_changed(self) -> None:
        """Turned, it is fitted into the canvas, which has another shape then."""
        self._draw_to_fill()

    def _redrawn(self, shown: ShownGraph) -> None:
        """The same picture with the words of other costs."""
        self._show_picture(shown, new_network=False)
        self._show_status()

    def _selection_changed(self) -> None:
        selection, window = self._session.state.selection, self._window
        self._show_path()
        window.canvas.set_selected(self._pictures.visible_item(selection))
        window.module_tree.select(selection)
        window.layer_table.select(selection)
        window.late_costs.tell("selection", lambda panel: panel.select(selection))
        window.inspector.select(selection)
        window.late_findings.tell("selection", lambda panel: panel.select(selection))
        window.late_principles.tell("selection", lambda panel: panel.select(selection))
        window.late_factorization.tell("selection", lambda panel: panel.select(selection))
        window.late_reductions.tell("selection", lambda panel: panel.select(selection))

    def _show_path(self) -> None:
        """Where the selection is, and what can be gone back to."""
        state, bar, history = self._session.state, self._window.path_bar, self._session.history
        bar.show_path(crumbs(state.network, state.selection) if state.network else ())
        bar.show_steps(history.can_go_back, history.can_go_forward)
        bar.show_bookmarks(state.selection, state.bookmarks)

    def _bookmarks_changed(self, marked: tuple[str, ...]) -> None:
        network = self._session.state.network
        if network is not None:
            # Those that it has not as it is open now, with other inputs perhaps, are not lost.
            saved = self._settings.bookmarks(network.source.text)
            absent = tuple(item for item in saved if not network.has(item))
            self._settings.keep_bookmarks(network.source.text, (*marked, *absent))
        self._show_path()

    def _show_matches(self, nodes: list[str]) -> None:
        items = [self._pictures.visible_item(node) for node in nodes]
        self._window.canvas.set_matches({item for item in items if item is not None})

    def _narrowing_shown(self) -> None:
        """What is found in another profile, or by other limits, is marked on the canvas too."""
        self._cuts.placed()
        self.overlays.show()

    def _show_activity(self, activity: Activity | None) -> None:
        window = self._window
        for widget in (window.progress, window.cancel_button):
            widget.setVisible(activity is not None)
        if activity is not None and self._session.live.owns(activity.run):
            window.feature_maps.show_busy(activity.text)
        if activity is None:
            self._show_status()
            return
        window.status_text.setText(f"{activity.text} …")
        known = activity.fraction is not None
        window.progress.setRange(0, 100 if known else 0)
        if activity.fraction is not None:
            window.progress.setValue(round(100 * activity.fraction))

    def _say(self, message: Message | None) -> None:
        is_remark = message is not None and message.is_remark
        self._window.message_bar.show_message(None if is_remark else message)
        network = self._session.state.network
        if message is not None and network is not None and not message.of_run:
            self._window.toolbar.show_source(network.source.text)
        if message is not None and message.of_run:
            self._window.feature_maps.show_reason(message.text, is_fault=not is_remark)
        if message is not None and message.detail:
            self._window.log.append(message.detail)

    def set_theme(self, theme: Theme) -> None:
        """Everything is drawn in `theme` from now on."""
        self._theme = theme
        self._window.canvas.set_theme(theme)
        self.overlays.set_theme(theme)
