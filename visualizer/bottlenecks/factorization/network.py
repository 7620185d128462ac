"""Every larger convolution of a network with its alternatives, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property

import msgspec

from visualizer.bottlenecks.convolutions import Convolution, convolutions
from visualizer.bottlenecks.factorization.alternatives import (
    Alternative,
    Inapplicable,
    Option,
    alternatives,
)
from visualizer.bottlenecks.factorization.recipes import Kind
from visualizer.bottlenecks.factorization.sites import Site, site_of
from visualizer.costs import CostReport
from visualizer.graph.model import LayerGraph


class Candidate(msgspec.Struct, frozen=True):
    """A convolution with all its options; `mid` is the width asked for between the factors."""

    conv: Convolution
    site: Site
    mid: int | None
    options: tuple[Option, ...]

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        return tuple(option for option in self.options if isinstance(option, Alternative))

    @property
    def inapplicable(self) -> tuple[Inapplicable, ...]:
        return tuple(option for option in self.options if isinstance(option, Inapplicable))

    def best(self, proposed_only: bool = True) -> Alternative | None:
        """The alternative that saves most; None when none saves anything."""
        saving = [
            option
            for option in self.alternatives
            if option.saved_macs > 0 and (option.is_proposed or not proposed_only)
        ]
        return max(saving, key=lambda option: option.saved_macs, default=None)

    @property
    def is_alone(self) -> bool:
        """Whether it gives one position only, so that there are no neighbours to share with."""
        return math.prod(self.site.grid_out) == 1


class Opportunity(msgspec.Struct, frozen=True):
    """One kind of rewrite for all convolutions with one kernel, where it is proposed and
    saves: `5×5 → two 3×3` in `nodes`. `share` is of the whole network's MACs."""

    kernel: str
    kind: Kind
    title: str
    nodes: tuple[str, ...]
    saved_macs: int
    share: float


class Gain(msgspec.Struct, frozen=True):
    """The best alternative of each convolution, summed up. `share` is of the network's MACs;
    `extra_bytes` None when the size of a dtype is unknown."""

    count: int
    saved_macs: int
    share: float
    extra_bytes: int | None


class Factorization(msgspec.Struct, frozen=True, dict=True):
    """The convolutions with a kernel larger than 1 in execution order. `macs` are the whole
    network's (what has a formula)."""

    macs: int
    candidates: tuple[Candidate, ...]

    @cached_property
    def by_node(self) -> dict[str, Candidate]:
        return {candidate.conv.node: candidate for candidate in self.candidates}

    def share(self, macs: int) -> float:
        """`macs` as a share of the network's."""
        return macs / self.macs if self.macs else 0.0

    def gain(self, proposed_only: bool = True) -> Gain:
        """What the best alternatives come to together."""
        found = [candidate.best(proposed_only) for candidate in self.candidates]
        best = [alternative for alternative in found if alternative is not None]
        saved = sum(alternative.saved_macs for alternative in best)
        memory = [alternative.extra_bytes for alternative in best]
        known = [size for size in memory if size is not None]
        total = sum(known) if len(known) == len(memory) else None
        return Gain(len(best), saved, self.share(saved), total)

    @cached_property
    def opportunities(self) -> tuple[Opportunity, ...]:
        """The proposed rewrites that save, alike ones together, the largest first."""
        alike: dict[tuple[str, Kind, str], list[tuple[str, int]]] = {}
        for candidate in self.candidates:
            for option in candidate.alternatives:
                if option.is_proposed:
                    key = (candidate.conv.kernel_text, option.kind, option.title)
                    alike.setdefault(key, []).append((candidate.conv.node, option.saved_macs))
        found = (self._opportunity(*key, members) for key, members in alike.items())
        return tuple(sorted(found, key=lambda one: -one.saved_macs))

    def with_mid(self, node: str, mid: int | None) -> Factorization:
        """The same with `mid` channels between the factors of convolution `node`; None goes
        back to the usual width. Raises KeyError for another node, ValueError below 1."""
        old = self.by_node[node]
        new = Candidate(old.conv, old.site, mid, alternatives(old.site, mid))
        return Factorization(
            self.macs, tuple(new if one is old else one for one in self.candidates)
        )

    def _opportunity(
        self, kernel: str, kind: Kind, title: str, members: Iterable[tuple[str, int]]
    ) -> Opportunity:
        nodes, saved = zip(*members, strict=True)
        return Opportunity(kernel, kind, title, nodes, sum(saved), self.share(sum(saved)))


def factorization_of(
    graph: LayerGraph, report: CostReport, mid: int | None = None
) -> Factorization:
    """The alternatives of every convolution of `graph` with a kernel larger than 1.

    `mid` is wanted between all factors; None takes each convolution's usual width. Raises
    ValueError when it is less than 1.
    """
    larger = (conv for conv in convolutions(graph, report) if not conv.is_pointwise)
    placed = ((conv, site_of(graph, conv)) for conv in larger)
    return Factorization(
        report.totals.macs,
        tuple(Candidate(conv, site, mid, alternatives(site, mid)) for conv, site in placed),
    )
