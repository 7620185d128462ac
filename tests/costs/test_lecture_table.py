"""The lecture's table against the golden tables and the printed slide."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torchvision import models

from visualizer.costs import cost_report
from visualizer.costs.lecture_table import (
    LectureRow,
    lecture_cells,
    lecture_rows,
    lecture_totals,
    slide_notes,
)
from visualizer.costs.slides import ALEXNET_SLIDE
from visualizer.worker.extraction import trace
from visualizer.worker.lectures import BUILDERS

TABLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "golden" / "layer_tables.json").read_text()
)


@cache
def table(name: str, side: int = 224, batch: int = 1) -> tuple[tuple[LectureRow, ...], Any]:
    with torch.device("meta"):
        module = models.get_model(name, weights=None).eval()
    graph = trace(module, [torch.empty(batch, 3, side, side, device="meta")])
    report = cost_report(graph)
    return lecture_rows(graph, report), report.totals


@pytest.mark.parametrize(("name", "golden", "side"), [
    ("alexnet", "alexnet_lecture", 227), ("vgg16", "vgg16", 224),
])  # fmt: skip
def test_that_every_row_is_that_of_the_golden_table(name: str, golden: str, side: int) -> None:
    rows, _ = table(name, side)
    ours = [
        (r.kind, r.memory_bytes / 1024, r.weights, r.biases, r.macs)
        for r in rows if r.kind != "flatten"
    ]  # fmt: skip
    assert ours == [
        (row["op"], row["memory_kib"], row["weights"], row["biases"], row["macs"])
        for row in TABLES[golden]["layers"] if row["op"] in ("conv", "pool", "fc")
    ]  # fmt: skip


def test_that_alexnet_s_layers_are_called_as_in_the_lecture() -> None:
    rows, _ = table("alexnet", 227)
    assert [row.name for row in rows] == [
        "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5", "flatten",
        "fc6", "fc7", "fc8",
    ]  # fmt: skip


def test_that_rounded_cells_are_those_of_the_slide_but_for_its_misprint() -> None:
    rows, _ = table("alexnet", 227)
    ours = [lecture_cells(row, "lecture")[-3:] for row in rows]
    printed = [tuple(f"{number:,}" for number in line) for line in ALEXNET_SLIDE]
    differing = [
        (row.name, mine, theirs)
        for row, mine, theirs in zip(rows, ours, printed, strict=True) if mine != theirs
    ]  # fmt: skip
    assert differing == [("conv4", ("169", "885", "150"), ("169", "885", "145"))]


def test_that_the_slide_s_misprint_is_marked_and_explained() -> None:
    rows, _ = table("alexnet", 227)
    (note,) = slide_notes(rows)
    assert note.startswith("conv4, Flop (M): the slide prints 145, arithmetic gives 150;")
    assert "149,520,384" in note


def test_that_another_geometry_is_not_compared_with_the_slide() -> None:
    rows, _ = table("alexnet", 224)
    assert slide_notes(rows) == ()


def test_that_the_slide_leaves_the_bias_of_fully_connected_layers_out() -> None:
    rows, _ = table("alexnet", 227)
    fc6 = next(row for row in rows if row.name == "fc6")
    assert fc6.printed_params("lecture") == 37_748_736
    assert fc6.printed_params("exact") == 37_752_832
    assert lecture_cells(fc6, "exact")[-2] == "37,752.832"


def test_that_the_totals_are_the_lecture_s() -> None:
    rows, totals = table("vgg16")
    memory, params, flop = lecture_totals(rows, totals)
    assert "51.715 MB of conv and fc outputs, 57.553 MB with pools" in memory
    assert params == "138,357,544 parameters, biases included"
    assert flop == "15,470,264,320 flop (1 flop = 1 MAC), 15,476,385,792 with pools"


def test_that_layers_without_a_row_are_told() -> None:
    rows, totals = table("resnet18")
    # 9,600 scales and shifts of the norms: 11,689,512 in all, 11,679,912 in these rows
    assert lecture_totals(rows, totals)[1].endswith("; 9,600 more in layers of other kinds")


def test_that_a_batch_changes_nothing() -> None:
    one, _ = table("alexnet", 227)
    three, _ = table("alexnet", 227, batch=3)
    assert [lecture_cells(row, "exact") for row in one] == [
        lecture_cells(row, "exact") for row in three
    ]


def test_that_layers_with_a_lecturer_s_names_keep_them() -> None:
    with torch.device("meta"):
        module = BUILDERS["vgg16"]().eval()
    graph = trace(module, [torch.empty(1, 3, 224, 224, device="meta")])
    names = [row.name for row in lecture_rows(graph, cost_report(graph))]
    assert names[:4] == ["conv1_1", "conv1_2", "pool1", "conv2_1"]
    assert names[-3:] == ["fc6", "fc7", "fc8"]
