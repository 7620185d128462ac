"""Shows over the picture what the value that is looked at in the feature maps sees of it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from visualizer.engine.messages import ForwardFinished, MapsFetched
from visualizer.session.field_box import FieldBox, field_box
from visualizer.session.session import Session
from visualizer.ui.window import MainWindow


class FieldPresenter(QObject):
    """Knows whose maps are on screen and how large they are."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._node = ""
        self._shape: tuple[int, ...] = ()
        session.maps_fetched.connect(self._maps_fetched)
        session.state.events.map_place.connect(self._show)
        session.state.events.forward.connect(self._forward_changed)

    def _forward_changed(self, forward: ForwardFinished | None) -> None:
        """Maps of an older pass are not those of this picture."""
        self._node = ""
        self._session.state.map_place = None
        self._show()

    def _maps_fetched(self, reply: MapsFetched) -> None:
        if reply.node != self._node:
            self._session.state.map_place = None
        self._node, self._shape = reply.node, reply.maps.shape
        self._show()

    def _show(self) -> None:
        self._window.feature_maps.show_field(self._box())

    def _box(self) -> FieldBox | None:
        state = self._session.state
        if state.network is None or state.forward is None or not self._node:
            return None
        layer = state.network.report.layers.get(self._node)
        height, width = state.forward.picture.shape[:2]
        field = layer.receptive_field if layer is not None else None
        return field_box(field, self._shape, (height, width), state.map_place)
