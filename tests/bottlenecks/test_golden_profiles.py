"""Every cut and finding of eleven networks, worked out without this program."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bottlenecks.networks import GOLDEN, findings, profile
from visualizer.bottlenecks import Cut

NAMES = sorted(GOLDEN)
KINDS = {
    "representational": "bottleneck", "neck": "neck", "channel": "squeeze", "gentle": "gentle",
    "local": "valley", "cliff": "cliff",
}  # fmt: skip


def rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)


def ratios(cut: Cut) -> list[float | None]:
    return [rounded(ratio) for ratio in (cut.beta, cut.nu, cut.depth, cut.macs_spent_share)]


def golden_ratios(cut: dict[str, Any]) -> list[float | None]:
    return [cut["beta"], cut["nu"], cut["lam"], cut["macs_spent_share"]]


def test_that_the_table_has_eleven_networks() -> None:
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_that_every_cut_is_as_wide_as_in_the_table(name: str) -> None:
    ours = [(c.width, c.in_body, c.inside, len(c.tensors)) for c in profile(name).cuts]
    assert ours == [
        (c["width"], c["in_body"], c["inside_branches"], len(c["tensors"]))
        for c in GOLDEN[name]["cuts"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_that_every_ratio_is_as_in_the_table(name: str) -> None:
    assert [ratios(c) for c in profile(name).cuts] == [
        golden_ratios(c) for c in GOLDEN[name]["cuts"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_that_the_body_ends_where_the_table_says(name: str) -> None:
    at = [cut["at"] for cut in GOLDEN[name]["cuts"]].index(GOLDEN[name]["final_representation"])
    assert profile(name).final == at


@pytest.mark.parametrize("name", NAMES)
def test_that_the_findings_are_those_of_the_table(name: str) -> None:
    ours = [
        (f.severity, f.kind, f.by_design, f.width, rounded(f.beta), rounded(f.nu))
        for f in sorted(findings(name), key=lambda finding: finding.cut)
    ]
    assert ours == [
        (
            f["severity"], KINDS[f["what"].split()[0]], "by design" in f["what"],
            f["width"], f["beta"], f["nu"],
        )
        for f in GOLDEN[name]["findings"]
    ]  # fmt: skip


def test_that_the_branches_of_a_module_are_cut_where_they_are_narrowest() -> None:
    inside = [cut for cut in profile("inception_v3").cuts if cut.inside]
    assert inside[2].tensors == (
        "Mixed_6b.branch1x1.conv",
        "Mixed_6b.branch7x7_1.conv",
        "Mixed_6b.branch7x7dbl_1.conv",
        "Mixed_6b.branch_pool.conv",
    )


def test_that_the_running_minimum_is_the_ceiling_so_far() -> None:
    assert profile("alexnet_lecture").running_minimum == (
        154587, 154587, 46656, 46656, 32448, 32448, 32448, 32448, 9216, 9216, 4096, 4096, 1000,
    )  # fmt: skip


def test_that_activations_per_input_number_are_those_of_the_text() -> None:
    final = {name: profile(name) for name in ("vgg16", "resnet50", "inception_v3")}
    tau = {name: round(p.cuts[p.final].tau, 3) for name, p in final.items()}
    assert tau == {"vgg16": 0.167, "resnet50": 0.667, "inception_v3": 0.489}
