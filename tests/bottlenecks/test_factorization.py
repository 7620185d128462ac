"""Factorization savings: the ratios of the paper, the pitfalls, what networks have to gain."""

from __future__ import annotations

from math import prod

import pytest

from tests.bottlenecks.factorized import factorization
from visualizer.bottlenecks.factorization import (
    Alternative,
    Inapplicable,
    Option,
    Site,
    alternatives,
    factorization_document,
    spend,
)
from visualizer.bottlenecks.factorization.wording import (
    none_text,
    saving_text,
    seen_text,
    spent_text,
    stride_text,
    why_none,
)


def _site(
    kernel: int | tuple[int, ...],
    c_in: int = 64,
    c_out: int = 64,
    grid: int = 17,
    stride: int = 1,
    groups: int = 1,
    dilation: int = 1,
    axes: int = 2,
) -> Site:
    """A padded convolution that keeps its grid, the stride apart."""
    sides = (kernel,) * axes if isinstance(kernel, int) else kernel
    axes = len(sides)
    pads = tuple(
        (dilation * (k - 1) // 2, dilation * (k - 1) - dilation * (k - 1) // 2) for k in sides
    )
    return Site(
        c_in, c_out, sides, (stride,) * axes, (dilation,) * axes, pads, groups,
        (grid,) * axes, ((grid - 1) // stride + 1,) * axes,
    )  # fmt: skip


def _option(site: Site, kind: str, mid: int | None = None) -> Option:
    return next(option for option in alternatives(site, mid) if option.kind == kind)


def _alternative(site: Site, kind: str, mid: int | None = None) -> Alternative:
    option = _option(site, kind, mid)
    assert isinstance(option, Alternative)
    return option


def _reason(site: Site, kind: str) -> str:
    option = _option(site, kind)
    assert isinstance(option, Inapplicable)
    return option.reason


# --------------------------------------------------------------------------- the paper's ratios


@pytest.mark.parametrize(
    ("kernel", "kind", "numerator", "denominator"),
    [
        (5, "3x3s", 18, 25),  # 28 %
        (7, "3x3s", 27, 49),  # 44.9 %
        (11, "3x3s", 45, 121),  # 62.8 %
        (3, "1xn+nx1", 2, 3),  # 33.3 %
        (5, "1xn+nx1", 2, 5),  # 60 %
        (7, "1xn+nx1", 2, 7),  # 71.4 %
        (11, "1xn+nx1", 2, 11),
        (3, "2x2s", 8, 9),  # 11.1 %
    ],
)
def test_that_equal_channels_give_the_papers_ratios_for_macs_and_weights(
    kernel: int, kind: str, numerator: int, denominator: int
) -> None:
    site = _site(kernel)
    option = _alternative(site, kind)
    assert option.macs * denominator == site.macs * numerator
    assert option.weights * denominator == site.weights * numerator
    assert option.saving == pytest.approx(1 - numerator / denominator)
    assert option.seen == (kernel, kernel) == site.seen
    assert option.extra_nonlinearities == len(option.factors) - 1


@pytest.mark.parametrize(("channels", "saving"), [(64, 0.873), (512, 0.887), (4096, 0.888)])
def test_that_depthwise_and_pointwise_costs_one_over_c_out_and_a_ninth(
    channels: int, saving: float
) -> None:
    option = _alternative(_site(3, channels, channels), "depthwise")
    assert option.macs == 17 * 17 * (9 * channels + channels**2)
    assert option.saving == pytest.approx(1 - (1 / channels + 1 / 9))
    assert option.saving == pytest.approx(saving, abs=0.001)


def test_that_a_bottleneck_of_a_quarter_costs_2r_and_9r_squared_ninths() -> None:
    site = _site(3, 256, 256)
    option = _alternative(site, "bottleneck")
    assert option.widths == (256, 64, 64, 256)
    assert option.macs / site.macs == pytest.approx((2 / 4 + 9 / 16) / 9)  # .118
    assert option.weights == 256 * 64 + 9 * 64 * 64 + 64 * 256  # ResNet-50's 69,632


def test_that_a_five_is_25_ninths_of_a_three() -> None:
    assert _site(5).macs * 9 == _site(3).macs * 25


def test_that_expanding_by_half_in_equal_steps_still_saves_a_quarter() -> None:
    # 9(1 + α)/(25√α) at α = 1.5; 9,797² ≈ 8,000·12,000
    option = _alternative(_site(5, 8000, 12000), "3x3s")
    assert option.widths == (8000, 9798, 12000)
    assert option.saving == pytest.approx(0.265, abs=0.0005)


@pytest.mark.parametrize(
    ("mid", "saving", "words"),
    [
        (32, -0.08, "gets dearer by 8.0 %"),
        (16, 0.46, "saves 46.0 %"),
        (23, 0.2237, "saves 22.4 %"),
        (None, 0.2237, "saves 22.4 %"),
    ],
)
def test_that_googlenet_3a_gets_dearer_where_the_first_factor_has_all_channels(
    mid: int | None, saving: float, words: str
) -> None:
    option = _alternative(_site(5, 16, 32, grid=28), "3x3s", mid)
    assert option.saving == pytest.approx(saving, abs=0.0001)
    assert saving_text(option) == words


def test_that_with_all_channels_between_the_rewrite_of_a_five_saves_below_16_ninths() -> None:
    for c_out in range(9, 27):
        option = _alternative(_site(5, 9, c_out), "3x3s", mid=c_out)
        assert (option.saved_macs > 0) == (c_out < 16), c_out
    assert _alternative(_site(5, 9, 16), "3x3s", mid=16).saved_macs == 0
    assert saving_text(_alternative(_site(5, 9, 16), "3x3s", mid=16)) == "costs the same"


# --------------------------------------------------------------------------- what networks gain


def _opportunity(name: str, kernel: str, kind: str) -> tuple[int, int, float]:
    found = factorization(name).opportunities
    one = next(o for o in found if (o.kernel, o.kind) == (kernel, kind))
    return len(one.nodes), one.saved_macs, one.share


def test_that_alexnets_second_convolution_has_37_and_a_half_million_macs_to_save() -> None:
    # (25·64·192 − 9·111·(64 + 192))·27·27 with m = 111 ≈ √(64·192)
    count, saved, share = _opportunity("alexnet_lecture", "5×5", "3x3s")
    assert (count, saved) == (1, (25 * 64 * 192 - 9 * 111 * 256) * 729)
    assert saved == pytest.approx(37.5e6, rel=0.001)
    assert share == pytest.approx(0.052, abs=0.0005)


def test_that_googlenets_nine_fives_are_1_4_percent() -> None:
    count, _, share = _opportunity("googlenet_paper", "5×5", "3x3s")
    assert count == 9
    assert share == pytest.approx(0.014, abs=0.0005)


def test_that_inception_v3_still_has_three_fives_with_78_and_a_half_million_macs() -> None:
    # (25·48·64 − 9·55·(48 + 64))·35·35 each, m = 55 ≈ √(48·64)
    count, saved, share = _opportunity("inception_v3", "5×5", "3x3s")
    assert (count, saved) == (3, 3 * (25 * 48 * 64 - 9 * 55 * 112) * 1225)
    assert saved == pytest.approx(78.5e6, rel=0.0005)
    assert share == pytest.approx(0.014, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "share"),
    [("alexnet_lecture", 0.158), ("googlenet_paper", 0.072), ("resnet50", 0.047), ("vgg16", 0.030)],
)
def test_that_medium_grids_have_the_known_share_to_save_by_one_sided_kernels(
    name: str, share: float
) -> None:
    """GoogLeNet's 7.2 % are 5.6 % for its 3×3 and 1.7 % for its 5×5 on 14×14."""
    found = factorization(name).opportunities
    assert sum(o.share for o in found if o.kind == "1xn+nx1") == pytest.approx(share, abs=0.0005)


def test_that_the_total_takes_the_best_proposed_rewrite_of_each_convolution() -> None:
    found = factorization("alexnet_lecture")
    gain = found.gain()
    assert gain.count == 4  # the 11×11 has a stride and gets dearer
    shares = [o.share for o in found.opportunities]
    assert gain.share == pytest.approx(sum(shares)) == pytest.approx(0.052 + 0.158, abs=0.001)
    # m = 111 on 27×27; 272, 314 and 256 on 13×13: 4 bytes each
    assert gain.extra_bytes == 4 * (111 * 729 + (272 + 314 + 256) * 169)


def test_that_another_width_changes_one_convolution_and_the_total() -> None:
    found = factorization("alexnet_lecture")
    changed = found.with_mid("features.3", 64)
    saved = changed.gain().saved_macs - found.gain().saved_macs
    assert saved == 9 * (111 - 64) * 256 * 729
    assert changed.with_mid("features.3", None) == found
    with pytest.raises(KeyError):
        found.with_mid("classifier.1", 64)
    with pytest.raises(ValueError, match="at least one"):
        found.with_mid("features.3", 0)


# --------------------------------------------------------------------------- where, and why not


@pytest.mark.parametrize(
    ("grid", "proposed"), [(11, False), (12, True), (20, True), (21, False), (35, False)]
)
def test_that_one_sided_kernels_are_proposed_on_medium_grids_only(
    grid: int, proposed: bool
) -> None:
    option = _alternative(_site(7, grid=grid), "1xn+nx1")
    assert option.title == "1×7 + 7×1"
    assert option.is_proposed is proposed
    assert proposed or f"12 to 20 a side; here it is {grid}×{grid}" in option.discouraged


def test_that_one_sided_kernels_with_a_stride_carry_it_on_their_own_axis() -> None:
    site = _site(3, 64, 64, grid=28, stride=2)
    option = _alternative(site, "1xn+nx1")
    assert [factor.stride for factor in option.factors] == [(1, 2), (2, 1)]
    assert option.macs == 3 * 64 * 64 * (28 * 14 + 14 * 14)
    assert option.discouraged == "the paper advises it for stride 1 only"
    assert option.seen == (3, 3)


def test_that_a_stride_in_the_last_factor_keeps_the_hull_and_pays_the_large_grid() -> None:
    site = _site(7, 64, 64, grid=112, stride=2)
    last, first = _alternative(site, "3x3s"), _alternative(site, "3x3s-stride-first")
    per_position = 9 * 64 * 64
    assert last.macs == per_position * (2 * 112**2 + 56**2)
    assert first.macs == per_position * 3 * 56**2
    assert (last.seen, first.seen) == ((7, 7), (11, 11))  # 1 + 2·(1 + 2 + 2) = 11
    assert seen_text(site, first) == "sees 11×11 instead of 7×7"
    assert not last.is_proposed and last.discouraged == "it gets dearer by 65.3 %"  # 9·9/49 − 1
    assert not first.is_proposed and "sees more than the original" in first.discouraged
    assert last.saved_macs < 0 < first.saved_macs
    # 9·64·64·112² = 462,422,016
    assert stride_text(site, last) == (
        "stride in factor 3 (3×3): 462.42 M on 112×112, 462.42 M on 112×112, 115.61 M on 56×56"
    )


def test_that_inceptions_stem_comes_out_as_three_threes_with_the_stride_first() -> None:
    # The paper's Table 1 has 3×3/2, 3×3 and a padded 3×3 for a 7×7/2; here all are padded.
    site = _site(7, 3, 64, grid=299, stride=2)
    option = _alternative(site, "3x3s-stride-first", mid=32)
    assert [factor.c_out for factor in option.factors] == [32, 32, 64]
    assert option.macs == 150**2 * 9 * (3 * 32 + 32 * 32 + 32 * 64)
    assert saving_text(option).startswith("gets dearer by")


def test_that_a_stride_cannot_come_first_where_there_is_no_padding_for_the_others() -> None:
    site = Site(3, 64, (11, 11), (4, 4), (1, 1), ((2, 2), (2, 2)), 1, (227, 227), (56, 56))
    assert "padding is too small to come out at 56×56" in _reason(site, "3x3s-stride-first")


@pytest.mark.parametrize(
    ("site", "kind", "reason"),
    [
        (_site(3), "3x3s", "it is 3×3 already"),
        (_site(4), "3x3s", "its sides are even; 3×3 in a row see odd sides only"),
        (_site((3, 5)), "3x3s", "its sides differ; 3×3 in a row see equal sides only"),
        (_site((1, 7)), "1xn+nx1", "it is 1×7: along one axis already"),
        (_site(5), "2x2s", "two 2×2 see 3×3, not 5×5"),
        (_site(7, axes=1), "1xn+nx1", "it has one axis only"),
        (_site(3, groups=64), "depthwise", "it is depthwise already"),
        (_site(3, groups=64), "bottleneck", "each filter sees one channel: nothing to reduce"),
        (_site(3, c_in=1), "depthwise", "it reads one channel: nothing to separate"),
    ],
)
def test_that_what_a_convolution_cannot_be_made_of_says_why(
    site: Site, kind: str, reason: str
) -> None:
    assert _reason(site, kind) == reason


@pytest.mark.parametrize(
    ("site", "kind", "reason"),
    [
        (_site(7, groups=64), "3x3s", "depthwise: little arithmetic to save"),
        (_site(5, axes=1), "3x3s", "the paper speaks of pictures; this has one axis"),
        (_site(3, axes=3), "1xn+nx1", "the paper speaks of pictures; this has 3 axes"),
        (_site((3, 5)), "1xn+nx1", "the paper advises it for square kernels only"),
        (_site(3), "2x2s", "at equal widths it saves 11 %, 1×3 + 3×1 saves 33 %"),
        (_site(3), "depthwise", "no filter sees space and channels together"),
        (_site(3), "bottleneck", "it narrows to m channels"),
    ],
)
def test_that_what_is_possible_but_not_advised_says_why_with_its_figures(
    site: Site, kind: str, reason: str
) -> None:
    option = _alternative(site, kind)
    assert not option.is_proposed and reason in option.discouraged
    assert option.macs > 0


def test_that_along_one_axis_threes_are_dearer_than_what_they_stand_for() -> None:
    assert _alternative(_site(5, axes=1), "3x3s").saving == pytest.approx(-1 / 5)
    assert _alternative(_site((1, 7)), "3x3s").saving == pytest.approx(-2 / 7)
    assert _alternative(_site((1, 7)), "3x3s").title == "three 1×3"


def test_that_volumes_split_into_three_axes() -> None:
    option = _alternative(_site(3, axes=3), "1xn+nx1")
    assert option.title == "1×1×3 + 1×3×1 + 3×1×1"
    assert option.saving == pytest.approx(2 / 3)
    assert _alternative(_site(5, axes=3), "3x3s").saving == pytest.approx(1 - 54 / 125)


def test_that_each_group_is_rewritten_for_itself() -> None:
    whole, grouped = _site(5), _site(5, 256, 256, groups=4)
    option = _alternative(grouped, "3x3s")
    assert option.saving == _alternative(whole, "3x3s").saving
    assert {factor.groups for factor in option.factors} == {4}
    assert _alternative(grouped, "3x3s", mid=50).mid == 48  # whole groups: 12·4


def test_that_a_dilated_kernel_keeps_its_reach() -> None:
    site = _site(5, dilation=2)
    option = _alternative(site, "3x3s")
    assert site.seen == option.seen == (9, 9)
    assert option.saving == pytest.approx(0.28)


# --------------------------------------------------------------------------- memory, spending


def test_that_the_extra_memory_is_h_w_m() -> None:
    site = _site(5, 48, 64, grid=35)
    assert _alternative(site, "3x3s").extra_bytes == 35 * 35 * 55 * 4


@pytest.mark.parametrize(("kind", "kernel"), [("3x3s", 5), ("1xn+nx1", 7), ("3x3s", 7)])
def test_that_the_widened_bank_costs_no_more_and_one_channel_more_would(
    kind: str, kernel: int
) -> None:
    site = _site(kernel, 48, 64)
    spent = spend(site, _alternative(site, kind))
    assert spent is not None and not spent.widens_output
    assert spent.macs == _alternative(site, kind, spent.channels).macs <= site.macs
    assert _alternative(site, kind, spent.channels + 1).macs > site.macs


def test_that_two_threes_for_a_five_may_have_25_ninths_of_the_product_over_the_sum() -> None:
    # 9m(C_in + C_out) ≤ 25·C_in·C_out: 25·64·192/(9·256) = 133.3
    site = _site(5, 64, 192, grid=27)
    option = _alternative(site, "3x3s")
    spent = spend(site, option)
    assert spent is not None and spent.channels == 133
    assert spent_text(site, option).startswith("Spend the saving: m = 133 instead of 111 costs")


def test_that_depthwise_and_pointwise_spend_on_the_output() -> None:
    # 9·64 + 64·c ≤ 9·64·64: c = 567
    spent = spend(_site(3), _alternative(_site(3), "depthwise"))
    assert spent is not None and (spent.channels, spent.widens_output) == (567, True)


def test_that_a_rewrite_that_gets_dearer_says_up_to_where_it_would_save() -> None:
    # 25·16·32/(9·48) = 29.6
    site = _site(5, 16, 32, grid=28)
    assert spent_text(site, _alternative(site, "3x3s", 32)) == "It saves only up to m = 29."


def test_that_a_limit_of_several_widths_is_said_to_be_one_for_all() -> None:
    site = _site(7, 3, 64, grid=224, stride=2)
    three = _alternative(site, "3x3s")
    assert three.widths == (3, 8, 23, 64)
    said = spent_text(site, three)
    assert said.startswith("It saves only up to equal widths between the factors, m = ")


def test_that_a_single_position_is_why_two_3x3_do_not_save() -> None:
    tile = Site(1, 1, (5, 5), (1, 1), (1, 1), ((0, 0), (0, 0)), 1, (5, 5), (1, 1))
    two = _alternative(tile, "3x3s")
    # Fig 1: 9 positions of 9 MACs and one more of 9, for 25.
    assert (two.macs, tile.macs) == (90, 25)
    assert two.discouraged.startswith(
        "it gets dearer by 260.0 %: a single output position shares nothing"
    )
    assert "neighbours" not in _alternative(_site(5, 64, 192, 27), "3x3s", 192).discouraged


def test_that_what_saves_but_is_not_proposed_is_told_from_what_does_not_save() -> None:
    found = factorization("resnet50").by_node
    small = found["layer2.1.conv2"]  # 3×3 on 28×28
    assert none_text(small) == "none proposed"
    assert none_text(small, proposed_only=False) == "none saves"
    assert why_none(small).startswith("1×3 + 3×1 saves 33.3 %, but is not proposed: the paper")
    never = _site((1, 7), 1, 1)
    assert "with any number of channels" in spent_text(never, _alternative(never, "3x3s"))


def test_that_of_an_empty_batch_nothing_is_saved_or_spent() -> None:
    site = Site(64, 64, (5, 5), (1, 1), (1, 1), ((2, 2), (2, 2)), 1, (17, 17), (17, 17), batch=0)
    option = _alternative(site, "3x3s")
    assert (site.macs, option.saved_macs, option.discouraged) == (0, 0, "it saves nothing")
    assert spend(site, option) is None and spent_text(site, option) == ""


# --------------------------------------------------------------------------- the document


def test_that_the_document_has_every_option_and_the_sums() -> None:
    found = factorization("alexnet_lecture")
    document = factorization_document(found)
    assert document["macs"] == found.macs
    assert document["proposed"]["saved_macs"] == found.gain().saved_macs
    second = document["convolutions"][1]
    assert (second["node"], second["best"], second["kernel"]) == ("features.3", "3x3s", (5, 5))
    threes = second["alternatives"][0]
    assert threes["mid"] == 111 and threes["proposed"] and threes["seen"] == (5, 5)
    assert threes["spent"]["channels"] == 133
    assert [option["kind"] for option in second["alternatives"] if not option["applicable"]] == [
        "2x2s"
    ]


def test_that_only_kernels_larger_than_one_are_looked_at() -> None:
    found = factorization("resnet50")
    assert len(found.candidates) == 17  # the stem and one in each of the 16 blocks
    assert all(prod(candidate.conv.kernel) > 1 for candidate in found.candidates)
