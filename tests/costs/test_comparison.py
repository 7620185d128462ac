"""Networks side by side, against the golden totals and hand arithmetic."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import torch
from torchvision import models

from visualizer.costs import cost_report
from visualizer.costs.comparison import Compared, Figure, cost_changes, figures, grid_rows
from visualizer.worker.extraction import trace

TOTALS = json.loads((Path(__file__).parents[1] / "golden" / "totals.json").read_text())


@cache
def network(name: str, side: int = 224) -> Compared:
    with torch.device("meta"):
        module = models.get_model(name, weights=None).eval()
    graph = trace(module, [torch.empty(1, 3, side, side, device="meta")], name=name)
    return Compared(name, graph, cost_report(graph))


def figure(title: str, about: str, *networks: Compared) -> Figure:
    return next(f for f in figures(networks) if f.title == title and about in f.about)


@pytest.mark.parametrize(
    ("name", "golden", "side"),
    [("alexnet", "alexnet_lecture", 227), ("vgg16", "vgg16", 224), ("resnet18", "resnet18", 224)],
)
def test_that_the_lecture_s_memory_is_that_of_the_golden_totals(
    name: str, golden: str, side: int
) -> None:
    one = network(name, side)
    expected = TOTALS[golden]
    without = figure("Lecture's memory", "conv and linear", one).values[0]
    assert without == expected["memory_conv_fc_kib"] * 1024
    with_pools = figure("Lecture's memory", "pool", one).values[0]
    assert with_pools == expected["memory_with_pools_kib"] * 1024


def test_that_vgg_to_alexnet_has_the_true_ratios() -> None:
    pair = network("alexnet", 227), network("vgg16")
    ratios = {
        (title, about): figure(title, about, *pair).ratios[1]
        for title, about in (
            ("Lecture's memory", "conv and linear"), ("Lecture's memory", "pool"),
            ("Parameters", ""), ("MACs", ""),
        )
    }  # fmt: skip
    assert [round(ratio or 0, 2) for ratio in ratios.values()] == [27.04, 25.59, 2.26, 21.58]


def test_that_the_grids_share_out_all_arithmetic_and_parameters() -> None:
    pair = network("resnet18"), network("vgg16")
    rows = grid_rows(pair)
    for number, one in enumerate(pair):
        assert sum(row.costs[number].macs for row in rows) == one.report.totals.macs
        assert sum(row.costs[number].params for row in rows) == one.report.totals.params
    assert [row.grid for row in rows][:2] == [(224, 224), (112, 112)]
    # conv1_1 and conv1_2 of VGG-16: (3·64 + 64·64)·9 MACs at 224·224 positions
    assert rows[0].costs[1].macs == (3 * 64 + 64 * 64) * 9 * 224 * 224


def test_that_resnet34_adds_blocks_to_resnet18() -> None:
    changes = cost_changes(network("resnet18"), network("resnet34"))
    added = [change for change in changes if change.match.change == "added"]
    assert {change.match.change for change in changes} == {"same", "added"}
    # 8 more basic blocks: 1 + 2 + 4 + 1, each two 3×3 convolutions of the stage's width
    assert sum(c.match.after.endswith(("conv1", "conv2")) for c in added) == 16
    assert sum(change.macs for change in changes) == 3_663_761_408 - 1_814_073_344
    assert sum(change.params for change in changes) == 21_797_672 - 11_689_512
