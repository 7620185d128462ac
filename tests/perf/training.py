"""Peak training memory as worked out from a step on fake tensors beside a real step on the CPU."""

from __future__ import annotations

from tests.perf.table import Row
from tests.worker.training_steps import BATCH, built, measured, opened, predicted
from visualizer.costs.blocks import blocks_of
from visualizer.costs.training import Plan
from visualizer.costs.units import human_bytes

NETWORKS = (
    "alexnet", "vgg11", "resnet18", "resnet50", "googlenet", "densenet121", "mobilenet_v2",
    "convnext_tiny", "vit_b_16", "swin_t",
)  # fmt: skip
CHECKPOINTED = ("resnet50", "convnext_tiny", "vit_b_16")


def rows() -> list[Row]:
    """How far the peak is from the measured one, in percent."""
    plan = Plan(batch=BATCH, optimizer="adam", foreach=False)
    plain = [_row(name, plan) for name in NETWORKS]
    return plain + [_row(name, Plan(BATCH, "sgd", checkpoint=True)) for name in CHECKPOINTED]


def _row(name: str, plan: Plan) -> Row:
    network = opened(name)
    expected = predicted(network, plan).peak_bytes
    blocks = [block.path for block in blocks_of(network.graph)] if plan.checkpoint else []
    real = measured(built(name), plan, blocks)
    how = "checkpointed " if plan.checkpoint else ""
    detail = f"{human_bytes(expected)} expected, {human_bytes(real)} measured on the CPU"
    title = f"training memory of {how}{name}"
    return Row(title, 100 * abs(1 - expected / real), "% off", 5.0, detail)
