"""Ops of exported files that hold several products, or weights packed several to a byte."""

from __future__ import annotations

import math

from visualizer.costs.derive import counted, summed
from visualizer.costs.model import Cost
from visualizer.costs.registry import Call, formula
from visualizer.costs.units import product_text


@formula("fused_attention")
def fused_attention(call: Call) -> Cost:
    """Q·Kᵀ and attention·V for every head, after the projections where they are part of the op."""
    heads = call.integer("batch") * call.integer("num_heads")
    queries, keys = call.integer("queries"), call.integer("keys")
    width, value_width = call.integer("head_dim"), call.integer("value_dim")
    scores = (heads, queries, keys)
    parts = [
        ("Q·Kᵀ", "heads·L·S·E", product_text((*scores, width)), math.prod(scores) * width),
        ("attention·V", "heads·L·S·E_v", product_text((*scores, value_width)),
         math.prod(scores) * value_width),
    ]  # fmt: skip
    projected = call.integer("projection_macs", 0)
    if projected:
        text = product_text((*call.arriving, projected // max(math.prod(call.arriving), 1)))
        parts.insert(0, ("the projections", "N·L·C·(E_q + E_k + E_v)", text, projected))
    note = f"softmax: {math.prod(scores):,} operations, no multiply-adds by this convention"
    return summed(tuple(parts), note)


@formula("packed_linear")
def packed_linear(call: Call) -> Cost:
    """C_in·C_out for every position; the stored weight's shape does not say them."""
    fan_in, fan_out = call.integer("in_features"), call.integer("out_features")
    many = call.arriving[:-1]
    return counted(
        "N·C_in·C_out", product_text((*many, fan_in, fan_out)), math.prod(many) * fan_in * fan_out
    )


@formula("loop", "scan")
def turns(call: Call) -> Cost:
    """As many times what one turn costs; uncovered where either is not known."""
    count, each = call.integer("turns"), call.integer("macs_each_turn")
    return counted("turns·(MACs of a turn)", product_text((count, each)), count * each)
