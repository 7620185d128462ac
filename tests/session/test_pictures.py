"""What is drawn for a network, and walking over it."""

import pytest

from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph, Module, Node, TensorRef, TensorSpec
from visualizer.layout.placement import lay_out
from visualizer.session.labels import group_label, node_label
from visualizer.session.network import find_item, open_network
from visualizer.session.picture import PictureController, neighbour
from visualizer.session.resolve import draft, picture
from visualizer.session.state import SessionState
from visualizer.sources import SourceError, parse_source

WIDE, NARROW = TensorSpec((1, 64, 8, 8)), TensorSpec((1, 16, 8, 8))


def op(name, op, type_name, output, scope=(), *reads, **attributes):
    inputs = tuple(TensorRef(ref) for ref in reads)
    path = name if type_name else ""
    return Node(name, op, path, type_name, 1, inputs, (output,), attributes, scope=scope)


@pytest.fixture
def network():
    """A residual block: input -> block(squeeze + relu -> widen -> add with the input)."""
    inside = ("block",)
    graph = LayerGraph(
        "residual",
        (
            Node("input", "input", outputs=(WIDE,)),
            op("block.squeeze", "conv2d", "Conv2d", NARROW, inside, "input", kernel_size=(1, 1)),
            op("block.relu", "relu", "ReLU", NARROW, inside, "block.squeeze"),
            op("block.0", "conv2d", "Conv2d", WIDE, inside, "block.relu",
               kernel_size=(3, 3), stride=(2, 2)),
            op("block.add", "add", "", WIDE, inside, "block.0", "input"),
        ),
        (TensorRef("block.add"),),
        modules=(Module("block", "Bottleneck"),),
    )  # fmt: skip
    return open_network(ModelLoaded(1, parse_source("residual"), (), graph, "", False))


def shown(network, expanded=frozenset({"block"}), mode="linear"):
    drafted = draft(network, expanded, mode, True, 1)
    return picture(drafted, lay_out(drafted.request))


def test_that_bars_are_as_wide_as_their_activations(network):
    bars = shown(network).placement.bars
    assert bars["block.0"].width / bars["block.squeeze"].width == pytest.approx(64 / 16)
    assert bars["input"].width == bars["block.add"].width


def test_that_the_square_root_scale_is_the_square_root(network):
    bars = shown(network, mode="sqrt").placement.bars
    assert bars["block.0"].width / bars["block.squeeze"].width == pytest.approx(2.0)


def test_that_an_activation_is_drawn_with_the_layer_before_it(network):
    bars = {bar.id: bar for bar in shown(network).bars}
    assert "block.relu" not in bars
    assert bars["block.squeeze"].label == "squeeze 1×1 + relu"


def test_that_names_that_are_numbers_come_with_their_type_and_stride(network):
    assert node_label(network.graph.by_id["block.0"]) == "0 · Conv2d 3×3/2"
    assert group_label(network.hierarchy.groups["block"]) == "block · Bottleneck"


def test_that_the_silhouette_of_a_folded_block_has_the_skip_beside_the_squeeze(network):
    (folded,) = [bar for bar in shown(network, frozenset()).bars if bar.folded]
    scale = draft(network, frozenset(), "linear", True, 1).scale
    skip_and_squeeze = scale.pixels(64 * 64 + 16 * 64)
    assert folded.profile[0] == pytest.approx(skip_and_squeeze)
    assert folded.profile[-1] == pytest.approx(scale.pixels(64 * 64))


def test_that_the_skip_is_a_ribbon_of_its_own(network):
    ribbons = {(r.source, r.target) for r in shown(network).ribbons}
    assert ("input", "block.add") in ribbons and ("input", "block.squeeze") in ribbons


def test_that_arrows_follow_the_edges_and_enter_open_modules(network):
    seen = shown(network)
    assert neighbour(seen, "block.squeeze", "down") == "block.0"
    assert neighbour(seen, "block.0", "up") == "block.squeeze"
    assert neighbour(seen, "block", "down") == "block.squeeze"
    assert neighbour(seen, "block", "up") == "block.add"
    assert neighbour(seen, "", "down") == "input"
    assert neighbour(seen, "input", "left") is None


def test_that_late_placements_are_dropped(network):
    asked = []

    class Layout:
        def submit(self, request):
            asked.append(request)

    state = SessionState(network=network)
    pictures = PictureController(state, Layout())
    pictures.request(new_network=True)
    state.expanded = frozenset({"block"})
    pictures.request()
    assert pictures.placed(lay_out(asked[0])) is None
    placed = pictures.placed(lay_out(asked[1]))
    assert placed is not None and placed[1]
    assert pictures.visible_item("block.relu") == "block.squeeze"
    assert pictures.visible_item("block") == "block"


def test_that_a_layer_that_is_not_there_is_told_with_near_names(network):
    assert find_item(network, "block.add") == "block.add"
    with pytest.raises(SourceError, match=r"block\.squeeze"):
        find_item(network, "block.squeez")


def test_that_a_long_picture_is_wrapped_where_columns_are_wanted_and_printed_in_one():
    names = [f"conv{number}" for number in range(300)]
    nodes = [Node("input", "input", outputs=(WIDE,))]
    nodes += [
        op(name, "conv2d", "Conv2d", WIDE, (), before, kernel_size=(3, 3))
        for name, before in zip(names, ["input", *names], strict=False)
    ]
    graph = LayerGraph("long", tuple(nodes), (TensorRef(names[-1]),))
    long = open_network(ModelLoaded(1, parse_source("long"), (), graph, "", False))
    asked = []

    class Layout:
        def submit(self, request):
            asked.append(request)

    state = SessionState(network=long, columns="auto")
    pictures = PictureController(state, Layout())
    pictures.request()
    wrapped, _ = pictures.placed(lay_out(asked[0]))
    assert len(wrapped.placement.columns) > 1
    assert pictures.in_one_column().placement.columns == ()
    state.columns = "one"
    pictures.request()
    assert pictures.placed(lay_out(asked[1]))[0].placement.columns == ()


def test_that_an_additions_inputs_overlap_and_small_inputs_of_other_ops_land_thin(network) -> None:
    drafted = draft(network, frozenset({"block"}), "linear", True, 1)
    thin = {item.id: item.thin_inputs for item in drafted.request.items if not item.group}
    assert not thin["block.add"] and thin["block.0"]
    folded = draft(network, frozenset(), "linear", True, 1)
    assert next(item for item in folded.request.items if item.id == "block").thin_inputs
