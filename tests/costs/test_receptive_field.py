"""Receptive fields on small graphs; several are unit tests of google-research/receptive_field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.costs.building import Net
from visualizer.costs.model import ReceptiveField

ANY = (1, 1, 32, 32)


def geometry(field: ReceptiveField) -> tuple[tuple[float, ...], ...]:
    return field.size, field.stride, field.padding


def two_branches() -> Net:
    """1x1 stride 4 beside: pad one before, 3x3 stride 2, 1x1 stride 2."""
    net = Net(ANY)
    net.conv("l1", "input", (1, 1, 8, 8), (1, 1), stride=4)
    net.op("pad", "pad", ["input"], (1, 1, 33, 33), pad=(1, 0, 1, 0))
    net.conv("l2", "pad", (1, 1, 16, 16), (3, 3), stride=2)
    net.conv("l3", "l2", (1, 1, 8, 8), (1, 1), stride=2)
    net.op("l4", "add", ["l1", "l3"], (1, 1, 8, 8))
    return net


def test_that_aligned_branches_give_the_hull() -> None:
    field = two_branches().field("l4")
    assert geometry(field) == ((3, 3), (4, 4), (1, 1))
    assert field.aligned
    assert field.minimum == (1, 1)


def test_that_a_second_stage_of_aligned_branches_adds_up() -> None:
    net = two_branches()
    net.conv("l5", "l4", (1, 1, 4, 4), (1, 1), stride=2)
    net.op("pad2", "pad", ["l4"], (1, 1, 9, 9), pad=(1, 0, 1, 0))
    net.conv("l6", "pad2", (1, 1, 4, 4), (3, 3), stride=2)
    net.op("l7", "add", ["l5", "l6"], (1, 1, 4, 4))
    assert geometry(net.field("l7")) == ((11, 11), (8, 8), (5, 5))
    assert net.field("l7").aligned


def test_that_non_square_kernels_have_a_field_for_each_axis() -> None:
    net = Net(ANY)
    net.conv("l1", "input", (1, 1, 15, 14), (3, 5), stride=2)
    net.conv("l2", "l1", (1, 1, 7, 7), (3, 1), stride=2)
    assert geometry(net.field("l2")) == ((7, 5), (4, 4), (0, 0))


def test_that_branches_of_different_strides_are_misaligned() -> None:
    net = Net(ANY)
    net.op("pad", "pad", ["input"], (1, 1, 35, 35), pad=(2, 1, 2, 1))
    net.conv("l1", "pad", (1, 1, 16, 16), (5, 5), stride=2)
    net.conv("l2", "input", (1, 1, 30, 30), (3, 3))
    net.conv("l3", "l2", (1, 1, 28, 28), (3, 3))
    net.op("l4", "add", ["l1", "l3"], (1, 1, 28, 28))
    assert not net.field("l4").aligned


def test_that_branches_of_different_centres_are_misaligned_and_show_the_hull() -> None:
    net = Net(ANY)
    net.conv("padded", "input", (1, 1, 32, 32), (3, 3), padding=1)
    net.conv("valid", "input", (1, 1, 30, 30), (3, 3))
    net.op("both", "add", ["padded", "valid"], (1, 1, 30, 30))
    field = net.field("both")
    assert not field.aligned
    assert geometry(field) == ((4, 4), (1, 1), (1, 1))


def test_that_dilation_widens_the_window() -> None:
    net = Net(ANY)
    net.conv("d", "input", (1, 1, 32, 32), (3, 3), padding=4, dilation=4)
    assert geometry(net.field("d")) == ((9, 9), (1, 1), (4, 4))


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)),
        min_size=1,
        max_size=5,
    )
)
def test_that_a_chain_sees_what_following_every_number_shows(
    layers: list[tuple[int, int, int, int]],
) -> None:
    """The oracle walks back from outputs 0 and 1 to the set of positions they read."""
    net = Net((1, 1, 5000))
    source = "input"
    for number, (kernel, stride, padding, dilation) in enumerate(layers):
        size = (net.shape(source)[2] + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        source = net.conv(
            f"c{number}", source, (1, 1, size), (kernel,),
            stride=stride, padding=padding, dilation=dilation,
        )  # fmt: skip
    field = net.field(source)
    read = [{0}, {1}]
    for kernel, stride, padding, dilation in reversed(layers):
        read = [
            {u * stride - padding + tap * dilation for u in seen for tap in range(kernel)}
            for seen in read
        ]
    assert field.size == (max(read[0]) - min(read[0]) + 1,)
    assert field.padding == (-min(read[0]),)
    assert field.stride == (min(read[1]) - min(read[0]),)


def test_that_a_transposed_conv_halves_the_stride_and_bounds_the_size() -> None:
    net = Net((1, 1, 32, 32))
    net.conv("down", "input", (1, 1, 8, 8), (4, 4), stride=4)
    net.op(
        "up", "conv_transpose2d", ["down"], (1, 1, 16, 16), weights={"weight": (1, 1, 4, 4)},
        stride=2, padding=1,
    )  # fmt: skip
    field = net.field("up")
    assert field.stride == (2, 2)
    assert field.size == (8, 8)  # every output reads two neighbouring windows of four
    # outputs 0 and 15 look symmetrically at the picture: the centre of output 0 is at 0.5
    assert (field.size[0] - 1) / 2 - field.padding[0] == 0.5


def test_that_upsampling_by_three_gives_a_fractional_stride() -> None:
    net = Net((1, 1, 4, 4))
    net.op("up", "interpolate", ["input"], (1, 1, 12, 12), mode="nearest")
    field = net.field("up")
    assert field.stride == pytest.approx((1 / 3, 1 / 3))
    assert field.size == (1, 1)


def test_that_a_global_pool_sees_the_whole_input_and_keeps_the_local_numbers() -> None:
    net = Net(ANY)
    net.conv("c", "input", (1, 1, 16, 16), (3, 3), stride=2, padding=1)
    net.op("gap", "adaptive_avg_pool2d", ["c"], (1, 1, 1, 1), output_size=(1, 1))
    field = net.field("gap")
    assert field.whole_input
    assert geometry(field) == ((3, 3), (2, 2), (1, 1))


def test_that_an_adaptive_pool_that_divides_is_a_window() -> None:
    net = Net(ANY)
    net.op("pool", "adaptive_avg_pool2d", ["input"], (1, 1, 8, 8), output_size=(8, 8))
    assert geometry(net.field("pool")) == ((4, 4), (4, 4), (0, 0))


def test_that_a_dense_layer_on_a_flattened_map_sees_the_whole_input() -> None:
    net = Net(ANY)
    net.op("flat", "flatten", ["input"], (1, 1024))
    net.op("fc", "linear", ["flat"], (1, 10), weights={"weight": (10, 1024)})
    assert not net.field("flat").whole_input
    assert net.field("fc").whole_input


def test_that_a_dense_layer_on_channels_is_pointwise() -> None:
    net = Net((1, 8, 32, 32))
    net.op("last", "permute", ["input"], (1, 32, 32, 8), dims=(0, 2, 3, 1))
    net.op("fc", "linear", ["last"], (1, 32, 32, 16), weights={"weight": (16, 8)})
    net.op("first", "permute", ["fc"], (1, 16, 32, 32), dims=(0, 3, 1, 2))
    net.conv("c", "first", (1, 4, 30, 30), (3, 3))
    field = net.field("c")
    assert geometry(field) == ((3, 3), (1, 1), (0, 0))
    assert not field.whole_input


def test_that_a_squeeze_and_excite_gate_makes_everything_after_it_global() -> None:
    net = Net((1, 8, 32, 32))
    net.conv("c", "input", (1, 8, 32, 32), (3, 3), padding=1)
    net.op("squeeze", "mean", ["c"], (1, 8, 1, 1), dim=(2, 3), keepdim=True)
    net.conv("excite", "squeeze", (1, 8, 1, 1), (1, 1))
    net.op("gate", "sigmoid", ["excite"], (1, 8, 1, 1))
    net.op("scaled", "mul", ["c", "gate"], (1, 8, 32, 32))
    field = net.field("scaled")
    assert field.whole_input
    assert geometry(field) == ((3, 3), (1, 1), (1, 1))


def test_that_attention_over_flattened_pixels_is_global() -> None:
    net = Net((1, 8, 4, 4))
    net.op("flat", "flatten", ["input"], (1, 8, 16), start_dim=2)
    net.op("q", "transpose", ["flat"], (1, 16, 8), dim0=1, dim1=2)
    net.op("scores", "matmul", ["q", "flat"], (1, 16, 16))
    net.op("soft", "softmax", ["scores"], (1, 16, 16), dim=-1)
    net.op("out", "matmul", ["soft", "q"], (1, 16, 8))
    assert not net.field("scores").whole_input
    assert net.field("out").whole_input


def test_that_attention_inside_windows_is_unknown_and_not_global() -> None:
    net = Net((1, 8, 4, 4))
    net.op("cut", "view", ["input"], (1, 8, 2, 2, 2, 2))
    net.op("order", "permute", ["cut"], (1, 2, 2, 2, 2, 8), dims=(0, 2, 4, 3, 5, 1))
    net.op("windows", "reshape", ["order"], (4, 4, 8))
    net.op("a", "scaled_dot_product_attention", ["windows"] * 3, (4, 4, 8))
    assert net.cost("a").receptive_field is None


def test_that_a_sum_over_one_axis_sees_only_that_axis_whole() -> None:
    net = Net((1, 8, 16, 32))
    net.op("rows", "mean", ["input"], (1, 8, 16, 1), dim=-1, keepdim=True)
    field = net.field("rows")
    assert not field.whole_input
    assert field.size == (1, 32)


def test_that_tokens_have_no_receptive_field() -> None:
    net = Net((1, 128), dtype="int64")
    net.op(
        "e", "embedding", ["input"], (1, 128, 64), weights={"weight": (1000, 64)}, dtype="float32"
    )
    assert net.cost("e").receptive_field is None


def test_that_constants_see_nothing_and_disturb_nothing() -> None:
    net = Net(ANY)
    net.op("one", "constant", [], (1, 1, 32, 32))
    net.op("sum", "add", ["input", "one"], (1, 1, 32, 32))
    assert net.cost("one").receptive_field is None
    assert geometry(net.field("sum")) == ((1, 1), (1, 1), (0, 0))


def test_that_cropping_the_picture_makes_the_field_unknown() -> None:
    net = Net(ANY)
    net.op("crop", "getitem", ["input"], (1, 1, 16, 16), index=":, :, 8:24, 8:24")
    assert net.cost("crop").receptive_field is None


def test_that_pixel_unshuffle_is_a_window() -> None:
    net = Net((1, 3, 32, 32))
    net.op("u", "pixel_unshuffle", ["input"], (1, 12, 16, 16), downscale_factor=2)
    assert geometry(net.field("u")) == ((2, 2), (2, 2), (0, 0))


def test_that_a_picture_laid_into_a_batch_keeps_its_field() -> None:
    net = Net((1, 3, 32, 32))
    net.op("zeros", "new_full", [], (1, 4, 32, 32))
    net.op("picture", "getitem", ["input"], (3, 32, 32))
    net.op("batch", "new_full", [], (1, 3, 32, 32))
    net.op("laid", "setitem", ["batch", "picture"], (1, 3, 32, 32))
    net.conv("conv", "laid", (1, 8, 16, 16), (3, 3), stride=2, padding=1)
    assert geometry(net.field("conv")) == ((3, 3), (2, 2), (1, 1))


def test_that_nothing_is_said_of_constants_chosen_by_the_image() -> None:
    """Anchor boxes by the places of the best scores, as detectors choose them."""
    net = Net((1, 3, 32, 32))
    net.op("anchors", "arange", [], (1024, 4))
    net.op("scores", "flatten", ["input"], (3072,))
    net.op("best", "topk", ["scores"], (10,), (10,), k=10)
    net.op("boxes", "getitem", ["anchors", "scores"], (10, 4), index="tensor")
    assert net.cost("boxes").receptive_field is None


def test_that_an_output_of_another_rank_is_unknown() -> None:
    net = Net((1, 3, 32, 32))
    net.op("pair", "mystery", ["input"], (1, 3, 32, 32), (7,))
    net.op("second", "relu", [("pair", 1)], (7,))
    assert net.cost("second").receptive_field is None
