"""What bars and groups are called on the canvas: short, in the user's own names."""

from __future__ import annotations

from visualizer.costs import CostReport
from visualizer.costs.units import human_bytes, human_count
from visualizer.graph import Group, LayerGraph, Node, shape_text


def kernel_text(node: Node) -> str:
    """`7×7/2`: kernel and stride as papers write them; "" for ops without a kernel."""
    kernel = _sides(node, "kernel_size")
    if not kernel:
        return ""
    text = "×".join(map(str, kernel))
    stride = _sides(node, "stride")
    if stride and set(stride) != {1}:
        text += "/" + "×".join(map(str, stride if len(set(stride)) > 1 else stride[:1]))
    return text


def _sides(node: Node, attribute: str) -> tuple[int, ...]:
    value = node.attributes.get(attribute)
    return (
        tuple(side for side in value if isinstance(side, int)) if isinstance(value, tuple) else ()
    )


def node_label(node: Node, called: str = "") -> str:
    """The module's own name, with its type where the name is only a number; kernels added.

    `called` is the module that holds nothing but this node: its name says more.
    """
    name, _, call = (called or node.id).rpartition(".")[2].partition("#")
    if name.isdigit():
        name = f"{name} · {node.kind}"
    parts = [name + (f" #{call}" if call else ""), kernel_text(node)]
    return " ".join(part for part in parts if part)


def group_label(group: Group) -> str:
    """`layer1`, `0 · Bottleneck`, `inception3a · Inception`: name and type, not repeated."""
    name = group.name.replace("#", " #")
    plain = group.type_name in ("", "Sequential", "ModuleList")
    if plain:
        return group.id if name[:1].isdigit() else name
    return name if name.lower() == group.type_name.lower() else f"{name} · {group.type_name}"


def node_tooltip(node: Node, graph: LayerGraph, report: CostReport) -> str:
    """The essentials of an op, a line each."""
    arriving = ", ".join(shape_text(spec) for spec in graph.input_specs(node))
    leaving = ", ".join(shape_text(spec) for spec in node.outputs)
    lines = [node.id, f"{node.kind}: {arriving} → {leaving}"]
    if layer := report.layers.get(node.id):
        macs = "MACs unknown" if layer.macs is None else f"{human_count(layer.macs)} MACs"
        parameters = f"{human_count(layer.params)} parameters"
        lines.append(" · ".join((parameters, macs, human_bytes(layer.activation_bytes))))
    return "\n".join(lines)


def group_tooltip(group: Group, macs: int, params: int) -> str:
    """What a folded module holds."""
    return "\n".join(
        [
            group.id,
            f"{group.type_name or 'group'} of {len(group.nodes)} ops",
            f"{human_count(params)} parameters · {human_count(macs)} MACs",
            "double click opens it",
        ]
    )
