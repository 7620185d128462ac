"""The graph as files for other programs, read back by them."""

from __future__ import annotations

import io

import networkx as nx
import pytest

from tests.session import versions
from visualizer.graph import decode_graph
from visualizer.reports.graph_files import GRAPH_SUFFIXES, graph_file

NETWORK = versions.opened(later=True)  # input -> stem -> block (conv, extra) -> head


def graphml(*expanded: str) -> nx.MultiDiGraph:
    written = graph_file(NETWORK, frozenset(expanded), ".graphml")
    return nx.read_graphml(io.BytesIO(written), force_multigraph=True)


def test_that_graphml_has_every_op_with_its_costs() -> None:
    found = graphml("block")
    assert list(found) == ["input", "stem", "block.conv", "block.extra", "head"]
    # 16 channels of 16×16, each from 16·3·3 products
    assert found.nodes["block.extra"]["macs"] == 16 * 256 * 16 * 9
    assert found.nodes["block.extra"]["params"] == 16 * 16 * 9
    (edge,) = found.get_edge_data("stem", "block.conv").values()
    assert (edge["shape"], edge["elements"]) == ("1×16×16×16", 4096)


def test_that_graphml_shows_a_folded_module_as_one_node() -> None:
    found = graphml()
    assert list(found) == ["input", "stem", "block", "head"]
    assert found.nodes["block"]["macs"] == 2 * 16 * 256 * 16 * 9
    assert found.nodes["block"]["type"] == "Sequential"


def test_that_json_holds_the_whole_graph() -> None:
    assert decode_graph(graph_file(NETWORK, frozenset(), ".json")) == NETWORK.graph


def test_that_dot_is_drawn_in_the_direction_in_which_data_flows() -> None:
    down, right = (graph_file(NETWORK, frozenset(), ".dot", flow) for flow in ("down", "right"))
    assert b"rankdir=TB" in down and b"rankdir=LR" in right


@pytest.mark.parametrize("suffix", GRAPH_SUFFIXES)
def test_that_every_ending_writes_something(suffix: str) -> None:
    assert graph_file(NETWORK, frozenset({"block"}), suffix)
