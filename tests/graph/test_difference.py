"""What changed between two versions of a network, on small graphs made by hand."""

from __future__ import annotations

import msgspec

from visualizer.graph import LayerGraph, Node, Parameter, TensorRef, TensorSpec
from visualizer.graph.difference import differences, kept_share


def conv(name: str, read: str, channels: int, kernel: int = 3) -> Node:
    attributes = {"kernel_size": (kernel, kernel), "out_channels": channels}
    shape = TensorSpec((1, channels, 8, 8))
    return Node(name, "conv2d", name, "Conv2d", 1, (TensorRef(read),), (shape,), attributes)


def graph(*nodes: Node) -> LayerGraph:
    start = Node("input", "input", outputs=(TensorSpec((1, 3, 8, 8)),))
    return LayerGraph("net", (start, *nodes))


def told(before: LayerGraph, after: LayerGraph) -> list[tuple[str, str, str]]:
    return [(match.change, match.before, match.after) for match in differences(before, after)]


def test_that_a_network_does_not_differ_from_itself() -> None:
    net = graph(conv("a", "input", 4), conv("b", "a", 4))
    assert told(net, net) == [("same", "a", "a"), ("same", "b", "b")]


def test_that_another_kernel_is_named_and_what_follows_is_not_changed() -> None:
    before = graph(conv("a", "input", 4, kernel=5), conv("b", "a", 4))
    after = graph(conv("a", "input", 4, kernel=3), conv("b", "a", 4))
    first, second = differences(before, after)
    assert (first.change, first.what) == ("changed", ("kernel_size 5×5 → 3×3",))
    assert second.change == "same"


def test_that_an_op_which_only_reads_another_shape_is_resized() -> None:
    before = graph(conv("a", "input", 4), conv("b", "a", 4))
    after = graph(conv("a", "input", 6), conv("b", "a", 4))
    first, second = differences(before, after)
    assert first.what == ("out_channels 4 → 6",)
    assert (second.change, second.what) == ("resized", ("input 4×8×8 → 6×8×8",))


def test_that_a_layer_replaced_by_two_is_one_removed_and_two_added() -> None:
    before = graph(conv("a", "input", 4), conv("b", "a", 4, kernel=5), conv("c", "b", 4))
    after = graph(
        conv("a", "input", 4), conv("b.0", "a", 4), conv("b.1", "b.0", 4), conv("c", "b.1", 4)
    )
    assert told(before, after) == [
        ("same", "a", "a"), ("removed", "b", ""), ("added", "", "b.0"), ("added", "", "b.1"),
        ("same", "c", "c"),
    ]  # fmt: skip


def test_that_a_layer_of_another_name_that_does_the_same_is_renamed() -> None:
    before = graph(conv("a", "input", 4), conv("old", "a", 8))
    after = graph(conv("a", "input", 4), conv("new", "a", 8))
    assert told(before, after)[1] == ("renamed", "old", "new")


def test_that_a_weight_of_another_shape_is_a_change() -> None:
    def with_weight(shape: tuple[int, ...]) -> LayerGraph:
        node = msgspec.structs.replace(conv("a", "input", 4), parameters={"weight": "a.weight"})
        net = graph(node)
        weight = Parameter("a.weight", TensorSpec(shape))
        return msgspec.structs.replace(net, parameters=(weight,))

    (match,) = differences(with_weight((4, 3, 3, 3)), with_weight((4, 1, 3, 3)))
    assert match.what == ("weight 4×3×3×3 → 4×1×3×3",)


def test_that_unrelated_networks_keep_little() -> None:
    before = graph(*(conv(f"a{n}", "input", n + 1) for n in range(5)))
    after = graph(*(conv(f"b{n}", "input", n + 9) for n in range(5)))
    assert kept_share(differences(before, after)) == 0
    assert kept_share(differences(before, before)) == 1
