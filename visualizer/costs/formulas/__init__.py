"""Formulas by family; importing this package registers them all."""

from visualizer.costs.formulas import (
    attention,
    convolution,
    embedding,
    linear,
    numerics,
    packed,
    pooling,
    recurrent,
)
from visualizer.costs.formulas.free import free_cost

__all__ = [
    "attention", "convolution", "embedding", "free_cost", "linear", "numerics", "packed", "pooling",
    "recurrent",
]  # fmt: skip
