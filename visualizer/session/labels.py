"""What bars and groups are called on the canvas: short, in the user's own names."""

from __future__ import annotations

from visualizer.costs import Totals
from visualizer.costs.settings import CostSettings
from visualizer.costs.units import human_bytes, human_count, ops_text
from visualizer.graph import Group, Node, shape_text
from visualizer.graph.folding import FoldedEdge
from visualizer.graph.model import BYTES_PER_ELEMENT
from visualizer.session.network import OpenNetwork

_NO_BREAK = "\u00a0"
RUNS_IN_TRAINING = "runs only in training: in no total"


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
    shown = name + (f" #{call}" if call else "")
    if name.isdigit():
        shown += f" · {node.kind}"
    return " ".join(part for part in (shown, kernel_text(node)) if part)


def group_label(group: Group) -> str:
    """`layer1`, `0 · Bottleneck`, `inception3a · Inception`: name and type, not repeated;
    of modules that repeat, how many: `1…35 · Bottleneck ×35`, `2…17 · 8 × 2 blocks`."""
    name, times = group.name.replace("#", " #"), _times(group)
    plain = group.type_name in ("", "Sequential", "ModuleList")
    if plain:
        return (group.id if name[:1].isdigit() else name) + times
    if group.unit > 1:
        return name + times
    same = name.lower() == group.type_name.lower()
    return (name if same else f"{name} · {group.type_name}") + times


def _times(group: Group) -> str:
    """How often something repeats; where it is several blocks in turn, of how many. Its words
    are not parted when a name is shortened."""
    if group.repeats == 1:
        return ""
    if group.unit == 1:
        return f" ×{group.repeats}"
    return " · " + f"{group.repeats} × {group.unit} blocks".replace(" ", _NO_BREAK)


def node_tooltip(node: Node, network: OpenNetwork) -> str:
    """The essentials of an op, a line each."""
    graph, settings = network.graph, network.settings
    arriving = ", ".join(shape_text(spec) for spec in graph.input_specs(node))
    leaving = ", ".join(shape_text(spec) for spec in node.outputs)
    lines = [node.id, f"{node.kind}: {arriving} → {leaving}"]
    if layer := network.report.layers.get(node.id):
        macs = settings.arithmetic_text(layer.macs)
        parameters = f"{human_count(layer.params)} parameters"
        lines.append(" · ".join((parameters, macs, human_bytes(layer.activation_bytes))))
    if node.training_only:
        lines.append(RUNS_IN_TRAINING)
    return "\n".join(lines)


def ribbon_tooltip(edge: FoldedEdge, network: OpenNetwork) -> str:
    """Who made the tensor and who reads it, its shape, type and memory."""
    spec = network.graph.spec(edge.ref)
    size = f" · {human_bytes(spec.bytes)}" if spec.dtype in BYTES_PER_ELEMENT else ""
    made = edge.ref.node if edge.source == edge.ref.node else f"{edge.ref.node} (in {edge.source})"
    shape = shape_text(spec, batch=True)
    return f"{made} → {edge.target}\n{shape} · {spec.dtype}{size}"


def group_tooltip(
    group: Group,
    totals: Totals,
    settings: CostSettings,
    training_only: bool = False,
    one: Totals | None = None,
    unknown: bool = False,
) -> str:
    """What a folded module holds; `one` is what each costs of those that repeat in it. With
    `unknown` some ops in it have no formula."""
    lines = [group.id, _held(group)]
    if one is not None:
        lines.append(f"one: {_costs(one, settings, unknown)}")
    lines.append(("all: " if one is not None else "") + _costs(totals, settings, unknown))
    if training_only:
        lines.append(RUNS_IN_TRAINING)
    return "\n".join([*lines, "double click opens it"])


def _held(group: Group) -> str:
    """`Bottleneck of 10 ops`, `35 times the same 10 ops`."""
    if group.repeats == 1:
        return f"{group.type_name or 'group'} of {ops_text(len(group.nodes))}"
    ops = len(group.nodes) // group.repeats
    modules = f" in {group.unit} modules" if group.unit > 1 else ""
    return f"{group.repeats} times the same {ops_text(ops)}{modules}"


def _costs(totals: Totals, settings: CostSettings, unknown: bool) -> str:
    macs = settings.arithmetic_text(totals.macs, at_least=unknown)
    return f"{human_count(totals.params)} parameters · {macs}"
