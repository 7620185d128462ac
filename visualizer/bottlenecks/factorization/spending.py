"""What a saving buys: the widest bank of filters that costs no more than the original."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from visualizer.bottlenecks.factorization.alternatives import Alternative
from visualizer.bottlenecks.factorization.recipes import RECIPE_OF, Kind
from visualizer.bottlenecks.factorization.sites import Site


class Spent(msgspec.Struct, frozen=True):
    """`channels` in place of `before`: between the factors, or (`widens_output`) after them.

    `channels` is less than `before` where the rewrite was dearer than the original.
    """

    channels: int
    before: int
    macs: int
    widens_output: bool


def spend(site: Site, alternative: Alternative) -> Spent | None:
    """The most channels that cost no more than the original does: "computational savings can
    be spent on increasing the filter-bank sizes" (section 3.1 of the paper, in other words).

    What grows is the width between the factors, for depthwise + pointwise the output. None
    when even one channel (of each group) costs more, or the original costs nothing (an empty
    batch).
    """
    if not site.macs:
        return None
    if alternative.mid is None:
        return _widest(site, alternative.kind, site.c_out, _with_outputs)
    return _widest(site, alternative.kind, alternative.mid, _with_mid)


Costs = Callable[[Site, Kind, int], int]


def _widest(site: Site, kind: Kind, before: int, costs: Costs) -> Spent | None:
    """Costs grow with the width: double until it is too dear, then halve the doubt."""
    low, high = 0, 1
    while costs(site, kind, high * site.groups) <= site.macs:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        cheap = costs(site, kind, middle * site.groups) <= site.macs
        low, high = (middle, high) if cheap else (low, middle)
    if not low:
        return None
    channels = low * site.groups
    return Spent(channels, before, costs(site, kind, channels), costs is _with_outputs)


def _with_mid(site: Site, kind: Kind, mid: int) -> int:
    return site.batch * sum(factor.macs for factor in RECIPE_OF[kind].build(site, mid))


def _with_outputs(site: Site, kind: Kind, outputs: int) -> int:
    return _with_mid(msgspec.structs.replace(site, c_out=outputs), kind, 1)
