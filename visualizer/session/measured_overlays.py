"""Measured numbers as overlays: times add up in a module, a rank is that of what leaves it."""

from __future__ import annotations

from collections.abc import Iterable

from visualizer.costs.units import ops_text
from visualizer.engine.messages import RanksMeasured, TimesMeasured
from visualizer.graph.model import LayerGraph
from visualizer.session.overlays import OverlayValues

Members = Iterable[tuple[str, tuple[str, ...]]]

_NO_TIME = ("input", "constant", "parameter")


def time_values(times: TimesMeasured, members: Members, graph: LayerGraph) -> OverlayValues:
    """Milliseconds for each (item, nodes inside): the sum, None where an op was not measured."""
    executed = {node.id for node in graph.ops if node.op not in _NO_TIME}
    found: dict[str, float | None] = {}
    for item, nodes in members:
        inside = [times.seconds.get(node) for node in nodes if node in executed]
        known = [seconds for seconds in inside if seconds is not None]
        found[item] = sum(known) if known and len(known) == len(inside) else None
    longest = max((value for value in found.values() if value is not None), default=0.0)
    shares = {
        item: None if value is None else value / longest if longest else 0.0
        for item, value in found.items()
    }
    return OverlayValues(shares, 0, longest, milliseconds)


def rank_values(ranks: RanksMeasured, members: Members, graph: LayerGraph) -> OverlayValues:
    """Effective rank ÷ channels for each (item, nodes inside): that of its last op's output."""
    last = {item: _last(nodes, graph) for item, nodes in members}
    shares: dict[str, float | None] = {item: ranks.shares.get(node) for item, node in last.items()}
    return OverlayValues(shares, 0, 1, lambda share: f"{share:.2f}")


def _last(nodes: tuple[str, ...], graph: LayerGraph) -> str:
    """The node that is executed last."""
    return max(nodes, key=graph.index.__getitem__, default="")


def milliseconds(seconds: float) -> str:
    """Three digits of a time that is shown in milliseconds."""
    number = 1000 * seconds
    return f"{number:,.0f} ms" if number >= 1000 else f"{number:.3g} ms"


def time_title(times: TimesMeasured | None) -> str:
    """What the legend says of the numbers."""
    if times is None:
        return "Measured time: not measured yet"
    return f"Measured time on {times.device}, median of {times.repeats}"


def rank_title(ranks: RanksMeasured | None, untrained: bool) -> str:
    """What the legend says of the numbers; random weights are named."""
    if ranks is None:
        return "Effective rank ÷ channels: not measured yet"
    return "Effective rank ÷ channels" + (", untrained" if untrained else "")


def time_words(times: TimesMeasured, nodes: tuple[str, ...], graph: LayerGraph) -> str:
    """What was measured of an item with these nodes inside; "" where that is not known."""
    values = time_values(times, (("", nodes),), graph)
    if values.shares[""] is None:
        return ""
    share = values.high / (sum(times.seconds.values()) or 1.0)
    return f"{time_title(times)}: {values.largest}, {100 * share:.3g} % of all ops"


def rank_words(
    ranks: RanksMeasured, nodes: tuple[str, ...], graph: LayerGraph, untrained: bool
) -> str:
    """The effective rank of what leaves an item with these nodes inside; "" without one."""
    last = _last(nodes, graph)
    title = rank_title(ranks, untrained)
    if last in ranks.shares:
        return f"{title}: {ranks.shares[last]:.2f}"
    return f"{title}: too few positions to tell" if last in ranks.too_few else ""


def time_remark(times: TimesMeasured) -> str:
    """For the log: how the ops' times compare with a pass that nothing was measured of."""
    total, bare = sum(times.seconds.values()), times.bare_seconds
    text = (
        f"Measured {ops_text(len(times.seconds))} on {times.device}, median of {times.repeats} "
        f"passes: {milliseconds(total)} in all; a pass of which nothing is measured takes "
        f"{milliseconds(bare)}"
    )
    if bare > 0:
        text += f" ({100 * (total / bare - 1):+.0f} %)"
    if times.parted:
        text += f". From where the pass left the graph ops are not measured: {times.parted}"
    return text


def rank_remark(ranks: RanksMeasured) -> str:
    """For the log: what was measured and what could not be."""
    text = f"Measured the effective rank of {len(ranks.shares):,} outputs"
    if ranks.too_few:
        text += (
            f"; {len(ranks.too_few):,} have fewer than 10 positions a channel, too few to tell: "
            "a larger input has more"
        )
    return text
