"""What the lecture says about residual blocks: why the shortcut, basic against bottleneck,
and the parallel paths of ResNeXt.

He et al. 2015, Xie et al. 2017; C is the width of the 3x3, a bottleneck's outer width is 4C.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.costs.units import exact
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node
from visualizer.insights.model import Insight, Table

_CHAINED = ("conv", "norm", "activation", "pool", "reshape")
_LONGEST_CHAIN = 64
_EXPANSION = 4
_PATHS = (1, 2, 4, 8, 16, 32)
_NAMED = 3


class Residual(msgspec.Struct, frozen=True):
    """An addition of F(x) and x: `main` is F in execution order where it is a chain, `shortcut`
    what stands between x and the addition. `fork` is x."""

    node: str
    fork: str
    main: tuple[str, ...]
    shortcut: tuple[str, ...]


def residual_of(graph: LayerGraph, node: Node) -> Residual | None:
    """The residual block that ends in the addition `node`; None for any other op."""
    if node.op != "add" or len({ref.node for ref in node.inputs}) != 2:
        return None
    one, other = (_chain(graph, ref.node) for ref in node.inputs)
    fork = next((name for name in one if name in other), None)
    if fork is not None:
        parts = (one[: one.index(fork)], other[: other.index(fork)])
        short, long = sorted(parts, key=lambda part: sum(_is_conv(graph, n) for n in part))
        return Residual(node.id, fork, tuple(reversed(long)), tuple(reversed(short)))
    first, last = sorted((one[0], other[0]), key=graph.index.__getitem__)
    return Residual(node.id, first, (), ()) if _is_behind(graph, first, last) else None


def _chain(graph: LayerGraph, name: str) -> list[str]:
    """The op and what stands before it, back to where it is no chain any more."""
    found = [name]
    while len(found) < _LONGEST_CHAIN:
        node = graph.by_id[found[-1]]
        if len(node.inputs) != 1 or family_of(node.op) not in _CHAINED:
            break
        found.append(node.inputs[0].node)
    return found


def _is_conv(graph: LayerGraph, name: str) -> bool:
    return family_of(graph.by_id[name].op) == "conv"


def _is_behind(graph: LayerGraph, first: str, last: str) -> bool:
    """Whether `last` is computed from `first`."""
    waiting, seen, least = [last], {last}, graph.index[first]
    while waiting:
        for ref in graph.by_id[waiting.pop()].inputs:
            if ref.node == first:
                return True
            if ref.node not in seen and graph.index[ref.node] > least:
                seen.add(ref.node)
                waiting.append(ref.node)
    return False


def block_insights(graph: LayerGraph, convs: dict[str, Convolution]) -> Iterator[Insight]:
    """Everything said about residual blocks, in execution order."""
    for node in graph.ops:
        if (found := residual_of(graph, node)) is None:
            continue
        chain = [convs[name] for name in found.main if name in convs]
        nodes = (*sorted((*found.main, *found.shortcut), key=graph.index.__getitem__), node.id)
        if all(_keeps_grid(conv) for conv in chain):
            yield from _costs(chain, nodes)
        yield _why(found, chain, nodes)


def _keeps_grid(conv: Convolution) -> bool:
    return conv.keeps_grid and len(set(conv.kernel)) == 1 and len(conv.kernel) == 2


def _why(found: Residual, chain: list[Convolution], nodes: tuple[str, ...]) -> Insight:
    layers = " → ".join(conv.node.rpartition(".")[2] for conv in chain[:_NAMED])
    inside = f"F is {layers}{' → …' if len(chain) > _NAMED else ''}, " if layers else ""
    return Insight(
        "residual", "block", "Why a shortcut",
        "Deeper plain networks did worse even in training, though they could have copied a "
        "shallower one and added identities: a problem of optimization. With x added, F = 0 "
        f"already is the identity, and the gradient passes the addition unchanged. Here {inside}"
        f"x is {found.fork}.",
        "y = F(x) + x, ∂L/∂x = ∂L/∂y·(I + ∂F/∂x)",
        nodes=nodes,
    )  # fmt: skip


def _costs(chain: list[Convolution], nodes: tuple[str, ...]) -> Iterator[Insight]:
    kernels = [conv.kernel[0] for conv in chain]
    if kernels == [3, 3] and _is_basic(chain):
        yield _basic(chain[0], nodes)
    if kernels == [1, 3, 1] and _is_bottleneck(chain):
        if chain[1].groups == 1:
            yield _bottleneck(chain[1], nodes)
            yield _paths(chain[1], nodes)
        else:
            yield _resnext(chain, nodes)


def _is_basic(chain: list[Convolution]) -> bool:
    return all(conv.groups == 1 and conv.c_in == conv.c_out == chain[0].c_in for conv in chain)


def _is_bottleneck(chain: list[Convolution]) -> bool:
    """1x1 down, 3x3, 1x1 up to as many channels as came in; the 3x3 not depthwise."""
    down, middle, up = chain
    return (
        down.groups == up.groups == 1
        and down.c_in == up.c_out > middle.c_in == middle.c_out
        and middle.groups < middle.c_in
        and (middle.groups > 1 or down.c_in == _EXPANSION * middle.c_in)
    )


def _basic(conv: Convolution, nodes: tuple[str, ...]) -> Insight:
    width, grid, sides = conv.c_in, math.prod(conv.grid_out), _sides(conv)
    return Insight(
        "basic-block", "block", "Basic block: 18 H·W·C²",
        f"Two 3×3 on {exact(width)} channels. A bottleneck block on {exact(4 * width)} channels "
        f"takes 17 H·W·C² = {exact(17 * grid * width**2)} MACs: more layers, less compute.",
        "(9C² + 9C²)·H·W = 18·H·W·C²",
        f"18·{sides}·{exact(width)}²",
        f"{exact(18 * grid * width**2)} MACs",
        nodes,
    )  # fmt: skip


def _bottleneck(conv: Convolution, nodes: tuple[str, ...]) -> Insight:
    width, grid, sides = conv.c_in, math.prod(conv.grid_out), _sides(conv)
    return Insight(
        "bottleneck-block", "block", "Bottleneck block: 17 H·W·C²",
        f"1×1 down to {exact(width)} channels, 3×3, 1×1 back up to {exact(4 * width)}. A basic "
        f"block on {exact(width)} channels takes 18 H·W·C² = {exact(18 * grid * width**2)} MACs: "
        "this one has more layers and less compute.",
        "(4C² + 9C² + 4C²)·H·W = 17·H·W·C²",
        f"17·{sides}·{exact(width)}²",
        f"{exact(17 * grid * width**2)} MACs",
        nodes,
    )  # fmt: skip


def path_width(paths: int, width: int) -> float:
    """Inner width c with which `paths` parallel bottlenecks cost as much as one of `width`.

    The positive root of 9Gc² + 8GCc − 17C² = 0.
    """
    return width * (math.sqrt(16 * paths**2 + 153 * paths) - 4 * paths) / (9 * paths)


def _paths(conv: Convolution, nodes: tuple[str, ...]) -> Insight:
    width = conv.c_in
    rows = []
    for paths in _PATHS:
        inner = path_width(paths, width)
        whole = max(1, round(inner))
        share = (8 * width * whole + 9 * whole**2) * paths / (17 * width**2)
        rows.append((str(paths), f"{inner:.2f}", exact(whole), f"{share:.3f}"))
    return Insight(
        "resnext-paths", "block", "As ResNeXt: G paths at equal cost",
        "G bottlenecks of inner width c side by side, added up, cost (8Cc + 9c²)·G·H·W. Equal "
        f"cost to this block, C = {exact(width)}, asks for the c below, rounded to whole channels "
        "with the share of 17 C² that it then takes. More paths do better.",
        "9·G·c² + 8·G·C·c − 17·C² = 0",
        nodes=nodes,
        table=Table(("G", "c exact", "c", "of 17 C²"), tuple(rows)),
    )  # fmt: skip


def _resnext(chain: list[Convolution], nodes: tuple[str, ...]) -> Insight:
    middle, outer = chain[1], chain[0].c_in
    paths, inner, grid = middle.groups, middle.c_in // middle.groups, math.prod(middle.grid_out)
    macs = (2 * outer * inner + 9 * inner**2) * paths * grid
    width, sides = outer // _EXPANSION, _sides(middle)
    compared = ""
    if outer == _EXPANSION * width:
        compared = (
            f" A bottleneck block with C = {exact(width)} takes 17 H·W·C² = "
            f"{exact(17 * grid * width**2)} MACs; equal cost would be "
            f"c = {path_width(paths, width):.2f}."
        )
    return Insight(
        "resnext-block", "block", f"ResNeXt block: {paths} paths of width {inner}",
        f"A convolution in G = {paths} groups is {paths} bottlenecks of inner width "
        f"c = {exact(inner)} side by side, added up.{compared}",
        "(8·C·c + 9·c²)·G·H·W, 4C channels outside",
        f"(2·{exact(outer)}·{exact(inner)} + 9·{exact(inner)}²)·{paths}·{sides}",
        f"{exact(macs)} MACs",
        nodes,
    )  # fmt: skip


def _sides(conv: Convolution) -> str:
    return "·".join(map(exact, conv.grid_out))
