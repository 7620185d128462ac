"""The `factorize` command through the real worker."""

from __future__ import annotations

import json

import pytest

from visualizer.cli.factorize import print_factorization
from visualizer.cli.main import main
from visualizer.cli.opening import Opening

LECTURE = Opening("alexnet", inputs=("1x3x227x227",))


def test_that_the_table_has_the_best_form_of_each_convolution_and_the_total(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_factorization(LECTURE, "table", None, False)
    said = capsys.readouterr().out
    line = next(line for line in said.splitlines() if "features.3" in line)
    assert "two 3×3" in line and "64 → 111 → 192" in line and "−16.8 %" in line
    assert "5×5 → two 3×3 in 1 layer: −37.51 M MACs, 5.2 % of the network" in said
    assert "Best forms in 4 layers: −151.08 M of 716.77 M MACs (21.1 %)" in said


def test_that_all_forms_are_listed_with_why_not_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_factorization(LECTURE, "table", 64, True)
    said = capsys.readouterr().out
    assert "1×5 + 5×1: not proposed, the paper advises it on medium grids, 12 to 20 a side" in said
    assert "two 2×2: impossible, two 2×2 see 3×3, not 5×5." in said
    assert "64 → 64 → 192" in said and "107,495,424" in said  # 9·64·256·729


def test_that_json_has_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    print_factorization(LECTURE, "json", None, False)
    document = json.loads(capsys.readouterr().out)
    assert document["source"] == "alexnet" and document["mid"] is None
    assert document["macs"] - document["proposed"]["saved_macs"] == 716_767_232 - 151_079_424
    second = document["convolutions"][1]
    assert second["best"] == "3x3s" and second["saved_macs"] == 37_511_424


@pytest.mark.parametrize("option", [("--mid", "0"), ("--mid", "many"), ("--format", "xml")])
def test_that_bad_options_end_with_one_line_and_2(
    option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["factorize", "alexnet", *option])
    assert caught.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
