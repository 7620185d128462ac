"""Between the session and the window about training memory, which is made when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from visualizer.costs.training import Plan
from visualizer.session.session import Session
from visualizer.session.state import Activity
from visualizer.session.training import training_shown

if TYPE_CHECKING:
    from visualizer.ui.dialogs.training_memory import TrainingMemoryDialog


class TrainingPresenter(QObject):
    """`select` is called with the part of the network that was clicked."""

    def __init__(self, parent: QWidget, session: Session, select: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._parent = parent
        self._session = session
        self._select = select
        self.dialog: TrainingMemoryDialog | None = None

    def show(self) -> None:
        """Open the window, or bring it to the front."""
        dialog = self.dialog or self._make()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def restyle(self) -> None:
        """The application is dressed in another theme."""
        if self.dialog is not None:
            self.dialog.restyle()

    def _make(self) -> TrainingMemoryDialog:
        from visualizer.ui.dialogs.training_memory import TrainingMemoryDialog  # late: rarely used

        self.dialog = dialog = TrainingMemoryDialog(self._parent)
        state, training = self._session.state, self._session.training
        dialog.plan_chosen.connect(self._choose_plan)
        dialog.gib_chosen.connect(self._choose_gib)
        dialog.selected.connect(self._select)
        dialog.wanted.connect(self._want)
        dialog.cancel_requested.connect(training.cancel)
        dialog.retry_requested.connect(training.retry)
        for changed in (
            state.events.network, state.events.training, state.events.training_plan,
            state.events.training_gib, state.events.training_problem,
        ):  # fmt: skip
            changed.connect(self._refresh)
        state.events.activity.connect(self._show_activity)
        return dialog

    def _choose_plan(self, plan: Plan) -> None:
        self._session.training.choose(plan)

    def _choose_gib(self, gib: float) -> None:
        self._session.state.training_gib = gib

    def _want(self, wanted: bool) -> None:
        self._session.state.training_wanted = wanted
        self._refresh()

    def _refresh(self) -> None:
        state, dialog = self._session.state, self.dialog
        if dialog is None or not dialog.isVisible():
            return
        dialog.show_plan(state.training_plan, state.training_gib)
        name = state.network.graph.name if state.network is not None else ""
        busy = "Watching a training step …" if name else ""
        dialog.show_state(name, busy, state.training_problem)
        dialog.show_memory(None if state.training_problem else training_shown(state))

    def _show_activity(self, activity: Activity | None) -> None:
        owns = activity is not None and self._session.training.owns(activity.run)
        if self.dialog is not None and activity is not None and owns:
            self.dialog.show_progress(activity.text, activity.fraction)
