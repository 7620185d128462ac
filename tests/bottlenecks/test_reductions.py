"""Grid reductions: their arithmetic by hand and by really building them, and where they stand in
known networks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import Tensor, nn

from tests.bottlenecks.networks import PICTURE, graph_of, profile_of_graph, traced
from tests.costs.building import Net
from visualizer.bottlenecks import CutProfile, cut_profile
from visualizer.bottlenecks.reductions import (
    Reduction,
    ReductionShape,
    conv_beside_pool,
    find_reductions,
    reductions_document,
    variant_sketch,
    variants_of,
)
from visualizer.costs import CostReport, cost_report
from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec

PAPER = ReductionShape((35, 35), (17, 17), 320, 640, (3, 3))


def reductions_of(graph: LayerGraph) -> tuple[Reduction, ...]:
    report = cost_report(graph)
    return find_reductions(cut_profile(graph, report), report)


@cache
def reductions(name: str) -> tuple[Reduction, ...]:
    return reductions_of(traced(name))


def kinds(name: str) -> list[str]:
    return [reduction.kind for reduction in reductions(name)]


def called(name: str, called: str) -> Reduction:
    return next(reduction for reduction in reductions(name) if reduction.name == called)


# --------------------------------------------------------------------------- arithmetic


def test_that_the_papers_sizes_have_the_costs_worked_out_by_hand() -> None:
    # 17*17 = 289 and 35*35 = 1225 positions; 320 -> 640 channels through a 3x3 kernel.
    costs = {v.kind: (v.macs, v.min_cut) for v in variants_of(PAPER)}
    assert costs == {
        "fig9-left": (289 * 320 * 640 * 9, 289 * 320),
        "fig9-right": (1225 * 320 * 640 * 9, 289 * 640),
        "fig10": (289 * 320 * 320 * 9, 289 * 640),
        "strided-conv": (289 * 320 * 640 * 9, 289 * 640),
    }
    assert costs["fig9-left"] == (532_684_800, 92_480)
    assert costs["fig9-right"] == (2_257_920_000, 184_960)
    assert costs["fig10"] == (266_342_400, 184_960)


def test_that_each_variant_is_judged_in_words() -> None:
    verdicts = {v.kind: v.verdict for v in variants_of(PAPER)}
    assert verdicts["fig9-left"] == "bottleneck: 50.0 % of output, 23.6 % of input"
    assert verdicts["fig9-right"] == "clean, dearest"
    assert verdicts["fig10"] == "clean, cheapest"


def test_that_halving_exactly_and_doubling_channels_costs_8_to_2_to_1() -> None:
    # Right 2d²k², left 2(d/2)²k², parallel (d/2)²k², each times the kernel's area.
    shape = ReductionShape((32, 32), (16, 16), 64, 128, (3, 3))
    macs = {v.kind: v.macs for v in variants_of(shape)}
    unit = 16 * 16 * 64 * 64 * 9
    assert (macs["fig9-right"], macs["fig9-left"], macs["fig10"]) == (8 * unit, 2 * unit, unit)


def test_that_fig_10_needs_new_channels() -> None:
    narrowing = ReductionShape((56, 56), (28, 28), 256, 128, (1, 1))
    assert conv_beside_pool(narrowing) is None
    assert [v.kind for v in variants_of(narrowing)] == ["fig9-left", "fig9-right", "strided-conv"]


class Beside(nn.Module):
    """Fig 10 for any kernel: strides and paddings as in the variant's grids."""

    def __init__(self, k: int, out: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(k, out - k, kernel, 2, kernel // 2, bias=False)
        self.pool = nn.MaxPool2d(kernel, 2, kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.conv(x), self.pool(x)], 1)


def built(kind: str, k: int, out: int, kernel: int) -> nn.Module:
    pad = kernel // 2
    pool = nn.MaxPool2d(kernel, 2, pad)
    conv = nn.Conv2d(k, out, kernel, padding=pad, bias=False)
    builders: dict[str, Callable[[], nn.Module]] = {
        "fig9-left": lambda: nn.Sequential(pool, conv),
        "fig9-right": lambda: nn.Sequential(conv, pool),
        "fig10": lambda: Beside(k, out, kernel),
        "strided-conv": lambda: nn.Conv2d(k, out, kernel, 2, pad, bias=False),
    }
    return builders[kind]()


@pytest.mark.parametrize(("side", "k", "out", "kernel"), [(35, 320, 640, 3), (28, 24, 40, 5)])
@pytest.mark.parametrize("kind", ["fig9-left", "fig9-right", "fig10", "strided-conv"])
def test_that_a_variant_really_built_costs_what_was_predicted(
    kind: str, side: int, k: int, out: int, kernel: int
) -> None:
    graph = graph_of(lambda: built(kind, k, out, kernel), (1, k, side, side))
    small = -(-side // 2)
    shape = ReductionShape((side, side), (small, small), k, out, (kernel, kernel))
    predicted = next(v for v in variants_of(shape) if v.kind == kind)
    totals, cuts = cost_report(graph).totals, profile_of_graph(graph).cuts[1:]
    assert (totals.macs, totals.params) == (predicted.macs, predicted.weights)
    assert totals.activation_elements == predicted.activations
    assert min(cut.width for cut in cuts) == predicted.min_cut
    (found,) = reductions_of(graph)
    assert (found.kind, found.macs, found.shape) == (kind, predicted.macs, shape)


# --------------------------------------------------------------------------- the paper's figures


def test_that_fig_9_left_is_found_with_what_fig_10_would_give() -> None:
    (found,) = reductions("fig9_left")
    assert (found.kind, found.min_cut, found.input) == ("fig9-left", 92_480, 392_000)
    assert (found.cut_to_output, round(found.cut_to_input, 3)) == (0.5, 0.236)
    assert found.rewrite is not None
    assert found.rewrite.macs_saved == 532_684_800 - 266_342_400
    assert (found.rewrite.cut_before, found.rewrite.cut_after) == (92_480, 184_960)
    assert found.advice == (
        "Fig 10 of Rethinking Inception would be a 3×3 convolution with stride to 320 channels "
        "beside a pool that keeps the 320. 184,960 numbers pass instead of 92,480, for 266.34 M "
        "MACs instead of 532.68 M."
    )


def test_that_fig_9_right_is_clean_and_fig_10_needs_no_rewrite() -> None:
    (right,), (parallel,) = reductions("fig9_right"), reductions("fig10")
    assert (right.kind, right.narrowness, right.macs) == ("fig9-right", "clean", 2_257_920_000)
    assert right.rewrite is not None and right.rewrite.macs_saved == 2_257_920_000 - 266_342_400
    assert (parallel.kind, parallel.rewrite, parallel.min_cut) == ("fig10", None, 184_960)


# --------------------------------------------------------------------------- known networks


def test_that_inception_v3_has_its_two_parallel_reductions() -> None:
    first, second = called("inception_v3", "Mixed_6a"), called("inception_v3", "Mixed_7a")
    assert (first.kind, second.kind) == ("fig10", "fig10")
    assert first.shape == ReductionShape((35, 35), (17, 17), 288, 768, (3, 3))
    assert second.shape == ReductionShape((17, 17), (8, 8), 768, 1280, (3, 3))
    # Table of the reference network: 401.9 and 291.0 MMAC; its minima 221,952 and 81,920.
    assert (first.macs, second.macs) == (401_937_408, 291_004_416)
    assert (first.min_cut, second.min_cut) == (221_952, 81_920)


def test_that_inception_v3_begins_with_a_strided_stem_and_two_widenings_before_pools() -> None:
    assert kinds("inception_v3") == ["strided-conv", "fig9-right", "fig9-right", "fig10", "fig10"]
    last = reductions("inception_v3")[2]
    # Conv2d_4a reads 73x73x80 and gives 71x71x192: 696.87 MMAC in the table.
    assert last.macs == 71 * 71 * 80 * 192 * 9
    assert last.variant is not None and last.variant.macs == last.macs


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("alexnet_lecture", ["strided-conv", "fig9-left", "fig9-left", "pool"]),
        ("vgg16", ["fig9-left", "fig9-left", "fig9-left", "pool", "pool"]),
        ("googlenet_paper", ["strided-conv", "pool", "fig9-right", "pool", "pool"]),
        ("resnet18", ["strided-conv", "pool", "residual", "residual", "residual"]),
        ("resnet50", ["strided-conv", "pool", "residual", "residual", "residual"]),
        ("densenet121", ["strided-conv", "pool", "transition", "transition", "transition"]),
        ("mobilenet_v2", ["strided-conv", "depthwise", "depthwise", "depthwise", "depthwise"]),
        ("efficientnet_b0", ["strided-conv", "depthwise", "depthwise", "depthwise", "depthwise"]),
        ("convnext_tiny", ["patchify", "patch-merging", "patch-merging", "patch-merging"]),
        ("swin_t", ["patchify", "patch-merging", "patch-merging", "patch-merging"]),
        ("vit_b_16", ["patchify"]),
        ("shufflenet_v2_x1_0", ["strided-conv", "pool", "other", "other", "other"]),
    ],
)
def test_that_every_reduction_of_a_network_is_recognized(network: str, expected: list[str]) -> None:
    assert kinds(network) == expected


