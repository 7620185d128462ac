"""The `insights` command, and the lecture's networks as sources."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from visualizer.cli.main import COMMANDS


def test_that_the_command_is_one_of_the_commands() -> None:
    assert "insights" in COMMANDS


def test_that_it_says_each_point_once_with_numbers(run: Run) -> None:
    code, out, _ = run("insights", "lecture:alexnet-2012", "--grid", "13")
    assert code == 0
    assert "The stem: until the first 13×13 grid" in out
    assert "Historic: local response normalization · norm1 and 1 more" in out
    assert "1,135,256,096" in out
    assert "37,752,832" in out


def test_that_two_networks_have_their_stems_beside_each_other(
    run: Run,
) -> None:
    code, out, _ = run("insights", "lecture:googlenet", "lecture:vgg16")
    assert code == 0
    for cell in ("7.46 MB", "45.94 MB (7.5×)", "1,734,336 (14.0×)", "9,335.1 M (19.5×)"):
        assert cell in out
    assert "418 looks like 481" in out


def test_that_json_has_all_of_it(run: Run) -> None:
    code, out, _ = run("insights", "lecture:mobilenet-v1", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["source"] == "lecture:mobilenet-v1"
    assert document["stem"]["grid"] == [28, 28]
    pairs = [insight for insight in document["insights"] if insight["kind"] == "separable"]
    assert len(pairs) == 13


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("insights", "lecture:nope"), "the lecture has no network called 'nope'"),
        (("insights", "lecture:"), "lecture:alexnet"),
        (("insights", "lecture:vgg16", "--grid", "1"), "grid"),
    ],
)
def test_that_what_cannot_be_opened_is_one_line(
    run: Run, arguments: tuple[str, ...], reason: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert reason in err
    assert len(err.strip().splitlines()) == 1
