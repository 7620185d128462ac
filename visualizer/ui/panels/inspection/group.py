"""What the inspector says about a module group and about the whole network."""

from __future__ import annotations

from collections.abc import Iterable

from visualizer.costs import Totals
from visualizer.costs.report import group_totals
from visualizer.costs.units import human_bytes, human_count, ops_text
from visualizer.graph import Group, LayerGraph, TensorRef, TensorSpec
from visualizer.graph.repeats import first_of
from visualizer.session.labels import group_label
from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspection.field import network_border_rows
from visualizer.ui.panels.inspection.model import (
    MAC_NOTE,
    Inspection,
    Link,
    Quantity,
    Row,
    assumed_text,
    count_quantity,
    flow_rows,
    memory_quantity,
    training_notes,
)

_MOST_EXPENSIVE = 3
_OPS_NAMED = 6


def inspect_group(network: OpenNetwork, group: Group) -> Inspection:
    """Totals of a module, what flows through it and its most expensive layers."""
    totals = group_totals(network.report, network.graph, group.nodes)
    module = network.graph.module_by_path.get(group.path)
    count = len(group.nodes)
    return Inspection(
        id=group.id,
        title=group_label(group) if group.name[:1].isdigit() else group.name,
        subtitle=group.type_name or "group of modules",
        path=group.id,
        chip=ops_text(count),
        flow=flow_rows(*_tensors_through(network, group)),
        quantities=_quantities(
            totals,
            None if network.head_of(group.id) else network.report.totals,
            bool(_uncovered_warning(network, group.nodes)),
        ),
        facts=(
            *_repeats(network, group),
            Row("Peak activations", human_bytes(totals.peak_activation_bytes), "run alone"),
        ),
        attributes=(Row("built as", module.summary),) if module and module.summary else (),
        links=_most_expensive(network, group.nodes),
        training=training_notes(network, group.id),
        warnings=_uncovered_warning(network, group.nodes),
    )


def _repeats(network: OpenNetwork, group: Group) -> tuple[Row, ...]:
    """What one costs of the modules in a row that are built alike."""
    if group.repeats == 1:
        return ()
    one = group_totals(network.report, network.graph, first_of(group).nodes)
    unknown = bool(_uncovered_warning(network, group.nodes))
    macs = network.settings.arithmetic_text(one.macs, at_least=unknown)
    said = f"{human_count(one.params)} parameters, {macs}"
    return (Row("Repeats", f"{group.repeats} times the same", f"one: {said}"),)


def inspect_network(network: OpenNetwork) -> Inspection:
    """The overview: totals, peak, where the graph and the weights come from, what is unknown."""
    graph, totals = network.graph, network.report.totals
    leaving = tuple(graph.spec(ref) for ref in graph.outputs)
    nodes = [node.id for node in graph.ops]
    return Inspection(
        id="",
        title=graph.name or network.source.text,
        subtitle=network.weights_text,
        family="input",
        chip=ops_text(len(nodes)),
        flow=flow_rows(tuple(node.output for node in graph.inputs), leaving),
        quantities=_quantities(totals, None, bool(network.report.uncovered_ops)),
        facts=_network_facts(network),
        receptive_field=network_border_rows(network.border),
        links=_most_expensive(network, nodes),
        warnings=network.report.notes if network.report.uncovered_ops else (),
        notes=graph.notes
        if network.report.uncovered_ops
        else (*graph.notes, *network.report.notes),
        assumed=assumed_text(network),
    )


def _tensors_through(
    network: OpenNetwork, group: Group
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """What enters and leaves a module; of an auxiliary head, which nobody reads, its answer."""
    arriving, leaving = _tensors_across(network.graph, frozenset(group.nodes))
    if not leaving and network.head_of(group.id):
        leaving = network.graph.by_id[group.nodes[-1]].outputs
    return arriving, leaving


def _tensors_across(
    graph: LayerGraph, inside: frozenset[str]
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """Specs of the tensors that enter and that leave a set of nodes, each tensor once."""
    arriving: dict[TensorRef, TensorSpec] = {}
    leaving: dict[TensorRef, TensorSpec] = {}
    for edge in graph.edges:
        if (edge.ref.node in inside) != (edge.target in inside):
            (arriving if edge.target in inside else leaving)[edge.ref] = edge.spec
    leaving |= {ref: graph.spec(ref) for ref in graph.outputs if ref.node in inside}
    return tuple(arriving.values()), tuple(leaving.values())


def _quantities(totals: Totals, whole: Totals | None, unknown: bool) -> tuple[Quantity, ...]:
    """The four big numbers; shares only where there is a larger whole to compare with. With
    `unknown` some ops have no formula."""
    of = whole or Totals()
    macs = _share(totals.macs, of.macs)
    params, size = totals.params, totals.activation_bytes
    memory = _share(size, of.activation_bytes)
    return (
        count_quantity(
            "Parameters", params, _share(params, of.params), human_bytes(totals.param_bytes)
        ),
        count_quantity("MACs", totals.macs, macs, MAC_NOTE, at_least=unknown),
        count_quantity("FLOPs", totals.flops, macs, MAC_NOTE, at_least=unknown),
        memory_quantity(size, totals.activation_elements, memory),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _network_facts(network: OpenNetwork) -> tuple[Row, ...]:
    totals = network.report.totals
    rows = [
        Row("Peak activations", human_bytes(totals.peak_activation_bytes), "alive at one moment"),
        Row("Parameter memory", human_bytes(totals.param_bytes)),
    ]
    if totals.buffer_bytes:
        rows.append(Row("Buffers", human_bytes(totals.buffer_bytes), "state that is not trained"))
    if totals.unused_params:
        text = human_count(totals.unused_params)
        rows.append(Row("Never used", f"{text} parameters", "not read by this forward pass"))
    if totals.training_only_params:
        text = human_count(totals.training_only_params)
        rows.append(Row("Training only", f"{text} parameters", "auxiliary heads, in no total"))
    rows.append(Row("Weights", network.weights_text))
    rows.append(Row("Graph from", network.graph.route or "unknown"))
    return tuple(rows)


def _most_expensive(network: OpenNetwork, nodes: Iterable[str]) -> tuple[Link, ...]:
    """The layers with the most MACs, and their share of the MACs of `nodes`."""
    macs = {node: network.report.layers[node].macs or 0 for node in nodes if _counts(network, node)}
    whole = sum(macs.values())
    dearest = sorted(macs, key=lambda node: -macs[node])[:_MOST_EXPENSIVE]
    return tuple(
        Link(node, node, network.settings.arithmetic_text(macs[node]), macs[node] / whole)
        for node in dearest
    )


def _counts(network: OpenNetwork, node: str) -> bool:
    layer = network.report.layers.get(node)
    return layer is not None and bool(layer.macs) and not layer.pooling


def _uncovered_warning(network: OpenNetwork, nodes: Iterable[str]) -> tuple[str, ...]:
    layers = network.report.layers
    unknown = [n for n in nodes if n in layers and layers[n].cost.coverage == "uncovered"]
    if not unknown:
        return ()
    ops = sorted({network.graph.by_id[node].op for node in unknown})
    named = ", ".join(ops[:_OPS_NAMED]) + (", …" if len(ops) > _OPS_NAMED else "")
    have = f"{ops_text(len(unknown))} {'has' if len(unknown) == 1 else 'have'}"
    return (f"{have} no cost formula ({named}): MACs and FLOPs are a lower bound.",)
