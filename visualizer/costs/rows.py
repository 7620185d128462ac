"""Rows of a cost table: every executed op, or the module groups at a depth."""

from __future__ import annotations

import msgspec

from visualizer.costs.model import LayerCost, ReceptiveField, Totals
from visualizer.costs.report import CostReport, group_totals
from visualizer.graph.folding import FoldedGraph, expanded_to_depth, fold
from visualizer.graph.hierarchy import Group, build_hierarchy
from visualizer.graph.model import LayerGraph, Node, TensorRef, TensorSpec


class LayerRow(msgspec.Struct, frozen=True):
    """One op or folded module. `macs` is None for an op without a formula.

    For a module `activation_*` is the new memory of all ops inside, otherwise the op's
    outputs; `uncovered` counts ops without a formula; `output` is what leaves last.
    `training_only` rows (auxiliary heads) are in no total. `sharing`: whose memory an op's output
    is, in place or as a view; such rows add nothing to the sum of activations.
    """

    id: str
    op: str
    module_path: str
    module_type: str
    inputs: tuple[str, ...]
    input_specs: tuple[TensorSpec, ...]
    output: TensorSpec | None
    macs: int | None
    params: int
    param_bytes: int
    activation_elements: int
    activation_bytes: int
    receptive_field: ReceptiveField | None
    kernel: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    pooling: bool = False
    uncovered: int = 0
    pooling_macs: int = 0
    training_only: bool = False
    sharing: str = ""

    @property
    def flops(self) -> int | None:
        return None if self.macs is None else 2 * self.macs

    @property
    def kind(self) -> str:
        """The module's type where the row is a module, else the op."""
        is_module = self.op == "module" or self.id.partition("#")[0] == self.module_path
        return self.module_type if is_module and self.module_type else self.op


def layer_rows(
    graph: LayerGraph, report: CostReport, depth: int | None = None
) -> tuple[LayerRow, ...]:
    """All ops in execution order, the inputs left out; with `depth`, groups at that depth.

    What runs only in training stands where it would run. Depth 1 is what stands directly in
    the network. Raises ValueError for a depth below 1.
    """
    if depth is None:
        ops = (node for node in graph.nodes if node.op != "input")
        return tuple(op_row(graph, node, report.layers[node.id]) for node in ops)
    if depth < 1:
        raise ValueError(f"a depth of {depth} shows nothing: use 1 for the outermost modules")
    hierarchy = build_hierarchy(graph)
    folded = fold(graph, hierarchy, expanded_to_depth(hierarchy, depth - 1))
    shown_as = {
        node: item.id
        for item in folded.leaves
        if item.kind == "folded"
        for node in hierarchy.groups[item.id].nodes
    }
    rows = []
    for item in folded.leaves:
        if item.kind == "folded":
            rows.append(_group_row(graph, report, hierarchy.groups[item.id], folded))
        elif (node := graph.by_id[item.id]).op != "input":
            row = op_row(graph, node, report.layers[node.id])
            inputs = tuple(shown_as.get(name, name) for name in row.inputs)
            rows.append(msgspec.structs.replace(row, inputs=inputs))
    return tuple(rows)


def op_row(graph: LayerGraph, node: Node, cost: LayerCost) -> LayerRow:
    """The row of one op."""
    return LayerRow(
        node.id, node.op, node.module_path, node.module_type,
        tuple(ref.node for ref in node.inputs), graph.input_specs(node),
        node.outputs[0] if node.outputs else None,
        cost.macs, cost.params, cost.param_bytes, cost.activation_elements, cost.activation_bytes,
        cost.receptive_field, kernel_of(graph, node), _sides(node.attributes.get("stride")),
        cost.pooling, int(cost.cost.coverage == "uncovered"),
        cost.macs or 0 if cost.pooling else 0, node.training_only, graph.sharing(node),
    )  # fmt: skip


def kernel_of(graph: LayerGraph, node: Node) -> tuple[int, ...]:
    """Sides of the sliding window: from the weight of a convolution, else as recorded."""
    weight = graph.parameter_spec(node, "weight")
    if "conv" in node.op and weight is not None:
        return weight.shape[2:]
    return _sides(node.attributes.get("kernel_size"))


def _sides(value: object) -> tuple[int, ...]:
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    if isinstance(value, tuple) and all(isinstance(side, int) for side in value):
        return value
    return ()


def _group_row(
    graph: LayerGraph, report: CostReport, group: Group, folded: FoldedGraph
) -> LayerRow:
    totals: Totals = group_totals(report, graph, group.nodes)
    arriving = [edge for edge in folded.edges if edge.target == group.id]
    leaving = _last_output(graph, group, folded)
    uncovered = sum(report.layers[n].cost.coverage == "uncovered" for n in group.nodes)
    return LayerRow(
        group.id, "module", group.path, group.type_name,
        tuple(edge.source for edge in arriving), tuple(edge.spec for edge in arriving),
        graph.spec(leaving), totals.macs, totals.params, totals.param_bytes,
        totals.activation_elements, totals.activation_bytes,
        report.layers[leaving.node].receptive_field,
        uncovered=uncovered, pooling_macs=totals.pooling_macs,
        training_only=all(graph.by_id[name].training_only for name in group.nodes),
    )  # fmt: skip


def _last_output(graph: LayerGraph, group: Group, folded: FoldedGraph) -> TensorRef:
    """The tensor written last among those that leave the group; else the last written."""
    inside = set(group.nodes)
    leaving = [edge.ref for edge in folded.edges if edge.source == group.id]
    leaving += [ref for ref in graph.outputs if ref.node in inside]
    if not leaving:
        return TensorRef(group.nodes[-1])
    return max(leaving, key=lambda ref: (graph.index[ref.node], -ref.output))
