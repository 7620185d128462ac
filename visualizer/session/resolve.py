"""From the open network and the settings to what is drawn: pure functions, no state.

`draft` decides what is visible and how large; layout then decides where; `picture` joins both.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from visualizer.costs.settings import batch_of
from visualizer.graph import shape_text
from visualizer.graph.folding import FoldedEdge, FoldedGraph, Item, fold
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
from visualizer.session.bars import bar_of, elements_of, tensors_leaving
from visualizer.session.captions import caption_size
from visualizer.session.labels import group_label, ribbon_tooltip
from visualizer.session.network import OpenNetwork
from visualizer.session.proportions import LINE, Proportions, Room, fitting, fitting_across
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
    leaving = tensors_leaving(network, folded)
    elements = {item.id: elements_of(network, leaving[item.id]) for item in folded.leaves}
    drawn = proportions or _of_a_page(network, flow)
    scale = scale or scale_for(mode, max(elements.values(), default=1), drawn.widest)
    bars = tuple(
        _named(bar, scale, drawn, flow)
        for bar in (
            bar_of(network, folded, item, leaving[item.id], elements[item.id], scale, costs)
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
    network: OpenNetwork,
    room: Room,
    mode: WidthMode,
    expanded: frozenset[str],
    flow: Flow = "down",
) -> Proportions:
    """How a network is drawn so that, with `expanded` open, it fills `room` of the screen; where
    that would take long, so that it does as it is first seen."""
    if _is_figure(_first(network)):
        return Proportions(WIDEST_BESIDE_NAMES)
    first = draft(network, expanded, mode, True, 0, flow=flow)
    if len(first.bars) > MOST_TO_FIT and expanded != network.first_view:
        first = draft(network, network.first_view, mode, True, 0, flow=flow)
    largest = max((bar.elements for bar in first.bars), default=1)

    def request(drawn: Proportions) -> LayoutRequest:
        scale = scale_for(mode, largest, drawn.widest)
        bars = tuple(_named(bar, scale, drawn, flow) for bar in first.bars)
        items = _layout_items(network, first.folded, bars, first.groups, scale, drawn, flow)
        return LayoutRequest(0, items, _layout_edges(first.folded, scale), flow=flow)

    return fitting(room, request) if flow == "down" else fitting_across(room, request)


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


def _layout_items(
    network: OpenNetwork,
    folded: FoldedGraph,
    bars: tuple[ShownBar, ...],
    groups: tuple[ShownGroup, ...],
    scale: WidthScale,
    drawn: Proportions,
    flow: Flow,
) -> tuple[LayoutItem, ...]:
    by_id = {bar.id: bar for bar in bars}
    title_of = {group.id: group.title for group in groups}
    return tuple(
        LayoutItem(item.id, item.parent, group=True, title_width=text_width(title_of[item.id]) + 40)
        if item.kind == "expanded"
        else _layout_bar(network, item, by_id[item.id], scale, drawn, flow)
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
    op = "" if bar.folded else network.graph.by_id[bar.id].op
    return LayoutItem(
        item.id,
        item.parent,
        scale.pixels(bar.elements),
        FOLDED_HEIGHT if bar.folded else BAR_HEIGHT,
        room,
        stacks_inputs=op == "cat",
        label_among_others=among,
        label_length=length,
        thin_inputs=bar.family != "add",
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
