"""The lecture's points with networks' own numbers; figures of its slides, or by hand."""

from __future__ import annotations

from functools import cache

import pytest

from visualizer.costs import CostReport, cost_report
from visualizer.graph import LayerGraph
from visualizer.insights import (
    Insight,
    at_node,
    grids_of,
    insights,
    of_network,
    stem_cost,
    stem_insight,
    summarised,
    within,
)
from visualizer.insights.blocks import path_width, residual_of
from visualizer.insights.stem import slide_stems, stem_ratios, stem_rows
from visualizer.sources import parse_source

pytest.importorskip("torch")

KB = 1024


@cache
def opened(source: str) -> tuple[LayerGraph, CostReport]:
    from visualizer.worker.extraction import extract
    from visualizer.worker.loaders import recipe_for

    recipe = recipe_for(parse_source(source))
    graph, _ = extract(recipe.build, recipe.default_inputs, name=recipe.name)
    return graph, cost_report(graph)


@cache
def said(source: str) -> tuple[Insight, ...]:
    return insights(*opened(source))


def about(source: str, kind: str, node: str = "") -> Insight:
    """The first insight of a kind, or that about `node`."""
    return next(i for i in said(source) if i.kind == kind and (not node or node in i.nodes))


def kinds(source: str) -> set[str]:
    return {insight.kind for insight in said(source)}


@pytest.mark.parametrize(
    ("source", "kib", "pooled_kib", "weights", "mmacs", "pooled_mmacs"),
    [
        ("lecture:googlenet", 6272, 7644, 124_096, 477.7, 480.8),
        ("lecture:vgg16", 45.94, 51.30, 1_734_336, 9335.1, 9340.8),
        ("lecture:vgg16-slide", 42.88, 48.23, 1_144_512, 7485.5, 7491.1),
    ],
)
def test_that_stems_cost_what_arithmetic_on_the_slides_gives(
    source: str, kib: float, pooled_kib: float, weights: int, mmacs: float, pooled_mmacs: float
) -> None:
    stem = stem_cost(*opened(source), 28)
    assert stem is not None
    assert stem.grid == (28, 28)
    unit = KB if kib > 1000 else KB**2
    pooled = stem.conv_bytes + stem.pool_bytes
    assert (round(stem.conv_bytes / unit, 2), round(pooled / unit, 2)) == (kib, pooled_kib)
    assert stem.weights == weights
    assert round(stem.macs / 1e6, 1) == mmacs
    assert round((stem.macs + stem.pool_macs) / 1e6, 1) == pooled_mmacs


def test_that_two_stems_stand_in_the_lectures_ratios() -> None:
    """7.5x in memory (6.9x with pools), 14.0x in weights, 19.5x in MACs."""
    one, other = (stem_cost(*opened(f"lecture:{n}"), 28) for n in ("googlenet", "vgg16"))
    assert one is not None
    assert other is not None
    assert stem_ratios(one, other) == (
        ("Memory", "7.5×", "6.9×"), ("Weights", "14.0×", "14.0×"), ("MACs", "19.5×", "19.4×"),
    )  # fmt: skip
    assert stem_rows(one)[0] == ("Memory", "6.12 MB", "7.46 MB")


def test_that_the_slides_stems_are_explained_for_its_networks_and_grid_only() -> None:
    assert "418 looks like 481" in " ".join(slide_stems(("googlenet", "lecture:vgg16"), 28))
    assert not slide_stems(("googlenet", "vgg16"), 14)
    assert not slide_stems(("resnet50", "vgg16"), 28)


def test_that_the_stem_ends_where_it_is_asked_to() -> None:
    graph, report = opened("lecture:alexnet")
    assert grids_of(graph) == (56, 27, 13, 6)
    for wanted, grid, last in ((28, 27, "pool1"), (13, 13, "pool2"), (6, 6, "pool5")):
        stem = stem_cost(graph, report, wanted)
        assert stem is not None
        assert (stem.grid, stem.nodes[-1]) == ((grid, grid), last)
    assert stem_cost(graph, report, 5) is None
    assert stem_insight(graph, report, 5) is None


