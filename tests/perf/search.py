"""Typing in the search box of a network of 20,000 nodes."""

from __future__ import annotations

from functools import partial

from tests.perf.table import Row, least_cpu_seconds
from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec
from visualizer.graph.search import SearchIndex

QUERIES = ("block1 op:conv2d stride:2", "conv2", "block19", "conv block1", "/block1.*9/")


def rows() -> list[Row]:
    """Milliseconds to filter all nodes, the slowest of five queries, one a regular expression."""
    index = SearchIndex(chain(20_000))
    slowest = max(least_cpu_seconds([partial(index.find, text)] * 7) for text in QUERIES)
    how = "slowest of five queries, one a regular expression"
    return [Row("search in 20,000 nodes", 1000 * slowest, "ms", 30.0, how)]


def chain(size: int) -> LayerGraph:
    """Convolutions one after the other."""
    spec = TensorSpec((1, 64, 8, 8))
    nodes = [Node("input", "input", outputs=(spec,))]
    for i in range(size):
        reads = (TensorRef(nodes[-1].id),)
        node = Node(
            f"block{i}.conv", "conv2d", inputs=reads, outputs=(spec,), attributes={"stride": i % 3}
        )
        nodes.append(node)
    return LayerGraph("chain", tuple(nodes))
