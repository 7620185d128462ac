"""Embeddings: rows of a table are looked up, nothing is multiplied."""

from __future__ import annotations

from visualizer.costs.model import Cost
from visualizer.costs.registry import Call, formula


@formula(
    "embedding", "embedding_bag", "one_hot", "embedding_byte", "embedding_4bit",
    "embedding_bag_byte", "embedding_bag_4bit",
)  # fmt: skip
def lookup(call: Call) -> Cost:
    return Cost("free", 0, note="table lookup: no multiply-adds")