def test_that_a_gate_on_one_position_does_not_end_the_stem() -> None:
    stem = stem_cost(*opened("efficientnet_b0"), 28)
    assert stem is not None
    assert stem.grid == (28, 28)


def test_that_global_pooling_saves_what_the_lecture_says() -> None:
    head = about("lecture:googlenet", "head")
    assert head.nodes == ("gap", "fc")
    assert head.substituted.startswith("1,024·1,000 + 1,000 = 1,025,000 : 1,024·7·7·1,000")
    assert head.result == "50,177,000 parameters"


def test_that_a_flatten_head_is_told_what_pooling_would_save() -> None:
    head = about("lecture:alexnet", "head")
    assert head.nodes == ("flatten", "fc6")
    assert "= 37,752,832 :" in head.substituted
    assert head.result == "1,052,672 parameters"  # 256·4096 + 4096


def test_that_vgg_keeps_its_own_rules() -> None:
    for source in ("lecture:vgg16", "lecture:vgg19", "vgg16"):
        rules = about(source, "vgg-rules")
        assert "keeps 4 of 4" in rules.sentence
        assert rules.table is not None
        assert [row[0] for row in rules.table.rows] == ["✓"] * 4


def test_that_a_broken_rule_names_the_layer() -> None:
    rules = about("lecture:alexnet", "vgg-rules")
    assert rules.table is not None
    broken = {row[1]: row[2] for row in rules.table.rows}
    assert broken["every convolution 3×3, stride 1, padding 1"] == (
        "conv1 (11×11, stride 4, padding 2) and 1 more"
    )
    assert broken["every max pool 2×2, stride 2"] == "pool1 (3×3, stride 2, padding 0) and 2 more"
    assert broken["channels double after a pool, up to 512"] == "conv2 (64 → 192)"
    assert broken["five stages, each ended by a pool"] == "3 are ended by a pool"


def test_that_guide_2_keeps_the_macs_and_says_where_not() -> None:
    guide = about("lecture:vgg16", "guide-2")
    assert guide.table is not None
    columns = list(zip(*guide.table.rows, strict=True))
    assert columns[:2] == [("224", "112", "56", "28", "14"), ("64", "128", "256", "512", "512")]
    assert columns[-1] == ("", "same", "same", "same", "×0.25")
    assert guide.result == "1,849,688,064 MACs"  # 9·64²·224²
    assert "guide-2" not in kinds("lecture:googlenet")
    assert "guide-2" in kinds("resnet50")


def test_that_a_basic_block_is_18_and_a_bottleneck_17() -> None:
    basic = about("lecture:resnet34", "basic-block", "layer1.0.conv1")
    assert basic.substituted == "18·56·56·64²"
    assert basic.result == "231,211,008 MACs"
    bottleneck = about("resnet50", "bottleneck-block", "layer1.1.conv2")
    assert bottleneck.substituted == "17·56·56·64²"
    assert bottleneck.result == "218,365,952 MACs"
    report = opened("resnet50")[1]
    assert sum(report.layers[f"layer1.1.conv{n}"].macs or 0 for n in (1, 2, 3)) == 218_365_952


def test_that_blocks_that_change_the_grid_or_the_channels_are_not_compared() -> None:
    blocks = [i.nodes[-1] for i in said("resnet50") if i.kind == "bottleneck-block"]
    assert len(blocks) == 12  # 3 + 4 + 6 + 3 blocks, without the first of each stage
    assert "layer1.0.add" not in blocks


@pytest.mark.parametrize(("paths", "width"), [(1, 64), (4, 24), (32, 4)])
def test_that_paths_of_equal_cost_have_the_lectures_width(paths: int, width: int) -> None:
    inner = path_width(paths, 64)
    assert round(inner) == width
    assert 9 * paths * inner**2 + 8 * paths * 64 * inner == pytest.approx(17 * 64**2)


def test_that_a_resnext_block_is_read_as_paths() -> None:
    block = about("resnext50_32x4d", "resnext-block", "layer1.1.conv2")
    assert block.title == "ResNeXt block: 32 paths of width 4"
    assert block.result == "219,971,584 MACs"  # (8·64·4 + 9·16)·32·56²
    report = opened("resnext50_32x4d")[1]
    assert sum(report.layers[f"layer1.1.conv{n}"].macs or 0 for n in (1, 2, 3)) == 219_971_584


