"""What the lecture says about single layers: large kernels, depthwise and grouped convolutions,
and the norms."""

from __future__ import annotations

import math
from collections.abc import Iterator

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.bottlenecks.factorization import Alternative, alternatives, site_of
from visualizer.costs.units import decimal_text, exact, percent
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node
from visualizer.insights.model import Insight

_LEAST_LARGE = 5
_COLOURS = 3
_COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}
_BETWEEN = ("norm", "activation")


def layer_insights(graph: LayerGraph, convs: dict[str, Convolution]) -> Iterator[Insight]:
    """Everything said about single ops, in execution order."""
    for node in graph.ops:
        conv = convs.get(node.id)
        if conv is not None:
            yield from _of_convolution(graph, conv, convs)
        elif node.op == "local_response_norm":
            yield _response_norm(node)
        elif node.op == "batch_norm":
            yield _batch_norm(graph, node)


def _of_convolution(
    graph: LayerGraph, conv: Convolution, convs: dict[str, Convolution]
) -> Iterator[Insight]:
    kernel, square = conv.kernel[0], len(conv.kernel) == 2 and len(set(conv.kernel)) == 1
    if conv.is_depthwise:
        pointwise = _pointwise_after(graph, conv, convs)
        if pointwise is not None and square:
            yield _separable(conv, pointwise)
    elif conv.groups > 1:
        yield _grouped(conv)
    elif square and kernel > 1 and conv.c_in > _COLOURS:
        if kernel >= _LEAST_LARGE and set(conv.stride) == {1}:
            yield from _large_kernel(graph, conv)
        yield _as_depthwise(conv)


def _large_kernel(graph: LayerGraph, conv: Convolution) -> Iterator[Insight]:
    """Guide 1: 25C² against 18C² (VGG); with the width between them that factorization uses."""
    options = alternatives(site_of(graph, conv))
    found = next((o for o in options if isinstance(o, Alternative) and o.kind == "3x3s"), None)
    if found is None:
        return
    area, count = math.prod(conv.kernel), len(found.factors)
    factors = " + ".join(f"9·{exact(f.c_in)}·{exact(f.c_out)}" for f in found.factors)
    whole = exact(conv.weights)
    cheaper = f"saves {percent(found.saving)}"
    yield Insight(
        "large-kernel", "layer",
        f"{_COUNTS.get(count, str(count))} 3×3 instead of this {conv.kernel_text}",
        f"{_COUNTS.get(count, str(count))} 3×3 see the same {conv.kernel_text}, with "
        f"{'one nonlinearity' if count == 2 else f'{count - 1} nonlinearities'} more, for "
        f"{9 * count} instead of {area} weights at equal channels. More ways to write this layer "
        "stand in the Factorize tab.",
        f"{area}·C² : {count}·9·C² = {area} : {9 * count}",
        f"{area}·{exact(conv.c_in)}·{exact(conv.c_out)} = {whole} : {factors}",
        f"{exact(found.weights)} weights, "
        f"{cheaper if found.saving > 0 else f'dearer by {percent(-found.saving)}'}",
        (conv.node,),
    )  # fmt: skip


def _as_depthwise(conv: Convolution) -> Insight:
    area, grid = conv.kernel[0] ** 2, math.prod(conv.grid_out)
    split = (area * conv.c_in + conv.c_in * conv.c_out) * grid
    share = split / (conv.weights * grid)
    c_in, c_out, sides = exact(conv.c_in), exact(conv.c_out), _sides(conv.grid_out)
    return Insight(
        "depthwise", "layer", "As depthwise and pointwise",
        "MobileNet splits a convolution: a depthwise one filters each channel by itself, a 1×1 "
        f"mixes them. Of this layer's MACs {percent(share)} would remain.",
        f"{area}·C_in·C_out·H·W : ({area}·C_in + C_in·C_out)·H·W = 1 : (1/C_out + 1/{area})",
        f"{area}·{c_in}·{c_out}·{sides} = {exact(conv.weights * grid)} : "
        f"({area}·{c_in} + {c_in}·{c_out})·{sides}",
        f"{exact(split)} MACs",
        (conv.node,),
    )  # fmt: skip


