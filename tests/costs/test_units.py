from __future__ import annotations

import pytest

from visualizer.costs.units import (
    UnknownDtypeError,
    decimal_text,
    element_bytes,
    human_bytes,
    human_count,
    lower_bound,
    ops_text,
    percent,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (72_855_552, "72.86 M"),
        (15_470_264_320, "15.47 G"),
        (23_296, "23.30 k"),
        (999, "999"),
        (0, "0"),
        (None, "unknown"),
    ],
)
def test_that_counts_go_in_thousands(number: int | None, text: str) -> None:
    assert human_count(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(802_816, "784.00 KB"), (2_005_152, "1.91 MB"), (1000, "1000 B"), (None, "unknown")],
)
def test_that_bytes_go_in_steps_of_1024_as_in_the_lecture(number: int | None, text: str) -> None:
    assert human_bytes(number) == text


def test_that_decimals_appear_only_where_there_are_some() -> None:
    assert [decimal_text(n) for n in (784, 182.25, 3136, 0.5, 100)] == [
        "784",
        "182.25",
        "3,136",
        "0.5",
        "100",
    ]


def test_that_the_size_of_a_dtype_is_known_or_an_error() -> None:
    assert element_bytes("bfloat16") == 2
    assert element_bytes("float8_e4m3fnuz") == 1
    assert element_bytes("complex32") == 4
    with pytest.raises(UnknownDtypeError, match="mystery"):
        element_bytes("mystery")


def test_that_an_unknown_share_is_not_zero() -> None:
    assert percent(0.1016) == "10.2 %"
    assert percent(None) == "unknown"


def test_that_sums_with_unknown_parts_are_lower_bounds_and_never_a_bare_0() -> None:
    assert lower_bound(0, True) == "unknown"
    assert lower_bound(4_089_184_256, True) == "≥ 4.09 G"
    assert lower_bound(0, False) == "0"


def test_that_one_op_is_no_ops() -> None:
    assert [ops_text(count) for count in (0, 1, 1234)] == ["0 ops", "1 op", "1,234 ops"]
