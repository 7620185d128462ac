"""The inspector's card about label smoothing, for a classifier of 1,000 classes and live logits."""

from __future__ import annotations

import math
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui import networks
from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.panels.parts import FlowText
from visualizer.ui.panels.smoothing_card import SmoothingView

CLASSES = 1000


def _logits(best: int = 285) -> np.ndarray:
    logits = np.zeros(CLASSES, np.float32)
    logits[best] = 7.0
    return logits


@pytest.fixture
def network() -> OpenNetwork:
    """AlexNet's first layers and a linear with 1,000 scores, as the lecture's last."""
    fc = networks.Row("fc8", "linear", "Linear", (1, CLASSES), 4096 * CLASSES, (CLASSES, 4096))
    return networks.small_network((*networks.LECTURE, fc))


@pytest.fixture
def inspector(qtbot: QtBot, network: OpenNetwork) -> InspectorPanel:
    panel = InspectorPanel()
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    panel.show()
    panel.show_network(network)
    panel.select("fc8")
    return panel


def _view(panel: InspectorPanel) -> SmoothingView:
    view = panel.smoothing.view
    assert view is not None
    return view


def _words(panel: InspectorPanel) -> str:
    texts = [text for text in _view(panel).findChildren(FlowText) if not text.isHidden()]
    labels = [label for label in _view(panel).findChildren(QLabel) if not label.isHidden()]
    said = [text.toPlainText() for text in texts] + [label.text() for label in labels]
    return "\n".join(said).replace("\u202f", " ")


def test_that_the_papers_figures_stand_in_the_card(inspector: InspectorPanel) -> None:
    words = _words(inspector)
    for said in (
        "ε = 0.10",
        "1,000 classes",
        "9.105",
        "1.0148 nats",
        "0.90·H(q, p) + 0.10·H(u, p)",
    ):
        assert said in words
    bars = _view(inspector).bars.accessibleDescription()
    assert "0.9001" in bars and "each of 999 others: ε/K = 0.0001" in bars
    assert "Run a picture" in words and "On this picture" not in words


def test_that_only_a_classifiers_output_has_the_card(inspector: InspectorPanel) -> None:
    for other in ("features.0", ""):
        inspector.select(other)
        assert inspector.smoothing.view is None


def test_that_the_slider_changes_all_figures_and_is_remembered(
    qtbot: QtBot, inspector: InspectorPanel
) -> None:
    slider = _view(inspector).slider
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert "ε = 0.00" in _words(inspector) and "∞" in _words(inspector)
    slider.setValue(20)
    gap = math.log((0.8 + 0.2 / CLASSES) / (0.2 / CLASSES))
    assert f"{gap:.3f}" in _words(inspector)
    inspector.select("features.0")
    inspector.select("fc8")
    assert _view(inspector).choice.epsilon == pytest.approx(0.2)
    assert _view(inspector).slider.value() == 20


def test_that_live_logits_are_read_with_the_predicted_class(inspector: InspectorPanel) -> None:
    inspector.smoothing.show_values("fc8", _logits(), {285: "Egyptian cat"})
    words = _words(inspector)
    loss = math.log(math.exp(7) + 999) - 7  # -ln p of the predicted class
    uniform = math.log(math.exp(7) + 999) - 7 / CLASSES
    for said in ("On this picture", "Egyptian cat, predicted", "7.000", f"{loss:.4f} × 0.90"):
        assert said in words
    assert f"{0.9 * loss + 0.1 * uniform:.4f} nats" in words
    assert "Run a picture" not in words and _view(inspector).target.value() == 285


def test_that_another_class_can_be_taken_for_right(inspector: InspectorPanel) -> None:
    inspector.smoothing.show_values("fc8", _logits())
    _view(inspector).target.setValue(3)
    reading = _view(inspector).reading
    assert reading is not None and (reading.target, reading.largest) == (3, 285)
    assert reading.label_loss == pytest.approx(math.log(math.exp(7) + 999))
    assert inspector.smoothing.choice.target == 3


def test_that_the_true_classs_lead_is_measured_beside_the_largest(
    inspector: InspectorPanel,
) -> None:
    inspector.smoothing.show_values("fc8", _logits())
    assert "Lead of y" in _words(inspector) and "Largest lead" not in _words(inspector)
    _view(inspector).target.setValue(3)
    reading = _view(inspector).reading
    # Its logit is 0, the 999 others have 7 in sum; the largest is 7 above zeros.
    assert reading is not None and reading.target_lead == pytest.approx(-7 / 999)
    words = _words(inspector)
    assert "−0.007" in words and "Largest lead" in words and "7.000" in words
    assert "▲ logit of y, the true class" in words.replace("\u00a0", " ")


