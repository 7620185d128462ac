"""Module groups from the scopes of executed ops; expectations written by hand."""

from __future__ import annotations

from visualizer.graph import LayerGraph, Module, Node, TensorRef, TensorSpec, build_hierarchy

SPEC = TensorSpec((1, 4))


def chain(*steps: tuple[str, tuple[str, ...]], modules: tuple[Module, ...] = ()) -> LayerGraph:
    """An input and a chain of ops, each with the groups around it."""
    nodes = [Node("input", "input", outputs=(SPEC,))]
    for name, scope in steps:
        before = (TensorRef(nodes[-1].id),)
        nodes.append(Node(name, "relu", inputs=before, outputs=(SPEC,), scope=scope))
    return LayerGraph("chain", tuple(nodes), modules=modules)


def members(graph: LayerGraph) -> dict[str, tuple[str, ...]]:
    return {group.id: group.members for group in build_hierarchy(graph).groups.values()}


def test_that_groups_nest_as_the_calls_did() -> None:
    graph = chain(
        ("stem", ()), ("layer.0.conv", ("layer", "layer.0")), ("layer.0.add", ("layer", "layer.0")),
        ("layer.1.conv", ("layer", "layer.1")), ("fc", ()),
    )  # fmt: skip
    assert members(graph) == {
        "": ("input", "stem", "layer", "fc"),
        "layer": ("layer.0", "layer.1"),
        "layer.0": ("layer.0.conv", "layer.0.add"),
        "layer.1": ("layer.1.conv",),
    }


def test_that_a_group_knows_all_ops_below_it() -> None:
    hierarchy = build_hierarchy(chain(("a", ("m",)), ("b", ("m", "m.n")), ("c", ())))
    assert hierarchy.groups["m"].nodes == ("a", "b")
    assert hierarchy.root.nodes == ("input", "a", "b", "c")
    assert hierarchy.ancestors("b") == ("m.n", "m", "")
    assert hierarchy.depth("b") == 3
    assert list(hierarchy.walk()) == ["input", "m", "a", "m.n", "b", "c"]


def test_that_a_second_call_of_a_module_is_a_second_group_of_the_same_module() -> None:
    modules = (Module("block", "Block"),)
    graph = chain(("a", ("block",)), ("b", ("block#2",)), modules=modules)
    groups = build_hierarchy(graph).groups
    assert [(g.id, g.path, g.type_name) for g in groups.values() if g.id] == [
        ("block", "block", "Block"),
        ("block#2", "block", "Block"),
    ]


def test_that_a_container_whose_ops_are_interleaved_is_dissolved() -> None:
    """As in a feature pyramid: inner.0, outer.0, inner.1, outer.1."""
    graph = chain(
        ("inner.0.conv", ("inner", "inner.0")), ("outer.0.conv", ("outer", "outer.0")),
        ("inner.1.conv", ("inner", "inner.1")), ("outer.1.conv", ("outer", "outer.1")),
    )  # fmt: skip
    assert build_hierarchy(graph).root.members == (
        "input", "inner.0", "outer.0", "inner.1", "outer.1",
    )  # fmt: skip


def test_that_a_container_seen_under_two_parents_is_dissolved() -> None:
    graph = chain(("a", ("p", "shared")), ("b", ("q", "shared")))
    assert members(graph) == {"": ("input", "p", "q"), "p": ("a",), "q": ("b",)}


def test_that_a_scope_named_like_an_op_is_no_group() -> None:
    assert members(chain(("x", ()), ("y", ("x",)))) == {"": ("input", "x", "y")}
