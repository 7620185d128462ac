"""Peak inference memory as worked out from the graph beside storages alive in a real pass."""

from __future__ import annotations

import torch

from tests.costs.measuring import measured_peak
from tests.perf.networks import construct, traced
from tests.perf.table import Row
from visualizer.costs import cost_report
from visualizer.costs.timeline import memory_timeline
from visualizer.costs.units import human_bytes

NETWORKS = (
    "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "densenet121", "mobilenet_v2",
    "shufflenet_v2_x1_0", "squeezenet1_1", "efficientnet_b0", "convnext_tiny", "vit_b_16", "swin_t",
    "regnet_y_400mf", "efficientnet_v2_s", "mnasnet0_5", "maxvit_t",
)  # fmt: skip


def rows() -> list[Row]:
    """How far the timeline's held peak is from the measured one, in percent."""
    return [_row(name) for name in NETWORKS]


def _row(name: str) -> Row:
    graph = traced(name)
    timeline = memory_timeline(graph, cost_report(graph))
    held = timeline.held[timeline.held_peak or 0]
    measured = measured_peak(construct(name, "cpu"), torch.zeros(1, 3, 224, 224))
    detail = f"{human_bytes(held)} held, {human_bytes(measured)} measured on the CPU"
    return Row(f"peak memory of {name}", 100 * abs(1 - held / measured), "% off", 5.0, detail)
