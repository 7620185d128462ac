"""Tracing beside torchview, both on the meta device, on the same module object, in turns."""

from __future__ import annotations

import torch
from torchview import draw_graph

from tests.perf.networks import construct
from tests.perf.table import Row, paired_ratio
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract

NETWORKS = ("resnet50", "swin_b", "densenet201")


def rows() -> list[Row]:
    """Extraction ÷ torchview's graph without its drawing."""
    return [_row(name) for name in NETWORKS]


def _row(name: str) -> Row:
    module = construct(name)
    spec = InputSpec((1, 3, 224, 224))
    picture = torch.empty(spec.shape, device="meta")
    ours, theirs, ratio = paired_ratio(
        lambda: extract(lambda _: module, (spec,), name=name),
        lambda: draw_graph(module, input_data=picture, device="meta", expand_nested=True),
        repeats=5,
    )
    return Row(
        f"extraction of {name} ÷ torchview", ratio, "×", 0.7, f"{ours:.3f} s / {theirs:.3f} s"
    )
