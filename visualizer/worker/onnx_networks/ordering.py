"""The ops of an ONNX graph in an order in which they can be executed, and what each reads."""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterator, Mapping, Sequence

from onnx import AttributeProto, GraphProto, NodeProto

from visualizer.worker.loaders.base import LoadError

MOST_DEPTH = 16
"""Graphs inside graphs: deeper ones are refused."""


def in_order(nodes: Sequence[NodeProto], known: Container[str]) -> list[NodeProto]:
    """The ops so that each comes after those it reads, besides tensors that are `known`; raises
    LoadError for a cycle, a tensor made twice and one that nobody makes."""
    makers: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for name in filter(None, node.output):
            if name in makers or name in known:
                raise LoadError(f"two tensors of the ONNX graph are called {name[:100]!r}")
            makers[name] = number
    return [nodes[number] for number in _sorted(nodes, makers, known)]


def _sorted(
    nodes: Sequence[NodeProto], makers: Mapping[str, int], known: Container[str]
) -> list[int]:
    waits = []
    readers: dict[int, list[int]] = {}
    for number, node in enumerate(nodes):
        needed = {makers[name] for name in reads(node) if name in makers}
        missing = [n for n in filter(None, node.input) if n not in makers and n not in known]
        if missing:
            raise LoadError(
                f"{title(node)} reads {missing[0][:100]!r}, which nothing in the ONNX graph makes"
            )
        for maker in needed:
            readers.setdefault(maker, []).append(number)
        waits.append(len(needed))
    ready = [number for number, count in enumerate(waits) if count == 0]
    order = []
    heapq.heapify(ready)
    while ready:
        number = heapq.heappop(ready)
        order.append(number)
        for reader in readers.get(number, ()):
            waits[reader] -= 1
            if waits[reader] == 0:
                heapq.heappush(ready, reader)
    if len(order) < len(nodes):
        stuck = next(k for k, count in enumerate(waits) if count > 0)
        raise LoadError(f"the ONNX graph has a cycle: {title(nodes[stuck])} waits for itself")
    return order


def reads(node: NodeProto, depth: int = 0) -> Iterator[str]:
    """Names an op reads, those that its subgraphs read from outside included."""
    if depth > MOST_DEPTH:
        raise LoadError(f"its graphs are nested more than {MOST_DEPTH} deep: refused")
    yield from filter(None, node.input)
    for graph in subgraphs(node):
        own = {name for inner in graph.node for name in inner.output}
        own |= {v.name for v in graph.input} | {t.name for t in graph.initializer}
        for inner in graph.node:
            yield from (name for name in reads(inner, depth + 1) if name not in own)
        yield from (v.name for v in graph.output if v.name not in own)


def subgraphs(node: NodeProto) -> Iterator[GraphProto]:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g
        yield from attribute.graphs


def title(node: NodeProto) -> str:
    """`Conv /layer1/conv1/Conv`, for messages."""
    name = node.name or next(filter(None, node.output), "")
    return f"{node.op_type[:60]} {name[:100]}".strip()


def has_subgraph(node: NodeProto) -> bool:
    return next(subgraphs(node), None) is not None