def test_that_shortcuts_are_found_with_and_without_projection_and_around_attention() -> None:
    graph, _ = opened("resnet50")
    projected = residual_of(graph, graph.by_id["layer1.0.add"])
    assert projected is not None
    assert (projected.fork, projected.shortcut[0]) == ("maxpool", "layer1.0.downsample.0")
    assert sum(i.kind == "residual" for i in said("resnet50")) == 16
    assert sum(i.kind == "residual" for i in said("vit_b_32")) == 24
    assert "residual" not in kinds("lecture:resnet34-plain")


def test_that_an_inception_module_says_what_its_reductions_save() -> None:
    """3a: 9·192·128 + 25·192·32 against the four convolutions of the two reduced branches."""
    module = about("lecture:googlenet", "inception", "inception3a.3x3")
    assert module.substituted == "(9·192·128 + 25·192·32)·28·28"
    assert module.result == "293,830,656 MACs"
    assert "take 113,598,464 MACs" in module.sentence
    assert "2.6 times" in module.sentence
    assert sum(i.kind == "inception" for i in said("lecture:googlenet")) == 9
    strided = about("inception_v3", "inception", "Mixed_7a.branch3x3_2.conv")
    assert strided.substituted == "9·768·320·8·8 + 7·768·192·17·17"
    assert strided.result == "439,861,248 MACs"
    assert "inception" not in kinds("densenet121")


def test_that_two_3x3_are_counted_against_a_5x5() -> None:
    """GoogLeNet 3a at the width √(16·32) = 23: 22 % less."""
    found = about("lecture:googlenet", "large-kernel", "inception3a.5x5")
    assert found.title == "Two 3×3 instead of this 5×5"
    assert found.substituted == "25·16·32 = 12,800 : 9·16·23 + 9·23·32"
    assert found.result == "9,936 weights, saves 22.4 %"


def test_that_the_depthwise_split_is_counted_both_ways() -> None:
    standard = about("lecture:vgg16", "depthwise", "stage1.conv1_2")
    assert "12.7 %" in standard.sentence  # 1/64 + 1/9
    pair = about("lecture:mobilenet-v1", "separable", "block1.depthwise")
    assert pair.nodes == ("block1.depthwise", "block1.pointwise")
    assert pair.result == "29,302,784 MACs"  # (9·32 + 32·64)·112²
    first = ("stage1.conv1_1",)  # three colours are not worth splitting
    assert not [i for i in said("lecture:vgg16") if i.nodes == first]


def test_that_two_gpus_halve_what_they_share() -> None:
    """1,135 -> 724 MMACs and 62.4 -> 61.0 M parameters."""
    layer = about("lecture:alexnet-2012", "grouped", "conv2")
    assert layer.result == "307,200 weights"
    whole = about("lecture:alexnet-2012", "groups")
    assert whole.table is not None
    assert whole.table.rows == (
        ("Parameters", "60,965,224", "62,378,344"), ("MACs", "724,406,816", "1,135,256,096"),
    )  # fmt: skip
    assert whole.sentence.startswith("The two GPUs of 2012")


def test_that_response_norm_is_called_historic() -> None:
    norm = about("lecture:alexnet-2012", "response-norm")
    assert norm.title.startswith("Historic")
    assert norm.substituted == "b = a / (2 + 0.0005/5·Σa²)^0.75"


def test_that_norms_fold_into_the_layer_right_before_them_only() -> None:
    """ResNet-50's norms have 53,120 parameters: 25,557,032 with them, 25,503,912 without."""
    whole = about("resnet50", "folding")
    assert whole.sentence.startswith("53 of 53")
    assert whole.result == "53,120 parameters"
    assert about("densenet121", "folding").sentence.startswith("59 of 121")
    assert "multiplied into the weights of conv1" in about("resnet50", "batch-norm", "bn1").sentence