def test_that_alexnets_waist_is_fig_9_left_with_its_own_kernel() -> None:
    waist = reductions("alexnet_lecture")[1]
    assert waist.nodes == ("features.2", "features.3")
    assert waist.shape == ReductionShape((56, 56), (27, 27), 64, 192, (5, 5))
    assert (waist.min_cut, waist.macs, waist.output) == (46_656, 223_948_800, 139_968)


def test_that_a_residual_block_is_compared_with_all_its_layers() -> None:
    block = called("resnet50", "layer2.0")
    assert block.shape == ReductionShape((56, 56), (28, 28), 256, 512, (3, 3))
    inner = 56 * 56 * 256 * 128 + 28 * 28 * (9 * 128 * 128 + 128 * 512 + 256 * 512)
    assert block.macs == inner
    assert block.min_cut == block.output == 28 * 28 * 512
    assert "dearer: 462.42 M MACs instead of 372.51 M" in block.advice
    assert "It would replace 4 layers by one." in block.advice


def test_that_a_transitions_pool_may_stand_before_its_convolution() -> None:
    transition = called("densenet121", "features.transition1")
    assert transition.shape == ReductionShape((56, 56), (28, 28), 256, 128, (1, 1))
    assert transition.macs == 56 * 56 * 256 * 128
    assert transition.rewrite is None
    # 28*28*256*128 = 25,690,112
    assert "pooling first gives the same numbers for 25.69 M MACs" in transition.advice


