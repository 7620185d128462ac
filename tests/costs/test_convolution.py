"""Convolutions: numbers worked out by hand, most of them the lecture's."""

from __future__ import annotations

import pytest

from tests.costs.building import Net, line


def lecture_conv1() -> Net:
    net = Net((1, 3, 227, 227))
    net.conv("conv1", "input", (1, 64, 56, 56), (11, 11), stride=4, padding=2, bias=True)
    return net


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("output height and width", "(227 − 11 + 2·2)/4 + 1 = 56"),
        ("parameters", "64·3·11·11 + 64 = 23,296"),
        ("MACs", "(64·56·56)·(3·11·11) = 72,855,552"),
        ("FLOPs", "2 × 72,855,552 = 145,711,104"),
        ("activation memory", "64·56·56·4/1024 = 784 KB"),
    ],
)
def test_that_alexnets_first_layer_is_derived_as_on_the_board(quantity: str, text: str) -> None:
    assert line(lecture_conv1().cost("conv1"), quantity) == text


def test_that_derivations_stand_in_reading_order() -> None:
    assert [d.quantity for d in lecture_conv1().cost("conv1").derivations] == [
        "output channels",
        "output height and width",
        "parameters",
        "MACs",
        "FLOPs",
        "activation memory",
    ]


def test_that_the_floor_is_shown_when_the_stride_does_not_divide() -> None:
    net = Net((1, 3, 224, 224))
    net.conv("conv", "input", (1, 64, 55, 55), (11, 11), stride=4, padding=2)
    text = line(net.cost("conv"), "output height and width")
    assert text == "floor((224 − 11 + 2·2)/4) + 1 = floor(54.25) + 1 = 55"


def test_that_height_and_width_get_a_line_each_when_they_differ() -> None:
    net = Net((1, 8, 17, 17))
    net.conv("conv", "input", (1, 8, 17, 11), (1, 7), padding=(0, 0))
    cost = net.cost("conv")
    assert line(cost, "output height") == "(17 − 1 + 2·0)/1 + 1 = 17"
    assert line(cost, "output width") == "(17 − 7 + 2·0)/1 + 1 = 11"


def test_that_dilation_is_in_the_rule_when_it_is_not_one() -> None:
    net = Net((1, 8, 32, 32))
    net.conv("conv", "input", (1, 8, 32, 32), (3, 3), padding=2, dilation=2)
    text = line(net.cost("conv"), "output height and width")
    assert text == "(32 − 2·(3 − 1) − 1 + 2·2)/1 + 1 = 32"


def test_that_same_padding_of_an_even_kernel_is_written_as_two_paddings() -> None:
    net = Net((1, 8, 32))
    net.conv("conv", "input", (1, 8, 32), (4,), padding="same")  # type: ignore[arg-type]
    assert line(net.cost("conv"), "output length") == "(32 − 4 + 1 + 2)/1 + 1 = 32"


def test_that_grouped_conv_counts_only_its_own_group() -> None:
    net = Net((1, 96, 27, 27))
    net.conv("conv2", "input", (1, 256, 27, 27), (5, 5), padding=2, groups=2, bias=True)
    cost = net.cost("conv2")
    assert cost.macs == 223_948_800  # the two-GPU AlexNet: half of 447,897,600
    assert cost.params == 307_456
    assert line(cost, "MACs") == "(256·27·27)·(48·5·5) = 223,948,800"


def test_that_depthwise_conv_costs_nine_per_output() -> None:
    net = Net((1, 32, 112, 112))
    net.conv("dw", "input", (1, 32, 112, 112), (3, 3), padding=1, groups=32)
    assert net.cost("dw").macs == 32 * 112 * 112 * 9 == 3_612_672


def test_that_conv1d_and_conv3d_count_their_own_kernels() -> None:
    net = Net((1, 40, 100))
    net.conv("one", "input", (1, 64, 98), (3,))
    assert net.cost("one").macs == 64 * 98 * 40 * 3
    net = Net((1, 3, 8, 16, 16))
    net.conv("three", "input", (1, 10, 6, 14, 14), (3, 3, 3))
    assert net.cost("three").macs == 10 * 6 * 14 * 14 * 3 * 27


def test_that_a_batch_multiplies_the_macs() -> None:
    net = Net((5, 3, 8, 8))
    net.conv("conv", "input", (5, 4, 8, 8), (3, 3), padding=1)
    assert net.cost("conv").macs == 5 * 4 * 64 * 27
    assert line(net.cost("conv"), "MACs") == "5·(4·8·8)·(3·3·3) = 34,560"


def test_that_an_unbatched_picture_is_a_batch_of_one() -> None:
    net = Net((3, 8, 8))
    net.op("conv", "conv2d", ["input"], (4, 6, 6), weights={"weight": (4, 3, 3, 3)})
    assert net.cost("conv").macs == 4 * 36 * 27


def test_that_a_transposed_conv_counts_from_its_input() -> None:
    net = Net((1, 64, 7, 7))
    net.op(
        "up", "conv_transpose2d", ["input"], (1, 32, 14, 14),
        weights={"weight": (64, 32, 4, 4), "bias": (32,)}, stride=2, padding=1, output_padding=0,
    )  # fmt: skip
    cost = net.cost("up")
    assert cost.macs == (64 * 7 * 7) * (32 * 4 * 4)
    assert line(cost, "output height and width") == "(7 − 1)·2 − 2·1 + 1·(4 − 1) + 0 + 1 = 14"
    assert line(cost, "parameters") == "64·32·4·4 + 32 = 32,800"


def test_that_a_computed_weight_counts_like_a_parameter() -> None:
    net = Net((1, 3, 8, 8), (4, 3, 3, 3))
    net.op("conv", "conv2d", ["input", "input_2"], (1, 4, 6, 6))
    assert net.cost("conv").macs == 4 * 36 * 27
    assert net.cost("conv").params == 0


def test_that_deformable_conv_counts_as_conv_and_says_what_it_leaves_out() -> None:
    net = Net((1, 8, 10, 10), (1, 18, 10, 10))
    net.op(
        "d",
        "deform_conv2d",
        ["input", "input_2"],
        (1, 16, 10, 10),
        weights={"weight": (16, 8, 3, 3)},
    )
    assert net.cost("d").macs == 16 * 100 * 72
    assert "not counted" in net.cost("d").cost.note


def test_that_a_quantized_convolution_with_its_relu_costs_what_the_convolution_does() -> None:
    net = Net((1, 64, 56, 56))
    net.op(
        "conv", "conv2d_relu", ["input"], (1, 64, 56, 56),
        weights={"weight": (64, 64, 3, 3), "bias": (64,)}, stride=1, padding=1, dilation=1,
    )  # fmt: skip
    net.op("sum", "add_relu", ["conv", "conv"], (1, 64, 56, 56))
    assert net.cost("conv").macs == 64 * 64 * 9 * 56 * 56  # torchvision's resnet18: 115.6 M
    assert net.cost("conv").params == 64 * 64 * 9 + 64
    assert net.cost("sum").cost.coverage == "free"
    assert net.cost("sum").receptive_field.size == (3, 3)
