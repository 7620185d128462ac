"""The cut profile: how many numbers can pass, from the input to the output.

The chain of a network's articulation tensors, with the minimum cut between two of them
wherever that is narrower than both. The narrowest cut of the whole network is always in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, pairwise

import msgspec

from visualizer.bottlenecks.cuts import articulation_tensors, minimum_cut_between
from visualizer.bottlenecks.parting import ends_of, restricted
from visualizer.bottlenecks.tensors import Tensor, TensorGraph, Unit, is_auxiliary, tensor_graph
from visualizer.costs import CostReport
from visualizer.graph.model import LayerGraph

# Outputs that part are judged one by one up to so many of them, and where more than this share
# of the arithmetic comes after the last tensor that all of them share.
_MOST_PARTS = 8
_PARTED_SHARE = 1 / 2


class Cut(msgspec.Struct, frozen=True):
    """A set of tensors that every path from input to output meets.

    `width` in activations of one example (or bytes, see `CutProfile.unit`); `tensors` are the
    nodes to highlight; `node` the one that stands for the cut: the tensor itself, or for a cut
    `inside` branches the tensor in which they meet again. `positions` in the tensor graph;
    `ends_at` is that of the articulation tensor at or after the cut.

    `beta` = width / narrowest earlier cut, `nu` = width / widest later cut of the body,
    `delta` = width / previous cut, `depth` (lambda) = width / the smaller of the widest before
    and the widest after, `tau` = width / input. None where there is nothing to compare with;
    `nu` and `depth` are for cuts of the body, the final representation left out.
    `macs_spent_share` (0..1) is the arithmetic done when the cut is complete; a cut inside
    branches counts all of their arithmetic, as branches run in no fixed order. None when no
    op of the network has MACs.
    """

    node: str
    width: int
    tensors: tuple[str, ...]
    positions: tuple[int, ...]
    ends_at: int
    inside: bool
    in_body: bool
    beta: float | None
    nu: float | None
    delta: float | None
    depth: float | None
    tau: float
    macs_spent_share: float | None


class CutProfile(msgspec.Struct, frozen=True, dict=True):
    """All cuts of the chain, from the input (first) to the output (last).

    `final` is the number of the last cut of the body, the final representation; what comes
    after is the head, which always narrows. No cuts: no output depends on an input.
    """

    tensors: TensorGraph
    cuts: tuple[Cut, ...]
    final: int

    @property
    def unit(self) -> Unit:
        return self.tensors.unit

    @property
    def body(self) -> tuple[Cut, ...]:
        return self.cuts[: self.final + 1]

    @cached_property
    def running_minimum(self) -> tuple[int, ...]:
        """For each cut the narrowest up to it: the ceiling of what can have arrived there."""
        return tuple(accumulate((cut.width for cut in self.cuts), min))

    @cached_property
    def narrowest_so_far(self) -> tuple[int, ...]:
        """For each cut the number of the first narrowest up to it."""
        cuts = self.cuts
        return tuple(
            accumulate(range(len(cuts)), lambda a, b: b if cuts[b].width < cuts[a].width else a)
        )

    @cached_property
    def widest_so_far(self) -> tuple[int, ...]:
        """For each cut the number of the first widest up to it."""
        cuts = self.cuts
        return tuple(
            accumulate(range(len(cuts)), lambda a, b: b if cuts[b].width > cuts[a].width else a)
        )

    @cached_property
    def widest_from(self) -> tuple[int, ...]:
        """For each cut of the body the number of the first widest from it on."""
        cuts, backwards = self.cuts, range(len(self.body) - 1, -1, -1)
        found: Iterator[int] = accumulate(
            backwards, lambda a, b: b if cuts[b].width >= cuts[a].width else a
        )
        return tuple(found)[::-1]

    @cached_property
    def parting(self) -> int | None:
        """Number of the last cut that several outputs share, when most of the arithmetic comes
        after it or it is the input itself: what follows is then not one body. Else None."""
        if not ends_of(self.tensors):
            return None
        shared = max(number for number, cut in enumerate(self.cuts[:-1]) if not cut.inside)
        spent = self.cuts[shared].macs_spent_share
        is_early = spent is not None and 1 - spent > _PARTED_SHARE
        return shared if shared == 0 or is_early else None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Where outputs part, each one's own profile, unless they are very many."""
        ends = ends_of(self.tensors)
        if self.parting is None or len(ends) > _MOST_PARTS:
            return ()
        makers = {self.tensors.tensors[end].node: end for end in ends}
        return tuple(
            Part(maker, profile_of(restricted(self.tensors, end)))
            for maker, end in makers.items()
            if not is_auxiliary(self.tensors.graph.by_id[maker])
        )

    def towards(self, output: str) -> CutProfile:
        """The profile of the part that ends in `output`; itself for "". Raises KeyError."""
        return {"": self, **{part.output: part.profile for part in self.parts}}[output]


