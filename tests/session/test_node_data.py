"""The user's own numbers for layers: which files are read, and how names are matched."""

from __future__ import annotations

import json

import pytest

from tests.session import versions
from visualizer.session.node_data import NodeData, read_node_data
from visualizer.session.overlays import data_values
from visualizer.sources import SourceError

NETWORK = versions.opened(later=True)  # input, stem, block.conv, block.extra, head
TREE = NETWORK.hierarchy
MEASURED = {"stem": {"value": 1.5}, "block/conv": {"value": 2}, "elsewhere": {"value": 3}}


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ({"results": MEASURED, "gradient": [{"stop": 0, "bgColor": "red"}]}, "times"),
        ({"latency": {"results": MEASURED, "thresholds": []}}, "latency"),
        ({"graphs": {"main": {"results": MEASURED}}}, "main"),
    ],
)
def test_that_node_data_of_model_explorer_is_read(tmp_path, content, title):
    (data,) = read_node_data(written(tmp_path, "times.json", content), NETWORK)
    assert data == NodeData(title, {"stem": 1.5, "block.conv": 2.0}, strangers=1)


def test_that_each_column_of_a_table_is_a_metric(tmp_path):
    table = "layer,seconds,note,rank\nstem,0.25,first,7\nblock,1e-3,,nan\n\n"
    seconds, rank = read_node_data(written(tmp_path, "times.csv", table), NETWORK)
    assert seconds == NodeData("seconds", {"stem": 0.25, "block": 0.001})
    assert rank == NodeData("rank", {"stem": 7.0})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{", "a.json is not JSON"),
        ("a.json", "[" * 100_000, "a.json is not JSON"),
        ("a.json", {"nodes": []}, "not node data"),
        ("a.json", {"results": {"stem": {"value": "much"}}}, "names no layer of mine"),
        ("a.csv", "one line", "holds no table"),
        ("a.csv", "layer,ms\nconv9,3\n", "names are like head"),
    ],
)
def test_that_what_cannot_be_used_is_told_in_one_line(tmp_path, name, content, said):
    with pytest.raises(SourceError, match=said) as error:
        read_node_data(written(tmp_path, name, content), NETWORK)
    assert "\n" not in str(error.value)


def test_that_a_file_that_is_no_text_or_not_there_is_told(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="not text in UTF-8"):
        read_node_data(tmp_path / "a.csv", NETWORK)
    with pytest.raises(SourceError, match="No such file"):
        read_node_data(tmp_path / "b.csv", NETWORK)


def test_that_a_module_shows_its_own_number_or_the_largest_inside():
    members = [("stem", ("stem",)), ("block", ("block.conv", "block.extra")), ("head", ("head",))]
    inside = data_values(NodeData("ms", {"block.conv": 3.0, "block.extra": 6.0}), members, TREE)
    assert inside.shares == {"stem": None, "block": 1.0, "head": None}
    own = data_values(NodeData("ms", {"block": 2.0, "stem": 4.0}), members, TREE)
    assert own.shares == {"stem": 1.0, "block": 0.5, "head": None}


def test_that_a_module_drawn_as_one_of_its_ops_shows_the_modules_number():
    members = [("block.conv", ("block.conv", "block.extra")), ("rest", ("stem", "head"))]
    values = data_values(NodeData("ms", {"block": 2.0}), members, TREE)
    assert values.shares == {"block.conv": 1.0, "rest": None}


def test_that_negative_numbers_begin_the_scale():
    members = [("a", ("a",)), ("b", ("b",))]
    values = data_values(NodeData("gain", {"a": -1.0, "b": 3.0}), members, TREE)
    assert values.shares == {"a": 0.0, "b": 1.0}
    assert (values.smallest, values.largest, values.at(0.5)) == ("-1", "3", "1")
    assert values.at_least(0.5) == {"b"}
