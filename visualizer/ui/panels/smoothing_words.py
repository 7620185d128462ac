"""What the card about label smoothing says, as rows of words and numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from visualizer.costs.units import exact
from visualizer.lessons.label_smoothing import Reading, Smoothing
from visualizer.session.scores import Scores
from visualizer.ui.panels.inspection import Row
from visualizer.ui.panels.parts import colored
from visualizer.ui.theme import Theme

IDEA = (
    "Smoothing is training as if the label were dropped with probability ε and one of the K "
    "drawn instead. It keeps the largest logit from running away; it gave about 0.2 % top-1 in "
    "the Inception-v3 paper (section 7)."
)
NO_PICTURE = "Run a picture to see the same on this network's own logits."
PROBABILITIES = "This output is a distribution already: its logarithms are taken as the logits."


def target_rows(shape: Smoothing) -> tuple[tuple[str, float, str], ...]:
    """Label, target and explanation: of the true class and of every other one."""
    others = shape.classes - 1
    name = "the other class" if others == 1 else f"each of {exact(others)} others"
    return (
        ("the true class", shape.true_target, "1 − ε + ε/K"),
        (name, shape.other_target, "ε/K"),
    )


def limit_rows(shape: Smoothing) -> tuple[Row, ...]:
    """What the smoothed loss wants of the logits, and how low it can get."""
    label, uniform = 1.0 - shape.epsilon, shape.epsilon
    wanted = "the true logit is pushed away for ever"
    if math.isfinite(shape.gap):
        wanted = "the true logit over the others, when the loss is least: ln of the targets' ratio"
    return (
        Row("Best gap", gap_text(shape), wanted),
        Row("Least loss", nats(shape.floor), "the entropy of the targets: no logits get below it"),
        Row(
            "Loss",
            f"{label:.2f}·H(q,\u202fp) + {uniform:.2f}·H(u,\u202fp)",
            "cross-entropy with the label q, and with u, all classes alike",
        ),
    )


def live_rows(reading: Reading) -> tuple[Row, ...]:
    """The same on logits."""
    shape = reading.smoothing
    label, uniform = 1.0 - shape.epsilon, shape.epsilon
    best = f"best for these targets: {gap_text(shape)}"
    mean = "over the mean of the others"
    leads = [Row("Lead of y", signed(reading.target_lead), f"its logit {mean}; {best}")]
    if reading.target != reading.largest:
        leads.append(Row("Largest lead", signed(reading.lead), f"the largest logit {mean}"))
    return (
        *leads,
        Row(
            "H(q,\u202fp)", f"{reading.label_loss:.4f} × {label:.2f}", "the loss without smoothing"
        ),
        Row("H(u,\u202fp)", f"{reading.uniform_loss:.4f} × {uniform:.2f}", "grows with the leads"),
        Row("Smoothed loss", nats(reading.loss), f"at least {nats(shape.floor)}"),
    )


def gap_text(shape: Smoothing) -> str:
    """`9.105`, or `∞` without smoothing."""
    return f"{shape.gap:.3f}" if math.isfinite(shape.gap) else "∞"


def signed(value: float) -> str:
    """`7.000`, `−0.007`."""
    return f"{value:.3f}".replace("-", "−")


def legend_html(reading: Reading, theme: Theme) -> str:
    """What stands in the plot of the logits."""
    marks = [("▲", theme.success, "logit of y, the true class"), ("▲", theme.accent, "largest")]
    if reading.target == reading.largest:
        marks = [("▲", theme.accent, "logit of y, the largest")]
    lines = [("┊", theme.secondary, "mean of the others")]
    if math.isfinite(reading.smoothing.gap):
        lines.append(("╎", theme.secondary, "that mean + best gap"))
    return " &nbsp; ".join(
        f"{colored(sign, color, 11)}\u00a0{colored(word, theme.secondary, 11)}"
        for sign, color, word in (*marks, *lines)
    )


def class_entries(names: Mapping[int, str]) -> dict[str, int]:
    """What can be chosen by name; some classes share one, so that their number is said too."""
    return {f"{name} ({number})": number for number, name in names.items()}


def nats(value: float) -> str:
    return f"{value:.4f} nats"


def share_text(target: float) -> str:
    """`0.9001`; small ones keep four digits that say something."""
    return f"{target:.4f}" if target >= 0.0001 or target == 0 else f"{target:.1e}"


def class_text(scores: Scores, number: int, largest: int) -> str:
    """`Egyptian cat, predicted`, for the class beside its number."""
    name = scores.names.get(number, "")
    said = "predicted" if number == largest else ""
    return ", ".join(part for part in (name, said) if part)