class Part(msgspec.Struct, frozen=True):
    """What one of several outputs is computed from: the node that makes it, and the cuts on
    the way there."""

    output: str
    profile: CutProfile


class _Link(msgspec.Struct, frozen=True):
    """A cut of the chain before it is compared with the others."""

    positions: tuple[int, ...]
    ends_at: int
    width: int
    inside: bool


def cut_profile(graph: LayerGraph, report: CostReport, unit: Unit = "numbers") -> CutProfile:
    """The cut profile of a network; exact.

    Raises UnknownDtypeError when `unit` is "bytes" and a dtype's size is not known.
    """
    return profile_of(tensor_graph(graph, report, unit))


def profile_of(tensors: TensorGraph) -> CutProfile:
    """The cut profile of a tensor graph."""
    if not tensors.tensors:
        return CutProfile(tensors, (), -1)
    chain = _chain(tensors)
    final = _final_representation(tensors, chain)
    spent = list(accumulate(tensor.macs for tensor in tensors.tensors))
    ratios = _Ratios([link.width for link in chain], final)
    cuts = tuple(
        _cut(tensors, link, number, ratios, _share(spent[link.ends_at], spent[-1]))
        for number, link in enumerate(chain)
    )
    return CutProfile(tensors, cuts, final)


def _chain(tensors: TensorGraph) -> list[_Link]:
    marks = articulation_tensors(tensors)
    chain = [_single(tensors, marks[0])]
    for first, last in pairwise(marks):
        chain.extend(_inside(tensors, first, last))
        chain.append(_single(tensors, last))
    return chain


def _single(tensors: TensorGraph, position: int) -> _Link:
    return _Link((position,), position, tensors.tensors[position].width, False)


def _inside(tensors: TensorGraph, first: int, last: int) -> list[_Link]:
    """The minimum cut between two articulation tensors, if it is narrower than both."""
    cut = minimum_cut_between(tensors, first, last)
    if cut is None:
        return []
    width = sum(tensors.tensors[position].width for position in cut)
    ends = (tensors.tensors[first].width, tensors.tensors[last].width)
    return [_Link(cut, last, width, True)] if width < min(ends) else []


def _final_representation(tensors: TensorGraph, chain: list[_Link]) -> int:
    """Number of the last articulation tensor that still has a grid (pixels, tokens).

    A network that has none after its input (a plain chain of dense layers) keeps all but its
    last tensor as body.
    """
    if not any(tensor.grid for tensor in tensors.tensors[1:]):
        return max(len(chain) - 2, 0)
    with_grid = [
        number
        for number, link in enumerate(chain)
        if not link.inside and tensors.tensors[link.ends_at].grid
    ]
    return with_grid[-1] if with_grid else 0


class _Ratios:
    """Each width against those before and after it."""

    def __init__(self, widths: list[int], final: int) -> None:
        body = widths[: final + 1]
        self.widths, self.final = widths, final
        self.narrowest_before = [0, *accumulate(widths[:-1], min)]
        self.widest_before = [0, *accumulate(widths[:-1], max)]
        later = list(accumulate(reversed(body[1:]), max))
        self.widest_after = [*reversed(later), *[0] * (len(widths) - len(later))]

    def beta(self, number: int) -> float | None:
        return _ratio(self.widths[number], self.narrowest_before[number])

    def nu(self, number: int) -> float | None:
        return _ratio(self.widths[number], self.widest_after[number])

    def delta(self, number: int) -> float | None:
        return _ratio(self.widths[number], self.widths[number - 1]) if number else None

    def depth(self, number: int) -> float | None:
        around = min(self.widest_before[number], self.widest_after[number])
        return _ratio(self.widths[number], around)


def _cut(
    tensors: TensorGraph, link: _Link, number: int, ratios: _Ratios, share: float | None
) -> Cut:
    parts: list[Tensor] = [tensors.tensors[position] for position in link.positions]
    shown = tuple(dict.fromkeys(node for part in parts for node in part.shown))
    end = tensors.tensors[link.ends_at]
    return Cut(
        node=end.node or shown[-1],
        width=link.width,
        tensors=shown,
        positions=link.positions,
        ends_at=link.ends_at,
        inside=link.inside,
        in_body=number <= ratios.final,
        beta=ratios.beta(number),
        nu=ratios.nu(number),
        delta=ratios.delta(number),
        depth=ratios.depth(number),
        tau=link.width / max(ratios.widths[0], 1),
        macs_spent_share=share,
    )


def _ratio(width: int, other: int) -> float | None:
    return width / other if other else None


def _share(spent: int, total: int) -> float | None:
    return spent / total if total else None
