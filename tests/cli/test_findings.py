"""The `findings` command through the real worker."""

from __future__ import annotations

import json

import pytest

from visualizer.cli.findings import print_findings


def test_that_findings_as_json_have_every_cut_and_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_findings("alexnet", None, ("1x3x227x227",), "json")
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["source", "inputs", "cuts", "findings"]
    assert [cut["width"] for cut in document["cuts"]][:4] == [154587, 200704, 46656, 139968]
    assert [f["severity"] for f in document["findings"]] == ["extreme", "mild", "info"]


def test_that_findings_as_a_table_show_the_waist_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_findings("alexnet", None, ("1x3x227x227",), "table")
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:2] == ["features.2", "46,656"] for line in lines)
    told = [line for line in lines if line.startswith(("EXTREME", "MILD", "INFO"))]
    assert told[0] == "EXTREME: Representational bottleneck, early, features.2"
