"""Attention: two matrix products around a softmax, with projections in the whole layer."""

from __future__ import annotations

import math

from visualizer.costs.derive import summed
from visualizer.costs.model import Cost, Derivation
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import exact, product_text

_SOFTMAX = "softmax: {:,} operations, no multiply-adds by this convention"


@formula("scaled_dot_product_attention")
def scaled_dot_product(call: Call) -> Cost:
    """Q (…, L, E), K (…, S, E), V (…, S, E_v); heads are the query's (grouped queries too)."""
    if len(call.inputs) < 3:
        raise MissingFactError("attention's query, key or value is not recorded")
    query, key, value = (spec.shape for spec in call.inputs[:3])
    heads = math.prod(query[:-2])
    scores = (heads, query[-2], key[-2])
    return _attention(scores, query[-1], value[-1])


def _attention(scores: tuple[int, int, int], width: int, value_width: int) -> Cost:
    parts = _products(scores, width, value_width)
    return summed(parts, _SOFTMAX.format(math.prod(scores)), (1, _softmax(scores)))


def _softmax(scores: tuple[int, int, int]) -> Derivation:
    """Between the products: exponentials and a division a row, no multiply-adds."""
    count = f"{exact(math.prod(scores))} numbers, 0 MACs"
    return Derivation("softmax(Q·Kᵀ/√E)", "heads·L·S", product_text(scores), count)


def _products(
    scores: tuple[int, int, int], width: int, value_width: int
) -> tuple[tuple[str, str, str, int], ...]:
    count = math.prod(scores)
    return (
        ("Q·Kᵀ", "heads·L·S·E", product_text((*scores, width)), count * width),
        ("attention·V", "heads·L·S·E_v", product_text((*scores, value_width)), count * value_width),
    )


@formula("multi_head_attention_forward")
def multi_head(call: Call) -> Cost:
    """Projections of query, key and value, the two products, and the output projection.

    Tensors are (L, N, E) or (L, E); a self-attention may name its input once.
    """
    shapes = [spec.shape for spec in call.inputs if len(spec.shape) in (2, 3)]
    if not shapes:
        raise MissingFactError("attention's query is not recorded")
    query = shapes[0]
    key, value = (shapes[1], shapes[2]) if _three_given(shapes) else (query, query)
    dim, heads = query[-1], call.integer("num_heads")
    batch = query[1] if len(query) == 3 else 1
    keys = key[0] + ("bias_k" in call.parameters) + bool(call.attribute("add_zero_attn", False))
    inner = (
        call.parameters["out_proj_weight"].shape[-1]
        if "out_proj_weight" in call.parameters
        else dim
    )
    projected = [
        (f"the {name} projection", f"{length}·N·C·E", product_text((*shape[:-1], shape[-1], inner)),
         math.prod(shape) * inner)
        for name, length, shape in (("query", "L", query), ("key", "S", key), ("value", "S", value))
    ]  # fmt: skip
    scores = (batch * heads, query[0], keys)
    output = ("the output projection", "L·N·E·E", product_text((*query[:-1], inner, dim)),
              math.prod(query[:-1]) * inner * dim)  # fmt: skip
    products = _products(scores, inner // heads, inner // heads)
    return summed(
        (*projected, *products, output),
        _SOFTMAX.format(math.prod(scores)),
        (len(projected) + 1, _softmax(scores)),
    )


def _three_given(shapes: list[tuple[int, ...]]) -> bool:
    """Whether query, key and value all arrive as tensors of one rank."""
    return len(shapes) >= 3 and len({len(shape) for shape in shapes[:3]}) == 1
