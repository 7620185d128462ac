"""VGG's design rules, and the layers of a network that break them.

"All conv are 3x3, stride 1, pad 1; all max pool are 2x2, stride 2; after a pool the channels
double"; VGG itself stops doubling at 512, and has five stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.graph.model import LayerGraph, Node
from visualizer.insights.model import Insight, Table

_LEAST = 5  # convolutions, to be spoken of as a convolutional network
_STAGES = 5
_MOST = 512


class Rule(msgspec.Struct, frozen=True):
    """One rule; `broken` says how for each layer that breaks it, empty when it is kept."""

    text: str
    broken: tuple[str, ...]
    nodes: tuple[str, ...] = ()


def vgg_rules(graph: LayerGraph, convs: Sequence[Convolution]) -> tuple[Rule, ...]:
    """All four rules, judged."""
    pools = [node for node in graph.ops if node.op == "max_pool2d"]
    ends = [node for node in graph.ops if _ends_stage(graph, node)]
    return (
        _rule(
            "every convolution 3×3, stride 1, padding 1",
            [(c.node, _window(graph.by_id[c.node])) for c in convs if not _is_vgg(graph, c)],
        ),
        _rule(
            "every max pool 2×2, stride 2",
            [(pool.id, _window(pool)) for pool in pools if not _halves(pool)],
            "" if pools else "it has no max pool",
        ),
        _rule(
            f"channels double after a pool, up to {_MOST}",
            list(_not_doubled(graph, convs, ends)),
            "" if ends else "it has no pool between layers",
        ),
        _rule("five stages, each ended by a pool", [], _stages(graph, convs, ends)),
    )


def rules_insight(graph: LayerGraph, convs: Sequence[Convolution]) -> Iterator[Insight]:
    """The rules as a table; nothing for networks that hardly have convolutions."""
    if sum(len(conv.kernel) == 2 for conv in convs) < _LEAST:
        return
    rules = vgg_rules(graph, convs)
    kept = sum(not rule.broken for rule in rules)
    broken = tuple(dict.fromkeys(node for rule in rules for node in rule.nodes))
    yield Insight(
        "vgg-rules", "network", "VGG's design rules",
        "VGG replaced trial and error by rules for every layer. "
        f"This network keeps {kept} of {len(rules)}.",
        nodes=tuple(sorted(broken, key=graph.index.__getitem__)),
        table=Table(("", "Rule", "Broken by"), tuple(_row(rule) for rule in rules)),
    )  # fmt: skip


def _row(rule: Rule) -> tuple[str, ...]:
    if not rule.broken:
        return ("✓", rule.text, "")
    more = f" and {len(rule.broken) - 1} more" if len(rule.broken) > 1 else ""
    return ("✗", rule.text, rule.broken[0] + more)


def _rule(text: str, broken: list[tuple[str, str]], otherwise: str = "") -> Rule:
    words = [f"{name} ({how})" for name, how in broken]
    return Rule(text, (*words, *([otherwise] if otherwise else ())), tuple(n for n, _ in broken))


def _is_vgg(graph: LayerGraph, conv: Convolution) -> bool:
    padding = graph.by_id[conv.node].attributes.get("padding")
    fits = padding in ((1, 1), "same")
    return conv.kernel == (3, 3) and conv.stride == (1, 1) and fits and conv.groups == 1


def _ends_stage(graph: LayerGraph, node: Node) -> bool:
    """Whether it is a pool that makes the grid smaller, but not one position of it."""
    if node.op not in ("max_pool2d", "avg_pool2d"):
        return False
    return 1 < max(node.output.shape[-2:]) < max(graph.input_specs(node)[0].shape[-2:])


def _halves(pool: Node) -> bool:
    return _pair(pool, "kernel_size") == _pair(pool, "stride") == (2, 2)


def _not_doubled(
    graph: LayerGraph, convs: Sequence[Convolution], pools: list[Node]
) -> Iterator[tuple[str, str]]:
    """The first convolution after each pool that has other channels than the rule wants."""
    for pool, after in pairwise([*pools, None]):
        assert pool is not None
        begin = graph.index[pool.id]
        end = graph.index[after.id] if after is not None else len(graph.nodes)
        following = [conv for conv in convs if begin < graph.index[conv.node] < end]
        if following and pool.output.shape[1:]:
            given, first = pool.output.shape[1], following[0]
            if first.c_out != min(2 * given, max(_MOST, given)):
                yield first.node, f"{given} → {first.c_out}"


def _stages(graph: LayerGraph, convs: Sequence[Convolution], pools: list[Node]) -> str:
    """Why there are not five stages; "" when there are."""
    ends = [graph.index[pool.id] for pool in pools]
    places = [graph.index[conv.node] for conv in convs]
    filled = sum(
        any(begin < place < end for place in places) for begin, end in pairwise([-1, *ends])
    )
    trailing = any(place > (ends[-1] if ends else -1) for place in places)
    if filled == _STAGES and not trailing:
        return ""
    if not filled:
        return "no stage is ended by a pool"
    rest = ", convolutions after the last" if trailing else ""
    return f"{filled} {'is' if filled == 1 else 'are'} ended by a pool{rest}"


def _window(node: Node) -> str:
    """`11×11, stride 4, padding 2`."""
    kernel = "×".join(map(str, _pair(node, "kernel_size")))
    parts = [kernel] + [
        f"{word} {'×'.join(map(str, sides[:1] if len(set(sides)) == 1 else sides))}"
        for word in ("stride", "padding")
        if (sides := _pair(node, word))
    ]
    groups = node.attributes.get("groups", 1)
    return ", ".join(parts + ([f"{groups} groups"] if groups != 1 else []))


def _pair(node: Node, name: str) -> tuple[object, ...]:
    value = node.attributes.get(name, ())
    return value if isinstance(value, tuple) else (value, value)