def test_that_a_class_can_be_chosen_by_its_name(qtbot: QtBot, inspector: InspectorPanel) -> None:
    names = {number: f"class {number}" for number in range(CLASSES)} | {7: "crane", 9: "crane"}
    inspector.smoothing.show_values("fc8", _logits(), names)
    view = _view(inspector)
    qtbot.keyClicks(view.search, "crane (9")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    assert view.target.value() == 9 and "crane" in view.target_name.text()
    qtbot.waitUntil(lambda: view.search.text() == "")
    inspector.smoothing.show_values("fc8", _logits())
    assert view.search.isHidden()  # no names are known


def test_that_the_predicted_class_follows_the_picture(inspector: InspectorPanel) -> None:
    inspector.smoothing.show_values("fc8", _logits(285))
    inspector.smoothing.show_values("fc8", _logits(7))
    assert _view(inspector).target.value() == 7
    assert inspector.smoothing.choice.target is None


def test_that_another_picture_and_another_network_forget_the_logits(
    inspector: InspectorPanel, network: OpenNetwork
) -> None:
    inspector.smoothing.show_values("fc8", _logits())
    inspector.smoothing.show_values("", None)
    assert "Run a picture" in _words(inspector)
    inspector.smoothing.show_values("fc8", _logits())
    _view(inspector).target.setValue(3)
    inspector.show_network(network)
    inspector.select("fc8")
    assert "Run a picture" in _words(inspector) and _view(inspector).choice.target is None


def test_that_values_of_another_layer_are_not_shown(inspector: InspectorPanel) -> None:
    inspector.smoothing.show_values("features.0", np.zeros((64, 56, 56), np.float32))
    assert "Run a picture" in _words(inspector)


def test_that_values_that_come_before_the_card_are_in_it(inspector: InspectorPanel) -> None:
    inspector.select("features.0")
    inspector.smoothing.show_values("fc8", _logits())
    inspector.select("fc8")
    assert "On this picture" in _words(inspector)


def test_that_a_distribution_is_said_to_be_one(inspector: InspectorPanel) -> None:
    share = np.full(CLASSES, 1 / CLASSES, np.float32)
    inspector.smoothing.show_values("fc8", share)
    assert "a distribution already" in _words(inspector)
    inspector.smoothing.show_values("fc8", _logits())
    assert "a distribution already" not in _words(inspector)


def test_that_a_note_about_the_logits_is_said(inspector: InspectorPanel) -> None:
    inspector.smoothing.show_values("fc8", _logits(), note="Random weights: they mean nothing.")
    assert "Random weights" in _words(inspector)
    inspector.smoothing.show_values("fc8", _logits())
    assert "Random weights" not in _words(inspector)


def test_that_numbers_that_are_not_finite_are_said(inspector: InspectorPanel) -> None:
    broken = _logits()
    broken[4] = np.nan
    inspector.smoothing.show_values("fc8", broken)
    assert "cannot be read as logits" in _words(inspector)
    assert "not a number" in _words(inspector)


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.5])
def test_that_the_plot_can_be_drawn_at_every_smoothing(
    inspector: InspectorPanel, epsilon: float
) -> None:
    keeper = inspector.smoothing
    keeper.choice = msgspec.structs.replace(keeper.choice, epsilon=epsilon, target=1)
    keeper.show_values("fc8", _logits())
    inspector.select("")
    inspector.select("fc8")
    plain = _view(inspector).plot.grab().toImage()
    keeper.show_values("fc8", np.ones(CLASSES, np.float32))  # all alike: nothing to span
    assert _view(inspector).plot.grab().toImage() != plain


def test_that_nothing_in_the_card_overlaps(inspector: InspectorPanel, qtbot: QtBot) -> None:
    inspector.smoothing.show_values("fc8", _logits(), {285: "Egyptian cat"})
    view = _view(inspector)
    parts = [view.bars, view.limits, view.target, view.plot, view.numbers]
    qtbot.waitUntil(
        lambda: all(
            above.geometry().bottom() < below.geometry().top() for above, below in pairwise(parts)
        )
    )


def test_that_the_wheel_scrolls_the_inspector_and_changes_nothing(
    inspector: InspectorPanel,
) -> None:
    inspector.smoothing.show_values("fc8", _logits())
    view = _view(inspector)
    before = (view.slider.value(), view.target.value())
    for widget in (view.slider, view.target):
        middle = QPointF(widget.rect().center())
        turned = QWheelEvent(
            middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, turned)
    assert (view.slider.value(), view.target.value()) == before
