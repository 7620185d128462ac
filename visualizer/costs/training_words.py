"""Training memory in sentences, for the window and the command line."""

from __future__ import annotations

from visualizer.costs.training import OPTIMIZER_TITLES, Plan, TrainingMemory
from visualizer.costs.units import exact, human_bytes


def plan_text(plan: Plan) -> str:
    """`batch 8, Adam, float32, blocks checkpointed`."""
    precision = "mixed precision" if plan.mixed else "float32"
    words = [f"batch {exact(plan.batch)}", OPTIMIZER_TITLES[plan.optimizer], precision]
    return ", ".join([*words, *(["blocks checkpointed"] if plan.checkpoint else [])])


def peak_sentence(memory: TrainingMemory) -> str:
    """Where the peak is."""
    where = {
        "forward": f"in the forward pass at {memory.node}",
        "backward": f"in the backward pass at {memory.node}",
        "update": "when the optimizer updates the parameters",
        "after": "after the backward pass",
    }[memory.phase]
    return f"The peak, {human_bytes(memory.peak_bytes)}, is {where}."


def fits_sentence(largest: int, gib: float) -> str:
    """The largest batch that fits."""
    if not largest:
        return f"Not even a batch of 1 fits in {gib:g} GB."
    return f"The largest batch in {gib:g} GB is {exact(largest)}."
