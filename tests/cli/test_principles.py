"""The `principles` command, and its hints among the findings, through the real worker."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from tests.bottlenecks.networks import findings, profile, traced
from visualizer.bottlenecks import findings_document
from visualizer.bottlenecks.principles import CAVEAT, Hint, hints, principles_of
from visualizer.cli.findings import print_hints
from visualizer.cli.opening import Opening
from visualizer.cli.principles import print_principles
from visualizer.costs import cost_report


def test_that_principles_as_json_have_the_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    print_principles(Opening("vgg16"), "json")
    document = json.loads(capsys.readouterr().out)
    assert list(document) == [
        "source", "inputs", "tiles", "embeddings", "balance", "now", "caveat", "hints",
    ]  # fmt: skip
    assert [tile["channels"] for tile in document["tiles"]] == [64, 128, 256, 512, 512, 512]
    assert document["embeddings"]["reduced_share"] == 0
    third = document["embeddings"]["convolutions"][2]
    assert third["macs"] == 9 * 128 * 128 * 112 * 112
    assert [each["macs"] for each in third["insertions"]] == [
        112 * 112 * (128 * m + 9 * m * 128) for m in (64, 32)
    ]
    assert round(document["balance"]["entropy"], 3) == 0.939
    assert document["now"]["macs"] == 15_470_264_320
    assert document["now"]["params"] == 138_357_544
    assert [hint["principle"] for hint in document["hints"]] == [2, 3]


def test_that_principles_as_tables_show_grids_convolutions_and_scaling(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_principles(Opening("alexnet", inputs=("1x3x227x227",)), "table")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["56×56", "64", "1.298", "64", "features.0"] in lines
    assert ["13×13", "256", "0.280", "×1.33", "384", "features.10"] in lines
    assert any(line[:2] == ["features.8", "3×3"] for line in lines)
    assert any(line[:1] == ["13×13"] and "54.9" in line for line in lines)
    assert any(line[:3] == ["width", "×1.41", "1.43"] for line in lines)


def test_that_hints_follow_the_findings_of_principle_1() -> None:
    document = findings_document(profile("vgg16"), findings("vgg16"), "vgg16", (), noticed())
    principles = [finding["principle"] for finding in document["findings"]]
    assert principles == sorted(principles) and principles[-2:] == [2, 3]
    for hint in document["findings"][-2:]:
        assert list(hint) == list(document["findings"][0])
        assert hint["severity"] == "info" and hint["width"] is None and not hint["by_design"]


def test_that_the_papers_caveat_is_printed_once_with_the_hints() -> None:
    console = Console(file=StringIO(), soft_wrap=True)
    print_hints(console, noticed())
    assert isinstance(console.file, StringIO)
    printed = console.file.getvalue()
    assert printed.count(CAVEAT) == 1
    assert "INFO: principle 2, Stops widening at 14×14, features.28" in printed


def noticed() -> tuple[Hint, ...]:
    graph = traced("vgg16")
    return hints(principles_of(graph, cost_report(graph), profile("vgg16")))