def test_that_an_inverted_bottleneck_is_one_reduction_with_its_gate() -> None:
    block = called("mobilenet_v2", "features.2")
    assert block.shape == ReductionShape((112, 112), (56, 56), 16, 24, (3, 3))
    assert block.macs == 112 * 112 * 16 * 96 + 56 * 56 * (9 * 96 + 96 * 24)
    gated = called("efficientnet_b0", "features.2.0")
    assert {"features.2.0.block.2.mul", "features.2.0.block.3.0"} < set(gated.nodes)


def test_that_swin_and_convnext_merge_patches_alike() -> None:
    swin, convnext = reductions("swin_t")[1], reductions("convnext_tiny")[1]
    assert swin.shape == convnext.shape == ReductionShape((56, 56), (28, 28), 96, 192, (2, 2))
    assert swin.macs == convnext.macs == 28 * 28 * 384 * 192


def test_that_a_stem_is_not_proposed_to_pool_pixels() -> None:
    stem = reductions("resnet18")[0]
    assert (stem.stem, stem.rewrite, stem.shape.channels_in) == (True, None, 3)
    assert "only hand on pixels" in stem.advice and len(stem.variants) == 4


def test_that_a_lone_pool_is_compared_with_doubling_the_channels() -> None:
    pool = called("vgg16", "features.23")
    assert (pool.kind, pool.macs, pool.wanted.channels_out) == ("pool", 0, 1024)
    assert pool.rewrite is not None and pool.rewrite.cut_after == 2 * pool.min_cut
    # The new channels are 14*14*512*512*9; features.24 then reads twice its 512 channels, which
    # is as much again; so are the weights, 512*512*9 twice.
    assert "924.84 M MACs more: 462.42 M there, 462.42 M in the layers" in pool.advice
    assert "4.72 M weights more" in pool.advice
    assert pool.rewrite.macs_saved == -2 * 14 * 14 * 512 * 512 * 9


def test_that_alexnets_classifier_reads_what_its_last_pool_would_give_more() -> None:
    pool = called("alexnet", "features.12")
    # 3x3 to 256 channels of 256 on 6x6; classifier.1 has 4096 x 9216 weights, each used once.
    made, reader = 6 * 6 * 256 * 256 * 9, 4096 * 9216
    assert pool.rewrite is not None
    assert (pool.rewrite.macs_after, pool.rewrite.reader_macs) == (made, reader)
    assert pool.rewrite.weights == 256 * 256 * 9 + reader
    assert f"{(made + reader) / 1e6:.2f} M MACs more" in pool.advice


