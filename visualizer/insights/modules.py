"""Inception modules: what the 1x1 convolutions before the larger kernels save."""

from __future__ import annotations

import math
from collections.abc import Iterator

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.costs.units import exact
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node
from visualizer.insights.model import Insight

_PASSED = ("norm", "activation", "pool")
_LEAST_BRANCHES = 3
_LONGEST_CHAIN = 64


def module_insights(graph: LayerGraph, convs: dict[str, Convolution]) -> Iterator[Insight]:
    """One for each concatenation of parallel branches in which a 1x1 reduces first."""
    for node in graph.ops:
        if family_of(node.op) == "concat" and len(node.inputs) >= _LEAST_BRANCHES:
            branches = [_branch(graph, ref.node, convs) for ref in node.inputs]
            if len({fork for fork, _ in branches}) == 1:
                yield from _of_module(graph, node, [chain for _, chain in branches], convs)


def _branch(
    graph: LayerGraph, name: str, convs: dict[str, Convolution]
) -> tuple[str, tuple[str, ...]]:
    """Where a branch begins, and its ops in execution order: back to what others read too."""
    chain: list[str] = []
    while len(chain) < _LONGEST_CHAIN:
        node = graph.by_id[name]
        fits = name in convs or family_of(node.op) in _PASSED
        if not fits or len(node.inputs) != 1 or len(graph.consumers[name]) > 1:
            break
        chain.append(name)
        name = node.inputs[0].node
    return name, tuple(reversed(chain))


def _of_module(
    graph: LayerGraph, node: Node, chains: list[tuple[str, ...]], convs: dict[str, Convolution]
) -> Iterator[Insight]:
    """The module with each reduced convolution reading all channels instead."""
    pairs = [pair for chain in chains if (pair := _reduced(chain, convs)) is not None]
    if not pairs:
        return
    reduced = sum(_macs(conv) for pair in pairs for conv in pair)
    whole = [(one.c_in, large) for one, large in pairs]
    without = sum(_macs(large) // large.c_in * c_in for c_in, large in whole)
    names = sorted((n for chain in chains for n in chain), key=graph.index.__getitem__)
    kernels = " and the ".join(large.kernel_text for _, large in pairs)
    yield Insight(
        "inception", "block", "Inception module: 1×1 convolutions reduce first",
        f"{len(chains)} branches side by side read the same input, their outputs are "
        f"concatenated. 1×1 convolutions make the input of the {kernels} thinner: with them "
        f"these take {exact(reduced)} MACs, without {without / reduced:.1f} times as many:",
        "Σ K²·C_in·C_out·H·W",
        _substituted(whole),
        f"{exact(without)} MACs",
        (*names, node.id),
    )  # fmt: skip


def _substituted(whole: list[tuple[int, Convolution]]) -> str:
    """`(9·192·128 + 25·192·32)·28·28`, the grid with each product where they differ."""
    products = [
        f"{math.prod(conv.kernel)}·{exact(c_in)}·{exact(conv.c_out)}" for c_in, conv in whole
    ]
    grids = ["·".join(map(exact, conv.grid_out)) for _, conv in whole]
    if len(set(grids)) == 1 and len(products) > 1:
        return f"({' + '.join(products)})·{grids[0]}"
    return " + ".join(f"{product}·{grid}" for product, grid in zip(products, grids, strict=True))


def _reduced(
    chain: tuple[str, ...], convs: dict[str, Convolution]
) -> tuple[Convolution, Convolution] | None:
    """The 1x1 that a branch begins with and the larger convolution that reads it."""
    found = [convs[name] for name in chain if name in convs]
    if len(found) < 2 or chain[0] != found[0].node:
        return None
    one, large = found[0], found[1]
    thinner = one.is_pointwise and one.keeps_grid and one.c_out < one.c_in
    fits = thinner and not large.is_pointwise and one.groups == large.groups == 1
    return (one, large) if fits else None


def _macs(conv: Convolution) -> int:
    """Of one image."""
    return conv.weights * math.prod(conv.grid_out)
