"""From the open network and the settings to what is drawn: pure functions, no state.

`draft` decides what is visible and how large; layout then decides where; `picture` joins both.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from visualizer.costs import Totals, group_totals
from visualizer.costs.settings import batch_of
from visualizer.graph import Group, Node, TensorRef, shape_text
from visualizer.graph.families import family_of
from visualizer.graph.folding import FoldedEdge, FoldedGraph, Item, fold
from visualizer.graph.repeats import first_of
from visualizer.layout.model import (
    ColumnMode,
    Flow,
    LayoutEdge,
    LayoutItem,
    LayoutRequest,
    Placement,
)
from visualizer.layout.proportions import drawn_out
from visualizer.layout.sizing import WIDEST, WidthScale, scale_for, text_width
from visualizer.session.captions import caption_size
from visualizer.session.labels import (
    group_label,
    group_tooltip,
    node_label,
    node_tooltip,
    ribbon_tooltip,
)
from visualizer.session.network import OpenNetwork
from visualizer.session.profile import profile
from visualizer.session.proportions import LINE, Proportions, Room, fitting
from visualizer.session.shown import ShownBar, ShownGraph, ShownGroup, ShownRibbon, WidthMode

BAR_HEIGHT = 14.0
FOLDED_HEIGHT = 30.0
PIXELS_A_ROW: dict[Flow, float] = {"down": 32.0, "right": 30.0}
SHALLOW = 340.0  # pixels of the highest bar of a short network, where data flows to the right
MOST_PIXELS = 1400.0
MOST_IN_A_FIGURE = 24  # bars of a small network whose branches are to be read side by side
BRANCHES = 3
MOST_TO_FIT = 200  # bars; they are laid out several times over
WIDEST_BESIDE_NAMES = 200.0  # then names take as much room as bars


class Draft(msgspec.Struct, frozen=True):
    """What will be drawn, before anybody knows where."""

    request: LayoutRequest
    folded: FoldedGraph
    bars: tuple[ShownBar, ...]
    groups: tuple[ShownGroup, ...]
    ribbons: tuple[ShownRibbon, ...]
    scale: WidthScale
    title: str


def draft(
    network: OpenNetwork,
    expanded: frozenset[str],
    mode: WidthMode,
    fused: bool,
    run: int,
    scale: WidthScale | None = None,
    columns: ColumnMode = "one",
    flow: Flow = "down",
    proportions: Proportions | None = None,
) -> Draft:
    """Fold the network and give every visible thing its size and words; on a `scale` of its
    own when none is given; with `columns` "auto" wrapped where it is long. With `flow` "right"
    bars stand upright, with their names below them. `proportions` are those of a page where
    none are given.

    Sizes are those of the network at its own batch, so that another batch has the same shape;
    the scale says how many times as many numbers a bar stands for.
    """
    costs, network = network, network.plain
    folded = fold(network.graph, network.hierarchy, expanded, network.hosts if fused else None)
    leaving = _tensors_leaving(network, folded)
    elements = {item.id: _elements(network, leaving[item.id]) for item in folded.leaves}
    drawn = proportions or _of_a_page(network, flow)
    scale = scale or scale_for(mode, max(elements.values(), default=1), drawn.widest)
    bars = tuple(
        _named(bar, scale, drawn, flow)
        for bar in (
            _bar(network, folded, item, leaving[item.id], elements[item.id], scale, costs)
            for item in folded.leaves
        )
    )
    groups = tuple(_group(network, item.id) for item in folded.items if item.kind == "expanded")
    heads = {bar.id for bar in bars if bar.training_only}
    ribbons = tuple(
        ShownRibbon(
            edge.source, edge.target, edge.spec.elements, shape_text(edge.spec),
            training_only=bool(heads & {edge.source, edge.target}), tensor=_tensor(edge),
            tooltip=ribbon_tooltip(edge, costs),
        )
        for edge in folded.edges
    )  # fmt: skip
    request = LayoutRequest(
        run, _layout_items(network, folded, bars, groups, scale, drawn, flow),
        _layout_edges(folded, scale), columns=columns, flow=flow,
    )  # fmt: skip
    shown_scale = scale.for_batch(_batch(network), _batch(costs))
    return Draft(request, folded, bars, groups, ribbons, shown_scale, network.graph.name)


def _batch(network: OpenNetwork) -> int:
    return batch_of(network.inputs) or 1


def _group(network: OpenNetwork, group_id: str) -> ShownGroup:
    label = group_label(network.hierarchy.groups[group_id])
    return ShownGroup(group_id, label, bool(network.head_of(group_id)))


def proportions_in(
    network: OpenNetwork, room: Room, mode: WidthMode, expanded: frozenset[str]
) -> Proportions:
    """How a network that flows down is drawn so that, with `expanded` open, it fills `room` of
    the screen; where that would take long, so that it does as it is first seen."""
    if _is_figure(_first(network)):
        return Proportions(WIDEST_BESIDE_NAMES)
    first = draft(network, expanded, mode, True, 0)
    if len(first.bars) > MOST_TO_FIT and expanded != network.first_view:
        first = draft(network, network.first_view, mode, True, 0)
    largest = max((bar.elements for bar in first.bars), default=1)

    def request(drawn: Proportions) -> LayoutRequest:
        scale = scale_for(mode, largest, drawn.widest)
        bars = tuple(_named(bar, scale, drawn, "down") for bar in first.bars)
        items = _layout_items(network, first.folded, bars, first.groups, scale, drawn, "down")
        return LayoutRequest(0, items, _layout_edges(first.folded, scale))

    return fitting(room, request)


def _named(bar: ShownBar, scale: WidthScale, drawn: Proportions, flow: Flow) -> ShownBar:
    """A bar whose name is inside it where it lies and is drawn wide enough."""
    width, height = scale.pixels(bar.elements), FOLDED_HEIGHT if bar.folded else BAR_HEIGHT
    may = flow == "down" and bar.repeats == 1
    inside = may and drawn.is_inside(bar.label, width, height, bar.folded)
    return msgspec.structs.replace(bar, label_inside=inside)


def _first(network: OpenNetwork) -> FoldedGraph:
    return fold(network.graph, network.hierarchy, network.first_view, network.hosts)


def _is_figure(first: FoldedGraph) -> bool:
    """Whether a network is small, with branches to be read side by side."""
    return len(first.leaves) <= MOST_IN_A_FIGURE and _side_by_side(first) >= BRANCHES


def _of_a_page(network: OpenNetwork, flow: Flow) -> Proportions:
    """Wider bars for networks that are long when first seen, so that the whole of them has the
    shape of a page. It stays while the user folds and unfolds."""
    first = _first(network)
    if _is_figure(first):
        return Proportions(WIDEST_BESIDE_NAMES)
    least = WIDEST if flow == "down" else SHALLOW
    return Proportions(min(max(least, len(first.leaves) * PIXELS_A_ROW[flow]), MOST_PIXELS))


def _side_by_side(folded: FoldedGraph) -> int:
    """How many bars stand in the fullest row, by longest path."""
    row = {item.id: 0 for item in folded.leaves}
    for item in folded.leaves:
        for edge in folded.edges:
            if edge.target == item.id:
                row[item.id] = max(row[item.id], row[edge.source] + 1)
    return max(Counter(row.values()).values(), default=0)


def picture(drafted: Draft, placement: Placement) -> ShownGraph:
    """The draft with everything in its place, drawn out where it has few rows."""
    if not placement.columns:
        placement = drawn_out(placement, drafted.request.edges)
    return ShownGraph(
        drafted.title, drafted.bars, drafted.groups, drafted.ribbons, placement, drafted.scale
    )


def _tensors_leaving(network: OpenNetwork, folded: FoldedGraph) -> dict[str, tuple[TensorRef, ...]]:
    """For each bar the tensors that others read; for one nobody reads, all of its last node."""
    leaving: dict[str, dict[TensorRef, None]] = {item.id: {} for item in folded.leaves}
    for edge in folded.edges:
        leaving[edge.source][edge.ref] = None
    for ref in network.graph.outputs:
        leaving[folded.shown_as[ref.node]][ref] = None
    for item, refs in leaving.items():
        if not refs:
            last = network.graph.by_id[folded.members[item][-1]]
            refs.update({TensorRef(last.id, k): None for k in range(len(last.outputs))})
    return {item: tuple(refs) for item, refs in leaving.items()}


def _elements(network: OpenNetwork, refs: tuple[TensorRef, ...]) -> int:
    return sum(network.graph.spec(ref).elements for ref in refs)


def _bar(
    network: OpenNetwork,
    folded: FoldedGraph,
    item: Item,
    leaving: tuple[TensorRef, ...],
    elements: int,
    scale: WidthScale,
    costs: OpenNetwork,
) -> ShownBar:
    detail = " + ".join(shape_text(network.graph.spec(ref)) for ref in leaving[:2])
    if len(leaving) > 2:
        detail += f" + {len(leaving) - 2} more"
    floored = scale.is_floored(elements)
    only_trains = all(network.graph.by_id[node].training_only for node in folded.members[item.id])
    if item.kind == "folded":
        group = network.hierarchy.groups[item.id]
        totals = group_totals(costs.report, costs.graph, group.nodes)
        label = group_label(group)
        return ShownBar(
            item.id, label, detail, "module", elements, False, floored, True,
            group_tooltip(
                group, totals, costs.settings, only_trains, _one_of(group, costs),
                _has_unknown(group, costs),
            ),
            profile(network, first_of(group), scale), only_trains, group.repeats,
        )  # fmt: skip
    node = network.graph.by_id[item.id]
    label = _host_label(network, folded, node)
    return ShownBar(
        item.id, label, detail, family_of(node.op), elements, False, floored,
        tooltip=node_tooltip(costs.graph.by_id[node.id], costs), training_only=only_trains,
    )  # fmt: skip


def _one_of(group: Group, costs: OpenNetwork) -> Totals | None:
    """What the first of the modules that repeat in a group costs; None where none do."""
    if group.repeats == 1:
        return None
    return group_totals(costs.report, costs.graph, first_of(group).nodes)


def _has_unknown(group: Group, costs: OpenNetwork) -> bool:
    """Whether an op in it has no formula."""
    layers = costs.report.layers
    return any(layers[name].macs is None for name in group.nodes if name in layers)


def _host_label(network: OpenNetwork, folded: FoldedGraph, node: Node) -> str:
    """The node's label; the activation that is drawn with it is named, norms are not."""
    drawn_with = (network.graph.by_id[other] for other in folded.members[node.id][1:])
    activations = [
        other.kind.lower()
        for other in drawn_with
        if family_of(other.op) == "activation" and other.op != "dropout"
    ]
    return " + ".join([node_label(node, _lone_module(network, folded, node)), *activations[-1:]])


