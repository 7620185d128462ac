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
    marked_cells,
    slide_notes,
    table_with_words,
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
    (note,) = (note for note in slide_notes(rows) if note.startswith("conv4"))
    assert note.startswith("conv4, Flop (M): the slide prints 145, arithmetic gives 150;")
    assert "149,520,384" in note


def said_of(rows: tuple[LectureRow, ...]) -> dict[tuple[str, str], str]:
    """Row and column to what is said of the cell."""
    return {(row.name, cell.column): cell.reason for row in rows for cell in row.slide}


def test_that_no_slide_is_compared_with_a_network_that_it_does_not_count() -> None:
    for name, side in (("alexnet", 256), ("resnet18", 224), ("vgg11", 224)):
        rows, _ = table(name, side)
        assert slide_notes(rows) == (), name


def test_that_torchvisions_alexnet_says_why_its_first_layer_is_not_the_slides() -> None:
    """224 with padding 2: floor(54.25) + 1 = 55; pool1 gives 27 from 55 and from 56."""
    rows, _ = table("alexnet", 224)
    assert rows[0].size_out == (55, 55) and rows[1].size_out == (27, 27)
    assert "gets 56" in said_of(rows)["conv1", "H/W out"]
    assert ("conv4", "Flop (M)") in said_of(rows)
    assert not any(cell.kind == "misprint" for cell in rows[0].slide)


def test_that_the_slides_alexnet_is_called_nobodys() -> None:
    said = said_of(table("alexnet", 227)[0])
    assert "nobody's AlexNet" in said["conv1", "H/W out"]
    assert "96, 256, 384, 384, 256" in said["conv1", "Filters"]


def test_that_the_worked_example_of_fc6_is_put_right() -> None:
    """9216·4096 + 4096 = 37,752,832, where the lecture prints 37,725,832."""
    fc6 = next(row for row in table("alexnet", 227)[0] if row.name == "fc6")
    assert fc6.weights + fc6.biases == 9216 * 4096 + 4096 == 37_752_832
    cell = fc6.slide_cell("Params (k)")
    assert cell is not None and cell.kind == "remark" and cell.printed == "37,725,832"
    assert "37,752,832" in cell.reason and "should be +" in cell.reason


def test_that_a_dense_row_says_that_its_bias_is_left_out() -> None:
    fc7 = next(row for row in table("vgg16")[0] if row.node == "classifier.3")
    assert "16,781,312" in fc7.bias_note("Params (k)", "lecture")
    assert fc7.bias_note("Params (k)", "exact") == fc7.bias_note("Flop (M)", "lecture") == ""


def test_that_vgg_s_missing_layer_and_stem_are_explained() -> None:
    rows, _ = table("vgg16")
    assert rows[8].c_out == 256 and "lacks conv3_3" in rows[8].slide[0].reason
    until_28 = rows[:10]
    assert until_28[-1].size_out == (28, 28)
    convs = [row for row in until_28 if row.kind == "conv"]
    assert sum(row.macs for row in convs) == 9_335_144_448
    assert "9335 MFLOP" in until_28[-1].slide[0].reason
    without = [row for row in convs if row is not rows[8]]
    assert round(sum(row.macs for row in without) / 1e6, 1) == 7485.5


@pytest.mark.parametrize("source", ["googlenet"])
def test_that_googlenets_stem_is_put_right(source: str) -> None:
    """FACTS of the lecture's stem: 477.7 M, 480.8 with pools, 124,096 weights, 7.46 MiB."""
    with torch.device("meta"):
        module = BUILDERS[source]().eval()
    graph = trace(module, [torch.empty(1, 3, 224, 224, device="meta")])
    rows = lecture_rows(graph, cost_report(graph))[:5]
    convs = [row for row in rows if row.kind == "conv"]
    assert round(sum(row.macs for row in convs) / 1e6, 1) == 477.7
    assert round(sum(row.macs for row in rows) / 1e6, 1) == 480.8
    assert sum(row.weights for row in convs) == 124_096
    assert round(sum(row.memory_bytes for row in rows) / 1024**2, 2) == 7.46
    assert "prints 418 MFLOP" in said_of(rows)[rows[4].name, "Flop (M)"]


def test_that_files_have_bare_numbers_and_the_words_in_a_column_of_their_own() -> None:
    titles, cells = table_with_words(table("alexnet", 227)[0], "lecture")
    assert titles[-1] == "Slide" and cells[5][-2] == "150"
    assert "the slide prints 145" in cells[5][-1] and cells[1][-1] == ""
    assert table_with_words(table("resnet18")[0], "lecture")[0][-1] == "Flop (M)"


def test_that_plain_text_marks_misprints_and_remarks() -> None:
    rows, _ = table("alexnet", 227)
    marked = [text for row in rows for text in marked_cells(row, "lecture") if text[-1:] in "*°"]
    marked = [text for text in marked if text]
    assert marked == ["64 °", "56 °", "150 *", "37,749 °", "16,777 °", "4,096 °"]


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
