"""What was found where the network narrows: shown in the panels that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from visualizer.session.network import Narrowing
from visualizer.session.session import Session
from visualizer.ui.window import MainWindow

if TYPE_CHECKING:
    from visualizer.bottlenecks import Thresholds
    from visualizer.bottlenecks.principles import Principles


class FindingsPresenter(QObject):
    """Hands profile, findings, principles, factorization and reductions to their panels;
    `shown` is called when there are others."""

    def __init__(self, window: MainWindow, session: Session, shown: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._shown = shown
        self._principles: Principles | None = None  # as shown now
        session.state.events.narrowing.connect(self._narrowing_changed)
        session.state.events.thresholds.connect(self._thresholds_changed)

    def _narrowing_changed(self, narrowing: Narrowing | None) -> None:
        profile = narrowing.profile if narrowing is not None else None
        findings = narrowing.findings if narrowing is not None else ()
        self._window.cut_profile.show_bottlenecks(
            profile, narrowing.chain_findings if narrowing is not None else ()
        )
        hints = narrowing.hints if narrowing is not None else ()
        self._window.late_findings.tell(
            "shown", lambda panel: panel.show_bottlenecks(profile, findings, hints)
        )
        self._window.inspector.show_narrowing(narrowing)
        self._show_analyses(narrowing)
        self._shown()

    def _thresholds_changed(self, thresholds: Thresholds) -> None:
        self._window.late_findings.tell("limits", lambda panel: panel.show_thresholds(thresholds))

    def _show_analyses(self, narrowing: Narrowing | None) -> None:
        """Principles, factorization and reductions: other thresholds leave them as they are."""
        principles = narrowing.principles if narrowing is not None else None
        if principles is not None and principles is self._principles:
            return
        self._principles = principles
        hints = narrowing.hints if narrowing is not None else ()
        factorization = narrowing.factorization if narrowing is not None else None
        reductions = narrowing.reductions if narrowing is not None else None
        window = self._window
        window.late_principles.tell("shown", lambda p: p.show_principles(principles, hints))
        window.late_factorization.tell("shown", lambda p: p.show_factorization(factorization))
        window.late_reductions.tell("shown", lambda p: p.show_reductions(reductions))