def test_that_both_readers_of_resnets_pool_are_counted() -> None:
    pool = called("resnet50", "maxpool")
    # On 56x56 the main way's 1x1 to 64 and the shortcut's 1x1 to 256 channels read 64 more.
    assert pool.rewrite is not None
    assert pool.rewrite.reader_macs == 56 * 56 * 64 * (64 + 256)


def test_that_readers_that_cannot_be_followed_are_said() -> None:
    net = Net((1, 64, 32, 32))
    net.op("pool", "max_pool2d", ["input"], (1, 64, 16, 16))
    net.op("mystery", "custom", ["pool"], (1, 64, 16, 16))
    net.conv("last", "mystery", (1, 128, 16, 16), (1, 1))
    (found,) = find_reductions(*_profiled(net))
    assert found.rewrite is not None and found.rewrite.macs_saved is None
    assert "what they cost further on is not counted, as mystery" in found.advice


def test_that_a_narrow_place_behind_one_as_narrow_is_not_said_to_limit() -> None:
    pool = called("vgg16", "features.23")
    # 14*14*512 = 100,352 on 28x28*512: narrower than its input, 401,408, and than the picture.
    assert pool.reached == 3 * 224 * 224 > pool.min_cut
    wide = called("vgg16", "features.4, features.5")
    assert wide.min_cut == 112 * 112 * 64 > 3 * 224 * 224
    assert wide.narrowness == "not limiting" and not any(bar.pinch for bar in wide.sketch.bars)
    assert "no more than 150,528 can have reached it anyway" in wide.advice
    assert all(v.narrowness in ("clean", "not limiting") for v in wide.variants)


def test_that_a_kernel_smaller_than_its_step_is_not_called_cheapest() -> None:
    transition = called("densenet121", "features.transition1")
    verdicts = {v.kind: v.verdict for v in transition.variants}
    assert verdicts["strided-conv"] == "clean, but 75.0 % of the positions are never read"
    assert verdicts["fig9-left"] == "clean, cheapest"  # the pool reads every position


def test_that_cheapest_counts_the_networks_own_way() -> None:
    block = called("resnet50", "layer2.0")
    verdicts = {v.kind: v.verdict for v in block.variants}
    assert verdicts["fig10"] == "clean"  # 462 M, the block itself 372.5 M


def test_that_weights_leave_biases_and_norms_out_everywhere() -> None:
    waist = reductions("alexnet_lecture")[1]
    assert waist.weights == 64 * 192 * 25 == 307_200
    assert waist.variant is not None and waist.variant.weights == waist.weights
    block = called("resnet50", "layer2.0")
    assert block.weights == 256 * 128 + 128 * 128 * 9 + 128 * 512 + 256 * 512


# --------------------------------------------------------------------------- other shapes


def block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU(),
        nn.Conv2d(channels_out, channels_out, 3, padding=1), nn.ReLU(),
    )  # fmt: skip


class SmallUNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = block(3, 64), block(64, 128)
        self.pool, self.up = nn.MaxPool2d(2), nn.ConvTranspose2d(128, 64, 2, 2)
        self.last = block(128, 8)

    def forward(self, x: Tensor) -> Tensor:
        first = self.first(x)
        return self.last(torch.cat([first, self.up(self.second(self.pool(first)))], 1))


def test_that_a_u_nets_way_down_is_found_and_said_to_be_bypassed() -> None:
    (found,) = reductions_of(graph_of(SmallUNet, PICTURE))
    assert (found.kind, found.bypassed, found.narrowness) == ("fig9-left", True, "clean")
    assert found.advice.startswith("A long skip runs past this place")
    assert not any(bar.pinch for bar in found.sketch.bars)