def _lone_module(network: OpenNetwork, folded: FoldedGraph, node: Node) -> str:
    """The outermost module in which only this bar is drawn, "" when there is none."""
    around = network.hierarchy.ancestors(node.id)
    parent = folded.by_id[node.id].parent
    return ["", *around[: around.index(parent)]][-1]


def _layout_items(
    network: OpenNetwork,
    folded: FoldedGraph,
    bars: tuple[ShownBar, ...],
    groups: tuple[ShownGroup, ...],
    scale: WidthScale,
    drawn: Proportions,
    flow: Flow,
) -> tuple[LayoutItem, ...]:
    bar_of = {bar.id: bar for bar in bars}
    title_of = {group.id: group.title for group in groups}
    return tuple(
        LayoutItem(item.id, item.parent, group=True, title_width=text_width(title_of[item.id]) + 40)
        if item.kind == "expanded"
        else _layout_bar(network, item, bar_of[item.id], scale, drawn, flow)
        for item in folded.items
    )


def _layout_bar(
    network: OpenNetwork, item: Item, bar: ShownBar, scale: WidthScale, drawn: Proportions,
    flow: Flow,
) -> LayoutItem:  # fmt: skip
    label = "" if bar.label_inside else bar.label
    detail = "" if " + " in bar.detail else bar.detail  # several shapes: where there is room
    length, room = LINE * drawn.text, drawn.room_beside(label, detail)
    among = drawn.room_beside(label, detail, alone=False)
    if flow == "right":
        length, room = caption_size(bar.label, bar.detail)
        among = room
    stacks = not bar.folded and network.graph.by_id[bar.id].op == "cat"
    return LayoutItem(
        item.id,
        item.parent,
        scale.pixels(bar.elements),
        FOLDED_HEIGHT if bar.folded else BAR_HEIGHT,
        room,
        stacks_inputs=stacks,
        label_among_others=among,
        label_length=length,
    )


def _layout_edges(folded: FoldedGraph, scale: WidthScale) -> tuple[LayoutEdge, ...]:
    return tuple(
        LayoutEdge(
            edge.source, edge.target, _tensor(edge),
            scale.pixels(edge.spec.elements),
        )
        for edge in folded.edges
    )  # fmt: skip


def _tensor(edge: FoldedEdge) -> str:
    return f"{edge.ref.node}:{edge.ref.output}"