def test_that_insights_are_found_for_a_layer_a_block_and_the_network() -> None:
    found = said("resnet50")
    assert {i.kind for i in at_node(found, "layer1.1.conv2")} == {"depthwise"}
    assert {i.kind for i in at_node(found, "layer1.1.add")} == {
        "bottleneck-block", "resnext-paths", "residual",
    }  # fmt: skip
    block = frozenset(node.id for node in opened("resnet50")[0].ops if "layer1.1" in node.scope)
    assert "bottleneck-block" in {i.kind for i in within(found, block, one_layer=False)}
    assert not {i.kind for i in within(found, block, one_layer=False)} & {"depthwise"}
    assert {i.scope for i in of_network(found)} == {"network"}


def test_that_equal_points_are_told_once_with_their_number() -> None:
    more = {insight.kind: count for insight, count in summarised(said("resnet50"))}
    assert more["bottleneck-block"] == 11
    assert more["stem"] == 0


def test_that_a_batch_changes_nothing_of_what_is_said_of_one_image() -> None:
    from visualizer.sources import InputSpec
    from visualizer.worker.extraction import extract
    from visualizer.worker.loaders import recipe_for

    recipe = recipe_for(parse_source("lecture:alexnet"))
    graph, _ = extract(recipe.build, (InputSpec((4, 3, 227, 227)),), name="alexnet")
    assert insights(graph, cost_report(graph)) == said("lecture:alexnet")


def test_that_vggs_stacked_convolutions_are_compared_with_one_larger_kernel() -> None:
    """Guide 1 at 512 channels: 3·9·512² = 7,077,888 against 49·512² = 12,845,056, 44.9 % less."""
    stack = about("lecture:vgg16", "stacked", "stage5.conv5_1")
    assert stack.nodes == ("stage5.conv5_1", "stage5.conv5_2", "stage5.conv5_3")
    assert stack.formula == "3·9·C² : 49·C² = 27 : 49"
    assert stack.substituted.endswith("= 7,077,888 : 49·512·512")
    assert stack.result == "12,845,056 weights"
    assert "2 nonlinearities more" in stack.sentence and "44.9 % less" in stack.sentence
    assert stack.table is not None
    # 14·14 positions; the two tensors between are extra: 3·512·196 numbers against 512·196
    assert stack.table.rows[1] == ("MACs", "1,387,266,048", "2,517,630,976")
    assert stack.table.rows[2] == ("Activations", "301,056", "100,352")
    assert at_node(said("lecture:vgg16"), "stage5.conv5_3")[0].kind == "stacked"


def test_that_a_stack_that_widens_at_once_is_said_to_be_dearer() -> None:
    """9·64·128 + 9·128·128 = 221,184 against 25·64·128 = 204,800: 8 % more."""
    stack = about("lecture:vgg16", "stacked", "stage2.conv2_1")
    assert stack.formula == "2·9·C² : 25·C² = 18 : 25"
    assert "8.0 % more" in stack.sentence and "one nonlinearity more" in stack.sentence


def test_that_a_stack_does_not_begin_at_the_picture_nor_stand_in_a_residual_block() -> None:
    runs = [i.nodes for i in said("lecture:vgg16") if i.kind == "stacked"]
    assert len(runs) == 4 and all("conv1_1" not in node for run in runs for node in run)
    assert "stacked" not in kinds("resnet18")


def test_that_auxiliary_heads_are_told_with_what_they_cost_and_read() -> None:
    """Fc of 128·4·4 = 2048 numbers: 3,188,840 and 3,190,888 parameters (Szegedy et al. 2014)."""
    heads = about("lecture:googlenet", "auxiliary")
    assert heads.table is not None
    assert [(row[0], row[2]) for row in heads.table.rows] == [
        ("aux1", "3,188,840"), ("aux2", "3,190,888"),
    ]  # fmt: skip
    assert heads.table.rows[0][1].endswith("512×14×14")
    assert heads.table.rows[1][1].endswith("528×14×14")
    assert "6,379,728 parameters are in no total" in heads.sentence
    (row,) = about("inception_v3", "auxiliary").table.rows  # type: ignore[union-attr]
    assert row[:2] == ("AuxLogits", "Mixed_6e.cat, 768×17×17")


def test_that_a_network_without_heads_is_told_nothing_of_them() -> None:
    assert "auxiliary" not in kinds("resnet18") | kinds("lecture:vgg16")
