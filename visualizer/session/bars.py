"""What a bar of the picture stands for, and what is said of it."""

from __future__ import annotations

from visualizer.costs import Totals, group_totals
from visualizer.graph import Group, Node, TensorRef, shape_text
from visualizer.graph.families import family_of
from visualizer.graph.folding import FoldedGraph, Item
from visualizer.graph.repeats import first_of
from visualizer.layout.sizing import WidthScale
from visualizer.session.labels import group_label, group_tooltip, node_label, node_tooltip
from visualizer.session.network import OpenNetwork
from visualizer.session.profile import profile
from visualizer.session.shown import ShownBar


def tensors_leaving(network: OpenNetwork, folded: FoldedGraph) -> dict[str, tuple[TensorRef, ...]]:
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


def elements_of(network: OpenNetwork, refs: tuple[TensorRef, ...]) -> int:
    """How many numbers these tensors hold together."""
    return sum(network.graph.spec(ref).elements for ref in refs)


def bar_of(
    network: OpenNetwork,
    folded: FoldedGraph,
    item: Item,
    leaving: tuple[TensorRef, ...],
    elements: int,
    scale: WidthScale,
    costs: OpenNetwork,
) -> ShownBar:
    """A node or a folded module, as wide as the tensors that leave it; `costs` has the network at
    the batch that is counted."""
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