class Averaged(nn.Module):
    """A bottleneck of ResNet-D: the shortcut pools before its 1x1 convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 256, 1)
        self.main = nn.Sequential(nn.Conv2d(256, 128, 3, 2, 1), nn.Conv2d(128, 512, 1))
        self.pool, self.project = nn.AvgPool2d(2), nn.Conv2d(256, 512, 1)
        self.last = nn.Conv2d(512, 512, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return self.last(self.main(x) + self.project(self.pool(x)))


def test_that_a_cut_through_both_ways_of_a_block_is_found() -> None:
    (found,) = reductions_of(graph_of(Averaged, (1, 3, 32, 32)))
    # 256 pooled channels beside the 128 of the convolution, for 512 that are made of them.
    assert (found.kind, found.min_cut) == ("residual", (256 + 128) * 16 * 16)
    assert set(found.cut_tensors) == {"main.0", "pool"}
    # A picture of 3x32x32 = 3,072 numbers: no more can have got this far.
    assert (found.cut_to_output, found.narrowness) == (0.75, "not limiting")


def test_that_a_batch_costs_what_one_example_costs() -> None:
    one = graph_of(lambda: built("fig9-left", 32, 64, 3), (1, 32, 28, 28))
    four = graph_of(lambda: built("fig9-left", 32, 64, 3), (4, 32, 28, 28))
    (single,), (batched,) = reductions_of(one), reductions_of(four)
    assert (single.macs, single.min_cut) == (batched.macs, batched.min_cut)
    assert single.macs == 14 * 14 * 32 * 64 * 9


def test_that_sequences_are_reduced_too() -> None:
    network = nn.Sequential(nn.Conv1d(8, 16, 3, padding=1), nn.MaxPool1d(2), nn.Conv1d(16, 16, 3))
    (found,) = reductions_of(graph_of(lambda: network.to("meta"), (1, 8, 100)))
    assert (found.kind, found.shape.text) == ("fig9-right", "100×8 → 50×16")
    assert found.macs == 100 * 8 * 16 * 3


def test_that_a_network_that_keeps_its_grid_has_none() -> None:
    assert reductions_of(graph_of(lambda: block(3, 8), PICTURE)) == ()


def test_that_an_op_without_a_formula_leaves_the_macs_unknown() -> None:
    net = Net((1, 64, 32, 32))
    net.op("mystery", "custom", ["input"], (1, 128, 16, 16))
    net.conv("last", "mystery", (1, 128, 16, 16), (1, 1))
    (found,) = find_reductions(*_profiled(net))
    assert (found.kind, found.macs) == ("other", None)
    assert found.rewrite is not None and found.rewrite.macs_saved is None
    assert "not known" in found.advice


def test_that_a_network_without_flow_has_none() -> None:
    net = Net((1, 64, 32, 32))
    net.op("table", "arange", [], (10,))
    assert find_reductions(*_profiled(net)) == ()


def test_that_bytes_are_refused() -> None:
    net = Net((1, 64, 32, 32))
    net.conv("conv", "input", (1, 64, 16, 16), (3, 3), stride=2)
    graph, report = net.graph(), net.report()
    with pytest.raises(ValueError, match="in numbers"):
        find_reductions(cut_profile(graph, report, "bytes"), report)


def _profiled(net: Net) -> tuple[CutProfile, CostReport]:
    return cut_profile(net.graph(), net.report()), net.report()


# --------------------------------------------------------------------------- drawings, document


def test_that_a_sketch_shows_only_what_is_narrower_than_the_output_as_a_pinch() -> None:
    left, right, parallel, strided = (variant_sketch(v, PAPER) for v in variants_of(PAPER))
    assert [bar.width for bar in left.bars if bar.pinch] == [92_480]
    assert not any(bar.pinch for sketch in (right, parallel, strided) for bar in sketch.bars)
    assert parallel.rows == ((0,), (1, 2), (3,))


def test_that_a_reductions_own_sketch_has_all_its_tensors_in_rows() -> None:
    sketch = called("inception_v3", "Mixed_6a").sketch
    assert [bar.width for bar in sketch.bars][:2] == [288 * 35 * 35, 384 * 17 * 17]
    assert [len(row) for row in sketch.rows] == [1, 3, 1, 1, 1]


def test_that_the_document_has_every_variant_and_the_rewrite() -> None:
    document = reductions_document(
        reductions("fig9_left"), "paper:fig9-left", [InputSpec((1, 320, 35, 35))]
    )
    (found,) = document["reductions"]
    assert (found["kind"], found["grid_in"], found["min_cut"]) == ("fig9-left", [35, 35], 92_480)
    assert [v["kind"] for v in found["variants"] if v["is_this"]] == ["fig9-left"]
    assert found["rewrite"]["macs_saved"] == 266_342_400
