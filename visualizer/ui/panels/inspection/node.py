"""What the inspector says about one executed op."""

from __future__ import annotations

from visualizer.costs import CostReport, LayerCost
from visualizer.costs.units import human_bytes
from visualizer.graph import LayerGraph, Node, Parameter
from visualizer.graph.families import FAMILY_TITLES, family_of
from visualizer.session.labels import node_label
from visualizer.session.network import OpenNetwork
from visualizer.session.scores import classes_at
from visualizer.ui.panels.inspection.field import (
    border_rows,
    field_rows,
    growth_rows,
    sides_of_input,
)
from visualizer.ui.panels.inspection.model import (
    MAC_NOTE,
    Inspection,
    Quantity,
    Row,
    assumed_input_text,
    attribute_text,
    count_quantity,
    flow_rows,
    memory_quantity,
    training_notes,
)


def inspect_node(network: OpenNetwork, node: Node) -> Inspection:
    """Shapes, costs, derivations, receptive field, attributes and parameters of `node`."""
    graph, layer = network.graph, network.report.layers.get(node.id)
    family = family_of(node.op)
    return Inspection(
        id=node.id,
        title=node_label(node),
        subtitle=_what(node),
        path=node.module_path or node.id,
        family=family,
        chip=FAMILY_TITLES[family],
        flow=flow_rows(graph.input_specs(node), node.outputs),
        assumed=assumed_input_text(network, node.id),
        quantities=_quantities(network.report, layer) if layer else (),
        derivations=tuple(layer.derivations) if layer else (),
        receptive_field=(
            *field_rows(layer.receptive_field if layer else None, sides_of_input(network)),
            *growth_rows(network, node),
            *border_rows(network.border, node.id),
        ),
        attributes=tuple(Row(name, attribute_text(v)) for name, v in node.attributes.items()),
        parameters=_parameter_rows(graph, node),
        source_line=node.source_line,
        classes=classes_at(graph, node.id),
        training=training_notes(network, node.id),
        warnings=_warnings(layer, node),
        notes=_notes(layer, node),
    )


def _what(node: Node) -> str:
    """`Conv2d · conv2d` for a module of its own, `add in Bottleneck` for an op inside one."""
    if not node.module_type:
        return node.op
    return (
        f"{node.module_type} · {node.op}" if node.is_module else f"{node.op} in {node.module_type}"
    )


def _quantities(report: CostReport, layer: LayerCost) -> tuple[Quantity, ...]:
    why = f"No formula is known for this op. {MAC_NOTE}"
    share = report.share(layer.node)
    return (
        count_quantity("Parameters", layer.params, share.params, human_bytes(layer.param_bytes)),
        count_quantity("MACs", layer.macs, share.macs, MAC_NOTE, why),
        count_quantity("FLOPs", layer.flops, share.macs, MAC_NOTE, why),
        memory_quantity(layer.activation_bytes, layer.activation_elements, share.activations),
    )


def _parameter_rows(graph: LayerGraph, node: Node) -> tuple[Row, ...]:
    return tuple(
        _parameter_row(role, graph.parameter_by_name[name], name)
        for role, name in node.parameters.items()
    )


def _parameter_row(role: str, parameter: Parameter, name: str) -> Row:
    spec = parameter.spec
    shape = "×".join(map(str, spec.shape)) or "scalar"
    count = f"{shape} = {spec.elements:,}" if len(spec.shape) > 1 else f"{spec.elements:,}"
    remarks = [name, spec.dtype]
    if parameter.is_buffer:
        remarks.append("buffer, not trained")
    others = [other for other in (parameter.name, *parameter.aliases) if other != name]
    if others:
        remarks.append(f"shared with {', '.join(others)}")
    return Row(role, count, " · ".join(remarks))


def _warnings(layer: LayerCost | None, node: Node) -> tuple[str, ...]:
    if layer is None or layer.cost.coverage != "uncovered":
        return ()
    return (f"No cost formula is known for {node.op}: it is left out of the totals, not zero.",)


def _notes(layer: LayerCost | None, node: Node) -> tuple[str, ...]:
    notes = [layer.cost.note] if layer and layer.cost.note else []
    if layer and layer.shared_params:
        notes.append(f"{layer.shared_params:,} parameters are counted where they are used first.")
    if layer and layer.pooling:
        notes.append("Pooling sums stand apart from the network's MACs.")
    if layer and layer.activation_bytes and not layer.new_activation_bytes:
        how = "Works in place" if node.in_place else "A view of its input"
        notes.append(f"{how}: no activation memory of its own.")
    if node.call_index > 1:
        notes.append(f"Call number {node.call_index} of this module, with the same weights.")
    return tuple(notes)
