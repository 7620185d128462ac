"""Large requests that are hard for layered layouts: long skips, constants read everywhere."""

from __future__ import annotations

import random
from itertools import pairwise

from visualizer.layout.model import LayoutEdge, LayoutItem, LayoutRequest


def unet(count: int) -> LayoutRequest:
    """A chain whose k-th op is read again by the k-th from the end."""
    widths = {f"n{k}": 40.0 + 5 * (min(k, count - 1 - k) % 37) for k in range(count)}
    pairs = [(f"n{k}", f"n{k + 1}") for k in range(count - 1)]
    pairs += [(f"n{k}", f"n{count - 1 - k}") for k in range(count // 2 - 1)]
    return _request(widths, pairs)


def one_mask(readers: int) -> LayoutRequest:
    """A chain in which every op reads one mask."""
    widths = {"x": 100.0, "mask": 50.0, **{f"a{k}": 100.0 for k in range(readers)}}
    chain = ["x", *(f"a{k}" for k in range(readers))]
    pairs = [*pairwise(chain), *(("mask", reader) for reader in chain[1:])]
    return _request(widths, pairs)


def attention(blocks: int) -> LayoutRequest:
    """Attention blocks that all read one mask and two tables of rotations."""
    widths = {"x": 100.0, "mask": 50.0, "cos": 20.0, "sin": 20.0}
    pairs, last = [], "x"
    for block in range(blocks):
        q, k, v, mixed, out, total = (f"{name}{block}" for name in ("q", "k", "v", "m", "o", "s"))
        widths |= dict.fromkeys((q, k, v, mixed, out, total), 100.0)
        pairs += [(last, one) for one in (q, k, v)]
        pairs += [(table, one) for one in (q, k) for table in ("cos", "sin")]
        pairs += [(one, mixed) for one in (q, k, v, "mask")]
        pairs += [(mixed, out), (out, total), (last, total)]
        last = total
    return _request(widths, pairs)


def residual(count: int) -> LayoutRequest:
    """Bottleneck blocks one after the other."""
    widths, pairs, last = {"x": 100.0}, [], "x"
    for block in range(count // 4):
        first, middle, third, total = (f"{name}{block}" for name in ("a", "b", "c", "add"))
        widths |= {first: 25.0, middle: 25.0, third: 100.0, total: 100.0}
        pairs += [(last, first), (first, middle), (middle, third), (third, total), (last, total)]
        last = total
    return _request(widths, pairs)


def tangle(count: int, edges: int, reach: int) -> LayoutRequest:
    """A random graph: each edge goes to one of the next `reach` ops."""
    dice = random.Random(count)
    widths = {f"n{k}": dice.choice((5.0, 40.0, 100.0)) for k in range(count)}
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < edges:
        start = dice.randrange(count - 1)
        end = min(count - 1, start + dice.randrange(1, reach))
        pairs[f"n{start}", f"n{end}"] = None
    return _request(widths, list(pairs))


def _request(widths: dict[str, float], pairs: list[tuple[str, str]]) -> LayoutRequest:
    place = {name: number for number, name in enumerate(widths)}
    items = tuple(LayoutItem(name, "", width, 14.0, 90.0) for name, width in widths.items())
    pairs = sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
    edges = tuple(LayoutEdge(a, b, f"{a}:0", widths[a]) for a, b in pairs)
    return LayoutRequest(1, items, edges, columns="auto")
