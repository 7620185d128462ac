"""The contract of `summary --format json`, and the same rows as CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import msgspec
import pytest

from tests.costs.building import Net
from visualizer.costs import cost_report
from visualizer.costs.summary import summary_document
from visualizer.costs.table import COLUMNS, layer_rows, to_csv, to_markdown
from visualizer.sources import InputSpec, ModelSource


def network() -> Net:
    net = Net((1, 3, 227, 227))
    net.conv(
        "features.0",
        "input",
        (1, 64, 56, 56),
        (11, 11),
        stride=4,
        padding=2,
        bias=True,
        scope=("features",),
    )
    net.op("features.1", "relu", ["features.0"], (1, 64, 56, 56), aliases=(0,), scope=("features",))
    net.op(
        "features.2", "max_pool2d", ["features.1"], (1, 64, 27, 27),
        kernel_size=(3, 3), stride=(2, 2), padding=(0, 0), scope=("features",),
    )  # fmt: skip
    net.op("flatten", "flatten", ["features.2"], (1, 46656), aliases=(0,))
    return net


def document(depth: int | None = None) -> dict[str, Any]:
    graph = network().graph()
    source, inputs = ModelSource("torchvision", "alexnet"), [InputSpec((1, 3, 227, 227))]
    found = summary_document(graph, cost_report(graph), source, inputs, depth)
    return dict(json.loads(json.dumps(found)))


def test_that_the_document_says_what_was_asked_for() -> None:
    found = document()
    assert found["source"] == "alexnet"
    assert found["inputs"] == [{"shape": [1, 3, 227, 227], "dtype": "float32"}]
    assert found["uncovered_ops"] == []


def test_that_the_border_rule_stands_beside_the_layers() -> None:
    """One convolution that sees 11 of 227 pixels: the range worth using is its own field."""
    assert document()["border_rule"] == {
        "side": 227,
        "feasible_input": [11, 11],
        "layers": [{"id": "features.0", "reads": 1, "sees": 11, "verdict": "productive"}],
    }


def test_that_totals_have_every_key_of_the_contract() -> None:
    assert set(document()["totals"]) >= {
        "macs", "flops", "params", "param_bytes", "buffer_bytes", "activation_elements",
        "activation_bytes", "peak_activation_bytes", "pooling_macs", "unused_params",
    }  # fmt: skip


def test_that_a_layer_is_written_as_in_the_contract() -> None:
    layer = document()["layers"][0]
    expected = {
        "id": "features.0",
        "op": "conv2d",
        "module_path": "features.0",
        "inputs": ["input"],
        "input_shapes": [[1, 3, 227, 227]],
        "output_shape": [1, 64, 56, 56],
        "dtype": "float32",
        "macs": 72855552,
        "flops": 145711104,
        "params": 23296,
        "param_bytes": 93184,
        "activation_elements": 200704,
        "activation_bytes": 802816,
    }
    assert {key: layer[key] for key in expected} == expected
    field = layer["receptive_field"]
    assert (field["size"], field["stride"], field["padding"]) == ([11, 11], [4, 4], [2, 2])
    assert field["aligned"] is True


def test_that_layers_are_the_executed_ops_in_order_without_the_inputs() -> None:
    ids = [layer["id"] for layer in document()["layers"]]
    assert ids == ["features.0", "features.1", "features.2", "flatten"]


def test_that_a_pools_macs_are_shown_but_not_in_the_total() -> None:
    found = document()
    assert found["layers"][2]["macs"] == 419904
    assert found["layers"][2]["pooling"] is True
    assert found["totals"]["macs"] == 72855552


def test_that_depth_one_shows_the_outermost_modules() -> None:
    features, flatten = document(depth=1)["layers"]
    assert features["id"] == "features"
    assert features["op"] == "module"
    assert features["inputs"] == ["input"]
    assert features["output_shape"] == [1, 64, 27, 27]
    assert features["macs"] == 72855552
    assert features["params"] == 23296
    assert features["activation_elements"] == 200704 + 46656
    assert flatten["inputs"] == ["features"]


def test_that_depth_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="use 1"):
        document(depth=0)


def test_that_csv_has_plain_numbers_and_reads_back() -> None:
    graph = network().graph()
    text = to_csv(layer_rows(graph, cost_report(graph)))
    header, first, *_ = list(csv.reader(io.StringIO(text)))
    assert header == [*COLUMNS, "Shared memory"]
    assert first[:9] == [
        "features.0", "conv2d", "1×64×56×56", "11×11", "4", "23296", "72855552",
        "145711104", "802816",
    ]  # fmt: skip
    assert first[9] == "11×11, stride 4, padding 2"


def test_that_rows_of_the_csv_without_shared_memory_add_up_to_the_total() -> None:
    net = Net((1, 8))
    net.op("relu", "relu", ["input"], (1, 8))
    net.op("flat", "flatten", ["relu"], (8,), aliases=(0,))
    net.op("clamp", "clamp", ["flat"], (8,), aliases=(0,))
    graph, report = net.graph(), net.report()
    *others, clamp = graph.nodes
    nodes = (*others, msgspec.structs.replace(clamp, in_place=True))
    graph = msgspec.structs.replace(graph, nodes=nodes)
    rows = list(csv.DictReader(io.StringIO(to_csv(layer_rows(graph, report)))))
    assert [row["Shared memory"] for row in rows] == [
        "", "a view, shares relu's memory", "in place, shares relu's memory"
    ]  # fmt: skip
    own = sum(int(row["Activation bytes"]) for row in rows if not row["Shared memory"])
    assert own == report.totals.activation_bytes == 8 * 4


def test_that_markdown_aligns_numbers_to_the_right() -> None:
    graph = network().graph()
    lines = to_markdown(layer_rows(graph, cost_report(graph))).splitlines()
    assert lines[1].count("---:") == 4
    assert "| 72,855,552 |" in lines[2]


def test_that_an_op_without_a_formula_says_so_in_the_tables() -> None:
    net = Net((1, 8))
    net.op("f", "linalg_svd", ["input"], (1, 5))
    rows = layer_rows(net.graph(), net.report())
    assert "unknown" in to_markdown(rows)
    assert list(csv.reader(io.StringIO(to_csv(rows))))[1][6] == ""
