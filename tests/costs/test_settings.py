"""What costs are wanted for: conventions, precisions, batch and resolution."""

import pytest

from tests.costs.building import Net
from visualizer.costs import cost_report, cost_trends
from visualizer.costs.settings import (
    CostSettings,
    Counting,
    at_batch,
    at_resolution,
    batch_of,
    resolution_of,
    settings_text,
)
from visualizer.costs.trend_words import macs_sentence
from visualizer.graph.retyping import with_precision
from visualizer.sources import InputSpec

PICTURE = (InputSpec((1, 3, 224, 224)),)
BATCH_NORM = {"weight": (64,), "bias": (64,), "running_mean": (64,), "running_var": (64,)}


def network():
    """A convolution of 1,728·64 MACs, its norm, activation and pooling, on an 8×8 grid."""
    net = Net((1, 3, 8, 8))
    window = {"kernel_size": (3, 3), "stride": (1, 1), "padding": (1, 1), "dilation": (1, 1)}
    net.op("conv", "conv2d", ["input"], (1, 64, 8, 8), weights={"weight": (64, 3, 3, 3)},
           groups=1, **window)  # fmt: skip
    net.op("bn", "batch_norm", ["conv"], (1, 64, 8, 8), weights=BATCH_NORM)
    net.op("relu", "relu", ["bn"], (1, 64, 8, 8))
    net.op("pool", "max_pool2d", ["relu"], (1, 64, 4, 4), kernel_size=2, stride=2, padding=0)
    return net.graph()


CONV = 64 * 8 * 8 * 27
NORM = 64 * 8 * 8 * 2  # fvcore: a batch norm in evaluation with γ and β is 2 per element
RELU = 64 * 8 * 8
POOL = 64 * 4 * 4 * 2 * 2


@pytest.mark.parametrize(
    ("counting", "macs"),
    [
        (Counting(), CONV),
        (Counting(pooling=True), CONV + POOL),
        (Counting(norm=True), CONV + NORM),
        (Counting(elementwise=True), CONV + RELU),
        (Counting(True, True, True), CONV + POOL + NORM + RELU),
    ],
)
def test_that_the_macs_count_what_they_are_asked_to_count(counting, macs):
    totals = cost_report(network(), counting).totals
    assert (totals.macs, totals.flops) == (macs, 2 * macs)
    assert totals.pooling_macs == (0 if counting.pooling else POOL)


@pytest.mark.parametrize(
    ("op", "weights", "each"),
    [
        ("batch_norm", {"running_mean": (8,), "running_var": (8,)}, 1),
        ("layer_norm", {"weight": (8,), "bias": (8,)}, 5),
        ("layer_norm", {}, 4),
    ],
)
def test_that_norms_count_as_fvcore_counts_them(op, weights, each):
    net = Net((1, 8))
    net.op("norm", op, ["input"], (1, 8), weights=weights)
    layer = cost_report(net.graph(), Counting(norm=True)).layers["norm"]
    assert layer.macs == 8 * each
    assert any(line.quantity == "MACs" for line in layer.derivations)


def test_that_dropout_is_nothing_in_evaluation():
    net = Net((1, 8))
    net.op("drop", "dropout", ["input"], (1, 8))
    assert cost_report(net.graph(), Counting(elementwise=True)).totals.macs == 0


def test_that_int4_weights_are_packed_two_to_a_byte():
    graph = with_precision(network(), "int4")
    totals = cost_report(graph).totals
    assert totals.param_bytes == 64 * 27 // 2 + 2 * 64 * 4  # γ and β stay in float32
    assert totals.buffer_bytes == 2 * 64 * 4
    assert totals.activation_bytes == cost_report(network()).totals.activation_bytes


def test_that_int8_weights_take_a_byte_each():
    report = cost_report(with_precision(network(), "int8"))
    assert report.layers["conv"].param_bytes == 64 * 27


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"batch": 0}, "batch 0"),
        ({"batch": 5000}, "between 1 and 1,024"),
        ({"resolution": (0, 5)}, "side of 0"),
        ({"dtype": "int3"}, "int3"),
        ({"headline": "ops"}, "macs or flops"),
    ],
)
def test_that_settings_that_cannot_be_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        CostSettings(**wrong)


def test_that_the_headline_is_one_unit():
    assert CostSettings().arithmetic_text(4_089_184_256) == "4.09 G MACs"
    assert CostSettings(headline="flops").arithmetic_text(4_089_184_256) == "8.18 G FLOPs"
    assert CostSettings().arithmetic_text(None) == "MACs unknown"


def test_that_batch_and_resolution_are_those_the_inputs_have_in_common():
    two = (InputSpec((2, 3, 8, 8)), InputSpec((1, 5), "int64"))
    assert (batch_of(PICTURE), resolution_of(PICTURE)) == (1, (224, 224))
    assert (batch_of(two), resolution_of(two)) == (None, (8, 8))
    assert at_batch(PICTURE, 8)[0].shape == (8, 3, 224, 224)
    assert at_resolution(two, (4, 6))[0].shape == (2, 3, 4, 6)
    assert at_resolution(two, (4, 6))[1] == two[1]


def test_that_settings_are_said_in_a_line():
    assert settings_text(CostSettings(), PICTURE) == "Batch 1 · 224×224 · float32 · MACs"
    other = CostSettings(8, (256, 320), "int8", "flops")
    assert settings_text(other, PICTURE) == "Batch 8 · 256×320 · int8 weights · FLOPs"
    assert settings_text(CostSettings(), (InputSpec((1, 5), "int64"),)) == "Batch 1 · MACs"


def test_that_the_charts_bars_hold_what_is_counted_and_sum_to_the_total():
    report = cost_report(network(), Counting(True, True, True))
    found = cost_trends(network(), report)
    assert [(bar.node, bar.macs) for bar in found.bars] == [
        ("conv", CONV + NORM + RELU),
        ("pool", POOL),
    ]
    assert sum(bar.macs for bar in found.bars) == found.totals["macs"]


def test_that_charts_told_in_flops_have_twice_the_macs():
    found = cost_trends(network(), cost_report(network())).told_in("flops")
    assert found.bars[0].macs == 2 * CONV
    assert found.totals["macs"] == 2 * CONV
    assert "FLOPs" in macs_sentence(found)
    assert found.told_in("macs").totals["macs"] == CONV
