"""Networks made by hand for the panels' tests: the numbers are the lecture's AlexNet table."""

from __future__ import annotations

import msgspec

from visualizer.costs import (
    Cost,
    CostReport,
    Derivation,
    LayerCost,
    ReceptiveField,
    Totals,
    cost_report,
)
from visualizer.graph import (
    LayerGraph,
    Module,
    Node,
    Parameter,
    TensorRef,
    TensorSpec,
    build_hierarchy,
)
from visualizer.session.network import OpenNetwork
from visualizer.sources import InputSpec, ModelSource

CONV1_MACS = 72_855_552
CONV2_MACS = 223_948_800
FC_MACS = 37_748_736
TOTAL_PARAMS = 23_296 + 307_392 + 37_752_832


class Row(msgspec.Struct, frozen=True):
    """One op of a hand-made chain: what it is and what it costs (None: no formula)."""

    id: str
    op: str
    module_type: str
    shape: tuple[int, ...]
    macs: int | None
    weights: tuple[int, ...] = ()
    bias: int = 0
    attributes: dict[str, object] = {}
    field: ReceptiveField | None = None
    derivations: tuple[Derivation, ...] = ()

    @property
    def params(self) -> int:
        return TensorSpec(self.weights).elements + self.bias if self.weights else 0

    @property
    def scope(self) -> tuple[str, ...]:
        return (self.id.partition(".")[0],) if "." in self.id else ()


_CONV1_DERIVATIONS = (
    Derivation("output height and width", "(W − K + 2P)/S + 1", "(227 − 11 + 2·2)/4 + 1", "56"),
    Derivation("parameters", "C_out·C_in·K·K + C_out", "64·3·11·11 + 64", "23,296"),
    Derivation("MACs", "(C_out·H·W)·(C_in·K·K)", "(64·56·56)·(3·11·11)", "72,855,552"),
    Derivation("memory", "C·H·W·4/1024", "64·56·56·4/1024", "784 KB"),
)

LECTURE = (
    Row(
        "features.0", "conv2d", "Conv2d", (1, 64, 56, 56), CONV1_MACS, (64, 3, 11, 11), 64,
        {"kernel_size": (11, 11), "stride": (4, 4), "padding": (2, 2), "groups": 1},
        ReceptiveField((11, 11), (4, 4), (2, 2), (11, 11)), _CONV1_DERIVATIONS,
    ),
    Row("features.1", "relu", "ReLU", (1, 64, 56, 56), 0),
    Row(
        "features.2", "max_pool2d", "MaxPool2d", (1, 64, 27, 27), 419_904,
        attributes={"kernel_size": (3, 3), "stride": (2, 2), "padding": (0, 0)},
        field=ReceptiveField((19, 19), (8, 8), (2, 2), (19, 19)),
    ),
    Row(
        "features.3", "conv2d", "Conv2d", (1, 192, 27, 27), CONV2_MACS, (192, 64, 5, 5), 192,
        {"kernel_size": (5, 5), "stride": (1, 1), "padding": (2, 2), "groups": 1},
        ReceptiveField((51, 51), (8, 8), (18, 18), (51, 51)),
    ),
    Row("mystery", "fft_mix", "", (1, 9216), None),
    Row("classifier.1", "linear", "Linear", (1, 4096), FC_MACS, (4096, 9216), 4096),
)  # fmt: skip


def small_network(rows: tuple[Row, ...] = LECTURE) -> OpenNetwork:
    """The rows as a chain behind a 3×227×227 input."""
    graph = LayerGraph(
        "alexnet",
        (
            Node("input", "input", outputs=(TensorSpec((1, 3, 227, 227)),)),
            *(_node(row, before) for row, before in zip(rows, _before(rows), strict=True)),
        ),
        outputs=(TensorRef(rows[-1].id),),
        parameters=tuple(parameter for row in rows for parameter in _parameters(row)),
        modules=(Module("features", "Sequential"), Module("classifier", "Sequential")),
        route="meta tensors",
    )
    layers = {row.id: _cost(row) for row in rows}
    return OpenNetwork(
        source=ModelSource("torchvision", "alexnet"),
        inputs=(InputSpec((1, 3, 227, 227)),),
        graph=graph,
        hierarchy=build_hierarchy(graph),
        report=CostReport(layers, _totals(layers), _unknown_ops(rows), _notes(rows)),
        weights_text="random weights",
        trained=False,
        preprocessing=None,
    )


def judged_network() -> OpenNetwork:
    """The lecture's rows with costs worked out from them: the pool is a bottleneck."""
    network = small_network()
    return msgspec.structs.replace(network, report=cost_report(network.graph))


def large_network(count: int) -> OpenNetwork:
    """`count` small convolutions in a row, each in a block of ten."""
    rows = tuple(
        Row(f"block{i // 10}.{i}", "conv2d", "Conv2d", (1, 8, 8, 8), 1000 + i, (8, 8, 1, 1), 8)
        for i in range(count)
    )
    return small_network(rows)


def _before(rows: tuple[Row, ...]) -> list[str]:
    return ["input", *(row.id for row in rows[:-1])]


def _node(row: Row, before: str) -> Node:
    names = {role: f"{row.id}.{role}" for role, _ in _shapes(row)}
    return Node(
        row.id, row.op, row.id if row.module_type else "", row.module_type,
        inputs=(TensorRef(before),), outputs=(TensorSpec(row.shape),),
        attributes=row.attributes, parameters=names, scope=row.scope,  # type: ignore[arg-type]
    )  # fmt: skip


def _shapes(row: Row) -> list[tuple[str, tuple[int, ...]]]:
    return [("weight", row.weights), ("bias", (row.bias,))] if row.weights else []


def _parameters(row: Row) -> list[Parameter]:
    return [Parameter(f"{row.id}.{role}", TensorSpec(shape)) for role, shape in _shapes(row)]


def _cost(row: Row) -> LayerCost:
    elements = TensorSpec(row.shape).elements
    coverage = "uncovered" if row.macs is None else "counted" if row.macs else "free"
    return LayerCost(
        node=row.id,
        cost=Cost(coverage, row.macs),
        params=row.params,
        param_bytes=4 * row.params,
        activation_elements=elements,
        activation_bytes=4 * elements,
        receptive_field=row.field,
        pooling="pool" in row.op,
        derivations=row.derivations,
        new_activation_elements=elements,
        new_activation_bytes=4 * elements,
    )


def _totals(layers: dict[str, LayerCost]) -> Totals:
    macs = sum(layer.macs or 0 for layer in layers.values() if not layer.pooling)
    elements = sum(layer.activation_elements for layer in layers.values())
    params = sum(layer.params for layer in layers.values())
    return Totals(
        macs=macs, flops=2 * macs, params=params, param_bytes=4 * params,
        activation_elements=elements, activation_bytes=4 * elements,
        peak_activation_bytes=4 * (3 * 227 * 227 + 64 * 56 * 56),
    )  # fmt: skip


def _unknown_ops(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(sorted({row.op for row in rows if row.macs is None}))


def _notes(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(f"1 of {len(rows)} ops have no formula ({op} ×1)" for op in _unknown_ops(rows))
