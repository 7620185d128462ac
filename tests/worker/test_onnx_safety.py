"""ONNX files that are damaged or mean harm: one clear line, nothing read that is not the file's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest
from onnx import TensorProto, helper

from tests.worker.onnx_files import (
    classifier,
    fuzzed,
    model_of,
    opened,
    save,
    value,
    weight,
    with_external,
)
from visualizer.worker.loaders import LoadError


def refusal(path: Path) -> str:
    """The one line that opening `path` is refused with."""
    with pytest.raises(LoadError) as raised:
        opened(path)
    text = str(raised.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("location", ["/etc/passwd", "../secret", "a/../../secret", "/dev/zero"])
def test_that_weights_outside_the_folder_are_not_read(location: str, tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"x" * 432)
    folder = tmp_path / "model"
    folder.mkdir()
    text = refusal(save(with_external(location), folder / "net.onnx"))
    assert f"'{location}', outside the folder of the ONNX file: not read" in text
    assert text.startswith("the weights of c.weight")


def test_that_a_link_that_leads_out_is_not_followed(tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"x" * 432)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "data").symlink_to(tmp_path / "secret")
    text = refusal(save(with_external("data"), folder / "net.onnx"))
    assert "outside the folder" in text


def test_that_a_pipe_is_not_read(tmp_path: Path):
    os.mkfifo(tmp_path / "data")
    text = refusal(save(with_external("data"), tmp_path / "net.onnx"))
    assert text.endswith("said to be in data, which is no plain file: not read")


def test_that_weights_that_are_missing_or_too_short_are_said(tmp_path: Path):
    path = save(with_external("data"), tmp_path / "net.onnx")
    assert "are in another file, data, which is not there" in refusal(path)
    (tmp_path / "data").write_bytes(b"x" * 100)
    assert refusal(path) == "data is too short for the weights of c.weight: copy it again"


def test_that_weights_beside_the_file_are_used(tmp_path: Path):
    stored = weight("c.weight", 4, 3, 3, 3)
    (tmp_path / "data").write_bytes(stored.raw_data)
    network = opened(save(with_external("data"), tmp_path / "net.onnx"))
    assert network.graph.by_id["c"].output.shape == (1, 4, 16, 16)


def test_that_a_tensor_of_2_to_the_40_is_refused(tmp_path: Path):
    path = save(classifier(1 << 20), tmp_path / "net.onnx")
    text = refusal(path)
    assert "would have 1×4×1048576×1048576 = 4,398,046,511,104 numbers" in text


def test_that_a_weight_of_2_to_the_40_is_refused_without_making_it(tmp_path: Path):
    model = classifier()
    model.graph.initializer[0].dims[0] = 1 << 40
    assert "no machine holds that" in refusal(save(model, tmp_path / "net.onnx"))


def test_that_a_cycle_is_named(tmp_path: Path):
    nodes = [
        helper.make_node("Add", ["x", "b"], ["a"], "first"),
        helper.make_node("Relu", ["a"], ["b"], "second"),
    ]
    path = save(model_of(nodes, [value("x", [1])], ["b"]), tmp_path / "net.onnx")
    assert refusal(path) == "the ONNX graph has a cycle: Add first waits for itself"


def test_that_a_tensor_made_twice_is_named(tmp_path: Path):
    nodes = [helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Tanh", ["x"], ["a"])]
    path = save(model_of(nodes, [value("x", [1])], ["a"]), tmp_path / "net.onnx")
    assert refusal(path) == "two tensors of the ONNX graph are called 'a'"


def test_that_a_tensor_that_nobody_makes_is_named(tmp_path: Path):
    nodes = [helper.make_node("Add", ["x", "ghost"], ["a"], "sum")]
    path = save(model_of(nodes, [value("x", [1])], ["a"]), tmp_path / "net.onnx")
    assert refusal(path) == "Add sum reads 'ghost', which nothing in the ONNX graph makes"


def test_that_ops_out_of_order_are_put_in_order(tmp_path: Path):
    nodes = [helper.make_node("Tanh", ["a"], ["b"]), helper.make_node("Relu", ["x"], ["a"])]
    graph = opened(save(model_of(nodes, [value("x", [1])], ["b"]), tmp_path / "net.onnx")).graph
    assert [node.op for node in graph.ops] == ["relu", "tanh"]


@pytest.mark.parametrize("size", [(1 << 31) + 1, (1 << 31) - 1])
def test_that_gigabytes_of_zeros_are_refused_without_reading_them(size: int, tmp_path: Path):
    path = tmp_path / "zeros.onnx"
    path.touch()
    os.truncate(path, size)  # a sparse file: no room is taken on the disk
    before, started = psutil.Process().memory_info().rss, time.perf_counter()
    text = refusal(path)
    assert "no ONNX" in text
    assert psutil.Process().memory_info().rss - before < 100 << 20
    assert time.perf_counter() - started < 5


def test_that_what_is_no_onnx_file_at_all_is_said(tmp_path: Path):
    path = tmp_path / "photo.onnx"
    path.write_bytes(b"\xff\xd8\xff\xe0 a photograph" * 50)
    assert refusal(path).startswith(f"{path} is no ONNX model or is damaged")


def test_that_a_file_cut_off_anywhere_is_refused(tmp_path: Path):
    data = classifier().SerializeToString()
    path = tmp_path / "cut.onnx"
    for length in range(1, len(data) - 1, 97):
        path.write_bytes(data[:length])
        assert "no ONNX model or is damaged" in refusal(path)


def test_that_a_name_that_is_no_utf_8_is_said(tmp_path: Path):
    data = classifier().SerializeToString().replace(b"/act/Relu", b"/act/R\xff\xfeu")
    path = tmp_path / "net.onnx"
    path.write_bytes(data)
    assert "has a name that is no UTF-8 text" in refusal(path)


def test_that_names_and_paths_of_any_script_open(tmp_path: Path):
    folder = tmp_path / "модели и 网络"
    folder.mkdir()
    model = classifier()
    model.graph.node[0].name = "/свёртка/Conv"
    network = opened(save(model, folder / "ma rete é.onnx"))
    assert network.graph.ops[0].id == "свёртка"
    assert network.name == "ma rete é"


def test_that_graphs_nested_too_deep_are_refused(tmp_path: Path):
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y0"])], "g", [], [])
    for depth in range(20):
        node = helper.make_node("If", ["c"], [f"y{depth + 1}"], then_branch=graph)
        graph = helper.make_graph([node], "g", [], [])
    model = model_of(list(graph.node), [value("x", [1]), value("c", [1], TensorProto.BOOL)], ["y"])
    assert "nested more than 16 deep" in refusal(save(model, tmp_path / "net.onnx"))


def test_that_mutated_files_open_or_are_refused_in_one_clear_line(tmp_path: Path):
    found = list(fuzzed(tmp_path, 120))
    assert {outcome for outcome, _ in found} == {"opened", "refused"}
    lines = [text for outcome, text in found if outcome == "refused"]
    assert all(10 < len(text) < 1000 and "\n" not in text for text in lines)
