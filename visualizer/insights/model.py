"""What the lecture has to say about a part of a network, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Kind = Literal[
    "large-kernel", "depthwise", "separable", "grouped", "response-norm", "batch-norm",
    "residual", "basic-block", "bottleneck-block", "resnext-block", "resnext-paths", "inception",
    "guide-2", "head", "stem", "vgg-rules", "groups", "folding", "stacked",
    "auxiliary",
]  # fmt: skip
Scope = Literal["layer", "block", "network"]


class Table(msgspec.Struct, frozen=True):
    """Numbers beside each other, as texts; every row has one for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Insight(msgspec.Struct, frozen=True):
    """One point of the lecture with the network's own numbers.

    `formula` is the lecture's line, `substituted` the same with numbers, `result` what comes
    out (any of the three may be ""). `nodes` are the ops it speaks of, in execution order: for
    scope "block" all of the block, for scope "network" those that show it.
    """

    kind: Kind
    scope: Scope
    title: str
    sentence: str
    formula: str = ""
    substituted: str = ""
    result: str = ""
    nodes: tuple[str, ...] = ()
    table: Table | None = None


def at_node(insights: Sequence[Insight], node: str) -> tuple[Insight, ...]:
    """Those about the op `node`; those about a block stand at its last op, the addition."""
    return tuple(
        insight
        for insight in insights
        if (insight.scope == "layer" and node in insight.nodes)
        or (insight.scope == "block" and node == insight.nodes[-1])
    )


def within(
    insights: Sequence[Insight], nodes: frozenset[str], one_layer: bool
) -> tuple[Insight, ...]:
    """Those about blocks inside a module; those about its layer, where it is `one_layer` with
    its norm and activation."""
    return tuple(
        insight
        for insight in insights
        if (insight.scope == "block" or (insight.scope == "layer" and one_layer))
        and nodes.issuperset(insight.nodes)
    )


def of_network(insights: Sequence[Insight]) -> tuple[Insight, ...]:
    """Those about the network as a whole."""
    return tuple(insight for insight in insights if insight.scope == "network")


def summarised(insights: Sequence[Insight]) -> tuple[tuple[Insight, int], ...]:
    """The first of each kind, and how many more of the kind there are."""
    first: dict[str, Insight] = {}
    count: dict[str, int] = {}
    for insight in insights:
        first.setdefault(insight.kind, insight)
        count[insight.kind] = count.get(insight.kind, 0) + 1
    return tuple((insight, count[kind] - 1) for kind, insight in first.items())
