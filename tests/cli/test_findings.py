"""The `findings` command through the real worker."""

from __future__ import annotations

import json

import pytest

from visualizer.cli.findings import print_explanation, print_findings
from visualizer.cli.opening import Opening
from visualizer.sources import SourceError


def test_that_findings_as_json_have_every_cut_and_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_findings(Opening("alexnet", inputs=("1x3x227x227",)), "json")
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["source", "inputs", "cuts", "findings"]
    assert [cut["width"] for cut in document["cuts"]][:4] == [154587, 200704, 46656, 139968]
    assert [f["severity"] for f in document["findings"] if f["principle"] == 1] == [
        "extreme", "mild", "info",
    ]  # fmt: skip


def test_that_findings_as_a_table_show_the_waist_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_findings(Opening("alexnet", inputs=("1x3x227x227",)), "table")
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:2] == ["features.2", "46,656"] for line in lines)
    told = [line for line in lines if line.startswith(("EXTREME", "MILD", "INFO"))]
    assert told[0] == "EXTREME: Representational bottleneck, early, features.2"


def test_that_thresholds_are_given_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    limits = ("extreme_beta=0.3", "mild_nu=0.4")
    print_findings(Opening("alexnet", inputs=("1x3x227x227",)), "json", limits)
    document = json.loads(capsys.readouterr().out)
    assert [f["severity"] for f in document["findings"] if f["principle"] == 1] == [
        "moderate", "info",
    ]  # fmt: skip


@pytest.mark.parametrize("setting", ["beta=0.3", "early", "early=soon", "early=2"])
def test_that_a_wrong_threshold_is_told_before_anything_is_loaded(setting: str) -> None:
    with pytest.raises(SourceError, match="threshold"):
        print_findings(Opening("no_such_network"), "json", (setting,))


def test_that_layers_and_modules_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    print_explanation(Opening("alexnet", inputs=("1x3x227x227",)), "features.2")
    why, suggestion = capsys.readouterr().out.splitlines()
    assert why.startswith("features.2: Representational bottleneck, early (extreme). At most 46")
    assert "Fig 10" in suggestion
    print_explanation(Opening("alexnet", inputs=("1x3x227x227",)), "classifier")
    assert "No bottleneck" in capsys.readouterr().out


@pytest.mark.parametrize("layer", ["", " "])
def test_that_no_layer_to_explain_is_told_before_anything_is_loaded(layer: str) -> None:
    with pytest.raises(SourceError, match="needs the name of a layer"):
        print_explanation(Opening("no_such_network"), layer)


def test_that_a_layer_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(SourceError, match=r"no layer 'features\.99'; did you mean"):
        print_explanation(Opening("alexnet"), "features.99")
