"""Which ops are one tensor, and what belongs to the flow at all."""

from __future__ import annotations

from tests.costs.building import Net
from visualizer.bottlenecks import CutProfile, TensorGraph, cut_profile, tensor_graph

GRID = (1, 8, 4, 4)
VECTOR = (1, 8)


def tensors_of(net: Net, *outputs: str) -> TensorGraph:
    return tensor_graph(net.graph(*outputs), net.report(*outputs))


def profile_of(net: Net, *outputs: str) -> CutProfile:
    return cut_profile(net.graph(*outputs), net.report(*outputs))


def names(tensors: TensorGraph) -> list[str]:
    return [tensor.node for tensor in tensors.tensors]


def test_that_convolution_norm_and_activation_are_one_tensor() -> None:
    net = Net((1, 3, 4, 4))
    net.conv("conv", "input", GRID, (1, 1))
    net.op("bn", "batch_norm", ["conv"], GRID)
    net.op("relu", "relu", ["bn"], GRID)
    net.op("dropout", "dropout", ["relu"], GRID)
    tensors = tensors_of(net)
    assert names(tensors) == ["input", "conv"]
    assert tensors.tensors[1].members == ("conv", "bn", "relu", "dropout")


def test_that_an_activation_is_fused_though_others_read_what_is_before_it() -> None:
    net = Net(GRID)
    net.op("conv", "conv2d", ["input"], GRID, kernel_size=(1, 1), stride=(1, 1))
    net.op("relu", "relu", ["conv"], GRID)
    net.op("add", "add", ["conv", "relu"], GRID)
    assert names(tensors_of(net)) == ["input", "conv"]


def test_that_pool_addition_and_concatenation_are_tensors_of_their_own() -> None:
    net = Net(GRID)
    net.op("pool", "max_pool2d", ["input"], GRID, kernel_size=(3, 3), stride=(1, 1))
    net.op("add", "add", ["pool", "input"], GRID)
    net.op("relu", "relu", ["add"], GRID)
    net.op("cat", "cat", ["relu", "input"], (1, 16, 4, 4), dim=1)
    assert names(tensors_of(net)) == ["input", "pool", "add", "cat"]


def test_that_flattening_a_grid_begins_a_tensor_and_other_views_do_not() -> None:
    net = Net(GRID)
    net.op("view", "view", ["input"], (1, 8, 16))
    net.op("flatten", "flatten", ["view"], (1, 128))
    net.op("again", "view", ["flatten"], (1, 128, 1, 1))
    assert names(tensors_of(net)) == ["input", "flatten"]


def test_that_an_adaptive_pool_that_changes_nothing_is_no_tensor() -> None:
    net = Net(GRID)
    net.op("same", "adaptive_avg_pool2d", ["input"], GRID)
    net.op("pool", "adaptive_avg_pool2d", ["same"], (1, 8, 1, 1))
    assert names(tensors_of(net)) == ["input", "pool"]


def test_that_weights_and_constants_are_not_part_of_the_flow() -> None:
    net = Net(GRID)
    net.op("zeros", "zeros_like", ["input"], GRID)
    net.op("table", "arange", [], (4,))
    net.op("bias", "exp", ["table"], (4,))
    net.op("add", "add", ["input", "bias"], GRID)
    net.op("sum", "mul", ["add", "zeros"], GRID)
    tensors = tensors_of(net)
    assert names(tensors) == ["input"]
    assert tensors.tensors[0].members == ("input", "add", "sum")


def test_that_an_auxiliary_head_is_ignored() -> None:
    net = Net(GRID)
    net.op("aux1.fc", "linear", ["input"], (1, 5))
    net.op("fc", "linear", ["input"], (1, 3))
    tensors = tensors_of(net, "fc", "aux1.fc")
    assert names(tensors) == ["input", "fc"]
    assert tensors.side_nodes == {"aux1.fc"}


def test_that_several_inputs_and_outputs_have_a_common_source_and_sink() -> None:
    net = Net((1, 5), (1, 7))
    net.op("join", "cat", ["input", "input_2"], (1, 12), dim=1)
    net.op("one", "linear", ["join"], (1, 3))
    net.op("two", "linear", ["join"], (1, 4))
    profile = profile_of(net, "one", "two")
    assert [(cut.width, cut.tensors) for cut in profile.cuts] == [
        (12, ("input", "input_2")),
        (12, ("join",)),
        (7, ("one", "two")),
    ]


def test_that_a_second_input_late_in_the_network_is_part_of_every_cut_before_it() -> None:
    net = Net((1, 50), (1, 4))
    net.op("squeeze", "linear", ["input"], (1, 3))
    net.op("wide", "linear", ["squeeze"], (1, 40))
    net.op("join", "cat", ["wide", "input_2"], (1, 44), dim=1)
    profile = profile_of(net)
    assert [(cut.width, set(cut.tensors)) for cut in profile.cuts] == [
        (54, {"input", "input_2"}),
        (7, {"squeeze", "input_2"}),
        (44, {"join"}),
    ]


def test_that_the_halves_of_a_split_are_tensors_of_their_own() -> None:
    net = Net((1, 16, 4, 4))
    net.op("chunk", "chunk", ["input"], GRID, GRID)
    net.op("squeeze", "conv2d", [("chunk", 1)], (1, 2, 4, 4), kernel_size=(1, 1), stride=(1, 1))
    net.op("widen", "conv2d", ["squeeze"], GRID, kernel_size=(1, 1), stride=(1, 1))
    net.op("cat", "cat", [("chunk", 0), "widen"], (1, 16, 4, 4), dim=1)
    inside = [cut for cut in profile_of(net).cuts if cut.inside]
    assert [(cut.width, cut.tensors) for cut in inside] == [(8 * 16 + 2 * 16, ("chunk", "squeeze"))]


def test_that_a_tensor_counts_once_however_many_read_it() -> None:
    net = Net((1, 10))
    net.op("narrow", "linear", ["input"], (1, 2))
    for branch in "abc":
        net.op(branch, "linear", ["narrow"], (1, 6))
    net.op("cat", "cat", ["a", "b", "c"], (1, 18), dim=1)
    assert [cut.width for cut in profile_of(net).cuts] == [10, 2, 18]


def test_that_a_growing_concatenation_is_one_stack() -> None:
    net = Net(GRID)
    net.conv("a", "input", GRID, (1, 1))
    net.op("cat2", "cat", ["input", "a"], (1, 16, 4, 4), dim=1)
    net.conv("b", "cat2", GRID, (1, 1))
    net.op("cat3", "cat", ["input", "a", "b"], (1, 24, 4, 4), dim=1)
    assert [cut.width for cut in profile_of(net).cuts] == [128, 256, 384]


def test_that_bytes_can_be_counted_instead_of_numbers() -> None:
    net = Net((1, 10))
    net.op("low", "custom", ["input"], (1, 10), dtype="int8")
    profile = cut_profile(net.graph(), net.report(), unit="bytes")
    assert [cut.width for cut in profile.cuts] == [40, 10]


def test_that_a_network_without_flow_has_no_cuts() -> None:
    net = Net((1, 10))
    net.op("table", "arange", [], (4,))
    assert profile_of(net).cuts == ()