def _separable(depthwise: Convolution, pointwise: Convolution) -> Insight:
    area, c_in, c_out = depthwise.kernel[0] ** 2, pointwise.c_in, pointwise.c_out
    sides, grid = _sides(pointwise.grid_out), math.prod(pointwise.grid_out)
    standard, split = area * c_in * c_out * grid, (area * c_in + c_in * c_out) * grid
    return Insight(
        "separable", "layer", "Depthwise, then pointwise",
        f"{depthwise.node} filters each channel by itself, {pointwise.node} mixes them. One "
        f"standard {depthwise.kernel_text} convolution in their place would take "
        f"{standard / split:.1f} times the MACs.",
        f"{area}·C_in·C_out·H·W : ({area}·C_in + C_in·C_out)·H·W",
        f"{area}·{exact(c_in)}·{exact(c_out)}·{sides} = {exact(standard)} : "
        f"({area}·{exact(c_in)} + {exact(c_in)}·{exact(c_out)})·{sides}",
        f"{exact(split)} MACs",
        (depthwise.node, pointwise.node),
    )  # fmt: skip


def _pointwise_after(
    graph: LayerGraph, conv: Convolution, convs: dict[str, Convolution]
) -> Convolution | None:
    """The 1x1 that alone reads a depthwise convolution, norm and activation between them."""
    at = conv.node
    while len(readers := graph.consumers[at]) == 1:
        at = readers[0]
        if (found := convs.get(at)) is not None:
            return found if found.is_pointwise and found.groups == 1 else None
        if family_of(graph.by_id[at].op) not in _BETWEEN:
            return None
    return None


def _grouped(conv: Convolution) -> Insight:
    whole = conv.weights * conv.groups
    product = "·".join(map(exact, (*conv.kernel, conv.c_in, conv.c_out)))
    return Insight(
        "grouped", "layer", f"{conv.groups} groups: 1/{conv.groups} of the cost",
        f"Each filter reads only {exact(conv.c_in // conv.groups)} of the {exact(conv.c_in)} "
        f"channels, those of its group: parameters and MACs are divided by G = {conv.groups}. "
        f"In one group the layer would have {exact(whole)} weights.",
        "K_h·K_w·C_in·C_out / G",
        f"{product} / {conv.groups}",
        f"{exact(conv.weights)} weights",
        (conv.node,),
    )  # fmt: skip


def _response_norm(node: Node) -> Insight:
    size, alpha, beta, bias = (node.attributes.get(n) for n in ("size", "alpha", "beta", "k"))
    known = all(isinstance(value, int | float) for value in (size, alpha, beta, bias))
    substituted = f"b = a / ({bias:g} + {alpha:g}/{size}·Σa²)^{beta:g}" if known else ""
    return Insight(
        "response-norm", "layer", "Historic: local response normalization",
        "It divides each number by its neighbours' size over "
        f"{size if known else 'n'} channels, and has no parameters. No longer used since batch "
        "normalization came.",
        "b = a / (k + α/n·Σa²)^β", substituted, nodes=(node.id,),
    )  # fmt: skip


def _batch_norm(graph: LayerGraph, node: Node) -> Insight:
    before = foldable_into(graph, node)
    channels = norm_params(graph, node) // 2
    if before:
        where = f"so that it can be multiplied into the weights of {before} and then costs nothing."
    else:
        where = "but no convolution stands right before it to be folded into."
    return Insight(
        "batch-norm", "layer",
        "Batch normalization: 2C parameters" if channels else "Batch normalization",
        f"At test time it is a fixed scale and shift for each channel, {where}",
        "y = γ·(x − μ)/√(σ² + ε) + β",
        f"2·C = 2·{exact(channels)}" if channels else "",
        f"{exact(2 * channels)} parameters" if channels else "",
        (node.id,),
    )  # fmt: skip


def norm_params(graph: LayerGraph, node: Node) -> int:
    """Scale and shift of a norm; 0 for one that has none."""
    specs = (graph.parameter_spec(node, role) for role in ("weight", "bias"))
    return sum(spec.elements for spec in specs if spec is not None)


def foldable_into(graph: LayerGraph, norm: Node) -> str:
    """The convolution or linear layer that only `norm` reads; "" when there is none."""
    if not norm.inputs:
        return ""
    source = norm.inputs[0].node
    fits = family_of(graph.by_id[source].op) in ("conv", "linear")
    return source if fits and graph.consumers[source] == (norm.id,) else ""


def _sides(grid: tuple[int, ...]) -> str:
    return "·".join(map(decimal_text, grid))
