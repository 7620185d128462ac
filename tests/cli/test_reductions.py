"""The `reductions` command through the real worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from visualizer.cli.opening import Opening
from visualizer.cli.reductions import NONE_FOUND, print_reductions


def test_that_reductions_as_json_have_class_costs_and_rewrite(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_reductions(Opening("alexnet", inputs=("1x3x227x227",)), "json")
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["source", "inputs", "reductions"]
    waist = document["reductions"][1]
    # 64·27·27 numbers between 64·56·56 and 192·27·27
    assert (waist["kind"], waist["node"], waist["min_cut"]) == ("fig9-left", "features.2", 46_656)
    assert waist["rewrite"]["cut_after"] == 192 * 27 * 27
    assert [variant["kind"] for variant in waist["variants"]] == [
        "fig9-left", "fig9-right", "fig10", "strided-conv",
    ]  # fmt: skip


def test_that_reductions_as_a_table_mark_the_networks_own_pattern(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_reductions(Opening("alexnet", inputs=("1x3x227x227",)), "table")
    told = capsys.readouterr().out
    assert (
        "features.2, features.3: 56×56×64 → 27×27×192, Fig 9 left: pool, then convolution" in told
    )
    assert "Fig 9 left: pool, then convolution *" in told and "223,948,800" in told


def test_that_a_network_without_a_reduction_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "flat.py"
    source.write_text("import torch\ndef flat():\n    return torch.nn.Conv2d(3, 8, 3)\n")
    print_reductions(Opening(f"{source}:flat", inputs=("1x3x32x32",)), "table")
    assert capsys.readouterr().out.strip() == NONE_FOUND
