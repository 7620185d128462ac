"""Shows costs for another batch, precision or convention in every panel, without a new start."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from visualizer.session.picture import PictureController
from visualizer.session.session import Session
from visualizer.session.shown import ShownGraph
from visualizer.ui.window import MainWindow

_REST_MS = 120
_MOST_OPS_AT_ONCE = 400  # charts of more take longer than a slider may wait


class CostPresenter(QObject):
    """The network stays the same one: selection, folding, sorting and zoom are left alone.

    What is read while the slider moves follows at once; the cards of the inspector, the words of
    the canvas and large charts, which take longer, when it has rested for a moment. `redrawn`
    gets the picture with its new words.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        pictures: PictureController,
        redrawn: Callable[[ShownGraph], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._pictures = pictures
        self._redrawn = redrawn
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._rested)
        events = session.state.events
        events.network.connect(self._show_settings)
        events.settings.connect(self._show_settings)
        events.revision.connect(self._costs_changed)
        window.toolbar.costs.opened.connect(session.costing.prepare_batches)
        window.toolbar.costs.form.chosen.connect(self._choose)

    @property
    def busy(self) -> bool:
        """Whether something still shows costs of before."""
        return self._rest.isActive()

    def _choose(self, settings: object) -> None:
        self._session.costing.choose(settings)  # type: ignore[arg-type]
        self._show_settings()

    def _show_settings(self) -> None:
        state = self._session.state
        inputs = self._session.costing.original_inputs if state.network is not None else ()
        self._window.toolbar.costs.show_settings(state.settings, inputs)

    def _costs_changed(self) -> None:
        network, shown = self._session.state.network, self._session.state.shown_network
        if network is None or shown is None:
            return
        self._window.module_tree.show_costs(shown)
        self._window.layer_table.show_costs(shown)
        if len(network.graph.ops) <= _MOST_OPS_AT_ONCE:
            self._window.late_costs.tell("costs", lambda panel: panel.show_costs(network))
        self._rest.start()

    def _rested(self) -> None:
        network = self._session.state.network
        if network is None:
            return
        if len(network.graph.ops) > _MOST_OPS_AT_ONCE:
            self._window.late_costs.tell("costs", lambda panel: panel.show_costs(network))
        self._window.layer_table.fit_columns()
        self._window.inspector.show_costs(network)
        shown = self._pictures.redrawn()
        if shown is not None:
            self._redrawn(shown)
