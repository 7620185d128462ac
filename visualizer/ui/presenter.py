"""Between state and widgets: what the user does changes the session, whose state is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from visualizer.engine.frames import FrameError
from visualizer.engine.messages import (
    ForwardFinished,
    Frame,
    Logged,
    MapsFetched,
    Reply,
    WorkerReady,
)
from visualizer.graph import shape_text
from visualizer.layout.model import Placement
from visualizer.session.network import Narrowing
from visualizer.session.overlays import OVERLAY_TITLES, overlay_values
from visualizer.session.picture import PictureController
from visualizer.session.session import Session
from visualizer.session.shown import MapsShown, ShownGraph
from visualizer.session.state import Activity, Message
from visualizer.ui.bridge import Bridge
from visualizer.ui.canvas.marks import Marks, heat_color, heat_ramp, waist_marks
from visualizer.ui.settings import Settings
from visualizer.ui.theme import Theme
from visualizer.ui.window import MainWindow

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


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
        self._take = take
        self._theme: Theme | None = None
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
        self._session.maps_fetched.connect(self._maps_fetched)

    def _listen_to_state(self) -> None:
        events = self._session.state.events
        events.network.connect(self._network_changed)
        events.expanded.connect(self._pictures.request)
        events.width_mode.connect(self._pictures.request)
        events.fused.connect(self._pictures.request)
        events.selection.connect(self._selection_changed)
        events.overlay.connect(self._show_overlay)
        events.narrowing.connect(self._narrowing_changed)
        events.forward.connect(self._forward_changed)
        events.activity.connect(self._show_activity)
        events.message.connect(self._say)
        events.picture.connect(self._picture_changed)
        self._window.module_tree.searched.connect(self._show_matches)

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
        self._window.toolbar.show_sources(recent, {*names, *recent, "demo"})
        self._window.start_page.show_recent(recent)

    def _network_changed(self) -> None:
        window, network = self._window, self._session.state.network
        window.module_tree.show_network(network)
        window.layer_table.show_network(network)
        window.inspector.show_network(network)
        window.feature_maps.show_nothing()
        window.center.setCurrentWidget(window.canvas if network else window.start_page)
        window.canvas.setFocus()
        self._pictures.request(new_network=True)
        if network is not None:
            self._settings.add_recent(network.source.text)
            window.toolbar.show_source(network.source.text)
            window.setWindowTitle(f"{network.graph.name} — Architecture Visualizer")
            self._show_status()

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
        canvas.show_graph(shown, keep_view=not new_network)
        if new_network:
            canvas.fit()
        self._selection_changed()
        self._show_overlay()

    def _selection_changed(self) -> None:
        selection, window = self._session.state.selection, self._window
        window.canvas.set_selected(self._pictures.visible_item(selection))
        window.module_tree.select(selection)
        window.layer_table.select(selection)
        window.inspector.select(selection)
        window.cut_profile.select(selection)
        window.findings.select(selection)

    def _show_matches(self, nodes: list[str]) -> None:
        items = [self._pictures.visible_item(node) for node in nodes]
        self._window.canvas.set_matches({item for item in items if item is not None})

    def _show_overlay(self) -> None:
        state, theme = self._session.state, self._theme
        folded = self._pictures.folded
        if state.network is None or folded is None or theme is None:
            self._window.canvas.set_marks(None)
            return
        if state.overlay == "none":
            self._window.canvas.set_marks(self._waists(theme))
            return
        values = overlay_values(state.network.report, folded.members.items(), state.overlay)
        colors = {
            item: None if share is None else heat_color(share, theme)
            for item, share in values.shares.items()
        }
        title = OVERLAY_TITLES[state.overlay]
        self._window.canvas.set_marks(Marks(colors, title, heat_ramp(theme), "0", values.largest))

    def _waists(self, theme: Theme) -> Marks | None:
        """The bars through which too little passes, in the colour kept for them."""
        narrowing = self._session.state.narrowing
        waists = narrowing.waists if narrowing is not None else ()
        items = (self._pictures.visible_item(node) for node in waists)
        return waist_marks((item for item in items if item is not None), theme)

    def _narrowing_changed(self, narrowing: Narrowing | None) -> None:
        profile = narrowing.profile if narrowing is not None else None
        findings = narrowing.findings if narrowing is not None else ()
        self._window.cut_profile.show_bottlenecks(profile, findings)
        self._window.findings.show_bottlenecks(profile, findings)
        self._show_overlay()

    def _picture_changed(self, picture: str) -> None:
        if picture and self._session.state.network is None:
            self._window.feature_maps.show_waiting(Path(picture).name)

    def _forward_changed(self, forward: ForwardFinished | None) -> None:
        if forward is None:
            return
        try:
            picture = self._take(forward.picture)
        except FrameError as error:
            self._say(
                Message(f"The picture was lost: {error}", "error", can_retry=True, of_run=True)
            )
            return
        caption = f"{forward.device}, {forward.seconds * 1000:.0f} ms"
        self._window.feature_maps.show_picture(picture, caption, forward.preprocessing.text)
        network = self._session.state.network
        random = network is not None and network.has_random_weights
        note = "random weights: these classes mean nothing" if random else ""
        self._window.feature_maps.show_predictions(list(forward.top), note)

    def _maps_fetched(self, reply: MapsFetched) -> None:
        try:
            maps = self._take(reply.maps)
        except FrameError as error:
            self._say(Message(f"The maps were lost: {error}", "error", can_retry=True, of_run=True))
            return
        self._window.feature_maps.show_maps(MapsShown(reply.node, shape_text(reply.spec), maps))

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
        self._window.message_bar.show_message(message)
        network = self._session.state.network
        if message is not None and network is not None and not message.of_run:
            self._window.toolbar.show_source(network.source.text)
        if message is not None and message.of_run:
            self._window.feature_maps.show_error(message.text)
        if message is not None and message.detail:
            self._window.log.append(message.detail)

    def set_theme(self, theme: Theme) -> None:
        """Everything is drawn in `theme` from now on."""
        self._theme = theme
        self._window.canvas.set_theme(theme)
        self._show_overlay()
