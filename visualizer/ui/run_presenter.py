"""What a forward pass gave: the picture, its classes, the maps of a layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from visualizer.engine.frames import FrameError
from visualizer.engine.messages import ForwardFinished, Frame, MapsFetched
from visualizer.graph import shape_text
from visualizer.session.session import Session
from visualizer.session.shown import MapsShown
from visualizer.session.state import Message
from visualizer.ui.window import MainWindow


class RunPresenter(QObject):
    """Shows runs in the feature maps and the inspector; `take` fetches an array that the worker
    left, `say` shows a message."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        take: Callable[[Frame], np.ndarray[Any, Any]],
        say: Callable[[Message], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._take = take
        self._say = say
        session.state.events.picture.connect(self._picture_changed)
        session.state.events.forward.connect(self._forward_changed)
        session.maps_fetched.connect(self._maps_fetched)

    def _picture_changed(self, picture: str) -> None:
        if picture and self._session.state.network is None:
            self._window.feature_maps.show_waiting(Path(picture).name)

    def _forward_changed(self, forward: ForwardFinished | None) -> None:
        self._window.inspector.smoothing.show_values("", None)
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
        network = self._session.state.network
        names = dict(enumerate(network.categories)) if network is not None else {}
        random = network is not None and network.has_random_weights
        note = "Random weights: these logits mean nothing." if random else ""
        self._window.inspector.smoothing.show_values(reply.node, maps, names, note)
