"""Rows of a cost table as a tree: modules with what is in them below, or the dearest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from visualizer.costs.report import CostReport
from visualizer.costs.rows import LayerRow, layer_rows, op_row
from visualizer.costs.units import human_count
from visualizer.graph.hierarchy import ROOT, Group, Hierarchy, build_hierarchy
from visualizer.graph.model import LayerGraph, TensorRef

SortKey = Literal["macs", "params", "memory"]
SORT_KEYS: tuple[SortKey, ...] = ("macs", "params", "memory")


class TreeRow(msgspec.Struct, frozen=True):
    """A row at its nesting `level` (0: directly in the network), its `name` without those of the
    modules above it; `opened` modules have their parts in the rows that follow.

    `shared` parameters were counted at an earlier use. Shares of the network's totals are 0..1,
    None where there is nothing to compare with.
    """

    row: LayerRow
    name: str
    level: int
    opened: bool
    shared: int
    macs_share: float | None
    params_share: float | None
    memory_share: float | None


def tree_rows(
    graph: LayerGraph, report: CostReport, depth: int | None = None
) -> tuple[TreeRow, ...]:
    """All modules and ops, down to nesting `depth` (None: all), in execution order.

    A module with a single op in it is that op. Raises ValueError for a depth below 1.
    """
    if depth is not None and depth < 1:
        raise ValueError(f"a depth of {depth} shows nothing: use 1 for the outermost modules")
    hierarchy = build_hierarchy(graph)
    return tuple(_walk(graph, report, hierarchy, ROOT, 0, depth))


def _walk(
    graph: LayerGraph,
    report: CostReport,
    hierarchy: Hierarchy,
    group_id: str,
    level: int,
    depth: int | None,
) -> Iterator[TreeRow]:
    for member in hierarchy.groups[group_id].members:
        group = hierarchy.groups.get(member)
        if group is None or len(group.nodes) == 1:
            node = graph.by_id[member if group is None else group.nodes[0]]
            if node.op != "input":
                row = op_row(graph, node, report.layers[node.id])
                yield tree_row(row, report, (node.id,), _inner(node.id, group_id), level)
            continue
        opened = depth is None or level + 1 < depth
        row = module_row(graph, report, group)
        yield tree_row(row, report, group.nodes, _inner(member, group_id), level, opened)
        if opened:
            yield from _walk(graph, report, hierarchy, member, level + 1, depth)


def module_row(graph: LayerGraph, report: CostReport, group: Group) -> LayerRow:
    """The row of a module: sums over its ops, `output` what leaves it last."""
    costs = [report.layers[name] for name in graph.counted(group.nodes)]
    entered = _entering(graph, group)
    last = _last_output(graph, group)
    return LayerRow(
        group.id, "module", group.path, group.type_name,
        tuple(ref.node for ref in entered), tuple(map(graph.spec, entered)), graph.spec(last),
        sum(cost.macs or 0 for cost in costs if not cost.pooling),
        sum(cost.params for cost in costs), sum(cost.param_bytes for cost in costs),
        sum(cost.new_activation_elements for cost in costs),
        sum(cost.new_activation_bytes for cost in costs),
        report.layers[last.node].receptive_field,
        uncovered=sum(cost.cost.coverage == "uncovered" for cost in costs),
        pooling_macs=sum(cost.macs or 0 for cost in costs if cost.pooling),
        training_only=all(cost.training_only for cost in costs),
    )  # fmt: skip


def _entering(graph: LayerGraph, group: Group) -> tuple[TensorRef, ...]:
    """The tensors that a module reads from outside, once each."""
    inside = set(group.nodes)
    read = (ref for name in group.nodes for ref in graph.by_id[name].inputs)
    return tuple(dict.fromkeys(ref for ref in read if ref.node not in inside))


def _last_output(graph: LayerGraph, group: Group) -> TensorRef:
    """The tensor written last among those read outside, else by the module's last op."""
    inside = set(group.nodes)
    results = {ref.node for ref in graph.outputs}
    leaving = (
        name
        for name in reversed(group.nodes)
        if graph.by_id[name].outputs
        and (name in results or any(r not in inside for r in graph.consumers[name]))
    )
    return TensorRef(next(leaving, group.nodes[-1]))


def _inner(name: str, group_id: str) -> str:
    """`conv1` for `layer1.0.conv1` in `layer1.0`, also in its second call `layer1.0#2`."""
    return name.removeprefix(f"{group_id.partition('#')[0]}.") if group_id else name


def tree_row(
    row: LayerRow,
    report: CostReport,
    nodes: tuple[str, ...],
    name: str = "",
    level: int = 0,
    opened: bool = False,
) -> TreeRow:
    """A row with its shares; `nodes` are the ops it stands for, `name` its own where not the id."""
    totals = report.totals
    macs = None if row.macs is None or row.pooling or row.training_only else row.macs
    counted = not row.training_only
    new = sum(report.layers[node].new_activation_bytes for node in nodes)
    shared = sum(report.layers[node].shared_params for node in nodes)
    return TreeRow(
        row, name or row.id, level, opened, shared,
        _share(macs, totals.macs),
        _share(row.params if counted else None, totals.params),
        _share(new if counted else None, totals.activation_bytes),
    )  # fmt: skip


def _share(part: int | None, whole: int) -> float | None:
    return part / whole if part is not None and whole else None


_BY: dict[SortKey, Callable[[LayerRow], int]] = {
    "macs": lambda row: -(0 if row.pooling else row.macs or 0),
    "params": lambda row: -row.params,
    "memory": lambda row: -row.activation_bytes,
}


def sorted_rows(rows: tuple[LayerRow, ...], by: SortKey) -> tuple[LayerRow, ...]:
    """The dearest first; what costs the same stays in execution order. What runs only in
    training comes last, pooling's window sums are no MACs."""
    return tuple(sorted(rows, key=lambda row: (row.training_only, _BY[by](row))))


def ranked_rows(
    graph: LayerGraph, report: CostReport, depth: int | None, by: SortKey
) -> tuple[TreeRow, ...]:
    """Ops, or the modules at a depth, in one list with the dearest first."""
    hierarchy = build_hierarchy(graph)
    return tuple(
        tree_row(row, report, _nodes_of(hierarchy, row.id))
        for row in sorted_rows(layer_rows(graph, report, depth), by)
    )


def _nodes_of(hierarchy: Hierarchy, name: str) -> tuple[str, ...]:
    group = hierarchy.groups.get(name)
    return group.nodes if group is not None else (name,)


def kind_text(line: TreeRow) -> str:
    """The kind of a row; what is in no total says so."""
    kind = line.row.kind if line.row.kind != "module" else "group"
    return f"{kind} (training only)" if line.row.training_only else kind


def params_text(line: TreeRow) -> str:
    """Parameters; "shared" where all were counted at an earlier use."""
    if line.shared and not line.row.params:
        return "shared"
    return human_count(line.row.params) + (" + shared" if line.shared else "")


def macs_text(line: TreeRow) -> str:
    """MACs; pooling's window sums are none, and a lower bound says that it is one."""
    row = line.row
    if row.pooling:
        return f"({human_count(row.macs)} sums)"
    bound = "≥ " if row.uncovered and row.macs else ""
    return f"{bound}{human_count(row.macs)}"
