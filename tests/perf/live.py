"""A live pass with one layer captured, beside the bare forward of the same module."""

from __future__ import annotations

import torch

from tests.perf.networks import construct, traced
from tests.perf.table import Row, paired_ratio
from visualizer.worker.extraction.routes import never_cancelled
from visualizer.worker.live.capture import run_forward


def rows() -> list[Row]:
    """ResNet-50 on the CPU, and on the GPU where there is one."""
    return [_row("cpu"), *([_row("cuda")] if torch.cuda.is_available() else [])]


def _row(device: str) -> Row:
    module = construct("resnet50", "cpu").to(device)
    graph = traced("resnet50")
    picture = torch.rand(1, 3, 224, 224, device=device)
    wanted = frozenset({"layer2.0.conv2"})

    def bare() -> None:
        with torch.no_grad():
            module(picture)
        if device == "cuda":
            torch.cuda.synchronize()

    ours, theirs, ratio = paired_ratio(
        lambda: run_forward(module, graph, [picture], wanted, 1 << 30, never_cancelled),
        bare,
        repeats=21,
    )
    detail = f"{1000 * ours:.1f} ms / {1000 * theirs:.1f} ms"
    return Row(
        f"live forward of resnet50, one layer captured ÷ bare ({device})", ratio, "×", 1.05, detail
    )
