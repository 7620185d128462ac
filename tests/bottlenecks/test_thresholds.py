"""The limits of findings: by name, by value, remembered."""

from __future__ import annotations

import pytest

from tests.bottlenecks.networks import profile
from visualizer.bottlenecks import (
    DEFAULTS,
    ThresholdError,
    Thresholds,
    find_bottlenecks,
    parse_thresholds,
)
from visualizer.bottlenecks.thresholds import (
    MEANINGS,
    changes,
    thresholds_from,
    thresholds_text,
    with_threshold,
)


def test_that_every_limit_has_a_meaning() -> None:
    assert tuple(MEANINGS) == Thresholds.__struct_fields__


def test_that_limits_are_read_by_name() -> None:
    read = parse_thresholds(["extreme_beta=0.4", " early = 1"])
    assert read == Thresholds(extreme_beta=0.4, early=1.0)
    assert parse_thresholds([]) == DEFAULTS


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("extreme=0.4", "no threshold 'extreme'; there are extreme_beta, extreme_nu"),
        ("extreme_beta", "write NAME=NUMBER"),
        ("extreme_beta=low", "needs a number, not 'low'"),
        ("extreme_beta=1.5", "between 0 and 1, not 1.5"),
        ("extreme_beta=-1", "between 0 and 1"),
        ("extreme_beta=nan", "between 0 and 1"),
    ],
)
def test_that_what_is_no_limit_is_told(setting: str, said: str) -> None:
    with pytest.raises(ThresholdError, match=said):
        parse_thresholds([setting])


def test_that_what_was_changed_is_told_with_its_default() -> None:
    assert changes(DEFAULTS) == ""
    moved = parse_thresholds(["mild_nu=0.25", "extreme_beta=0.4"])
    assert changes(moved) == "extreme_beta = 0.4 (default 0.333), mild_nu = 0.25 (default 0.5)"


def test_that_limits_are_remembered_to_the_last_digit() -> None:
    moved = with_threshold(DEFAULTS, "mild_nu", 0.123)
    assert thresholds_from(thresholds_text(moved)) == moved


@pytest.mark.parametrize(
    "text", ["", "nonsense", '{"extreme_beta": "low"}', '{"extreme_beta": 7}', '{"other": 1}', "[]"]
)
def test_that_what_cannot_be_remembered_is_the_default(text: str) -> None:
    assert thresholds_from(text) == DEFAULTS


# AlexNet on 227: pool1 has beta 0.302 and nu 1/3, pool2 beta 0.695 and nu 1/2, pool5 is a cliff.
@pytest.mark.parametrize(
    ("setting", "severities"),
    [
        ("extreme_beta=0.30", ["moderate", "mild", "info"]),
        ("extreme_nu=0.33", ["moderate", "mild", "info"]),
        ("moderate_beta=0.7", ["extreme", "moderate", "info"]),
        ("mild_beta=0.69", ["extreme", "info", "info"]),
        ("mild_nu=0.49", ["extreme", "info"]),
        ("cliff_beta=0.2", ["extreme", "mild"]),
        ("early=0.05", ["extreme", "mild", "info"]),
    ],
)
def test_that_each_limit_decides_what_it_says(setting: str, severities: list[str]) -> None:
    found = find_bottlenecks(profile("alexnet_lecture"), parse_thresholds([setting]))
    assert [finding.severity for finding in found] == severities
    assert found[0].early == (not setting.startswith("early"))
