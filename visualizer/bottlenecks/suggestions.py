"""What it would take to open a narrow place, with the resulting width and arithmetic."""

from __future__ import annotations

import msgspec

from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.bottlenecks.reductions.model import ReductionShape
from visualizer.bottlenecks.reductions.variants import conv_beside_pool, pool_then_conv
from visualizer.bottlenecks.widening import (
    Widening,
    features,
    filters_for,
    layers_behind,
    widening,
)
from visualizer.bottlenecks.wording import at, named
from visualizer.costs.units import exact, human_count
from visualizer.graph.families import family_of
from visualizer.graph.model import Node


class Suggestion(msgspec.Struct, frozen=True):
    """A rewrite in words; `width` the cut would then have, `macs` more (or fewer) a pass."""

    text: str
    width: int | None = None
    macs: int | None = None


def suggestion_for(profile: CutProfile, number: int, wanted: int) -> Suggestion:
    """The rewrite that fits what made the cut; `wanted` is the width to reach."""
    cut = profile.cuts[number]
    if not cut.width:
        return Suggestion("Nothing at all passes here for this input: try a larger one.")
    node = _maker(profile, cut)
    wider = _widen(profile, cut, wanted)
    if len(cut.positions) > 1 or node is None:
        return wider
    if family_of(node.op) == "pool":
        parallel = _parallel_reduction(profile, number, node)
        if parallel is None or wider.macs is None:
            return parallel or wider
        return _either(parallel, wider.text)
    return _either(wider, _skip(profile, number))


def _either(first: Suggestion, other: str) -> Suggestion:
    """Two ways in words, with the numbers of the first."""
    text = f"{first.text} Or {other[:1].lower()}{other[1:]}"
    return msgspec.structs.replace(first, text=text)


def _maker(profile: CutProfile, cut: Cut) -> Node | None:
    name = profile.tensors.tensors[cut.positions[0]].node
    return profile.tensors.graph.by_id.get(name)


def _parallel_reduction(profile: CutProfile, number: int, pool: Node) -> Suggestion | None:
    """Fig 10 of Rethinking the Inception Architecture, where a widening convolution follows
    the pool: the new channels are made beside the pool instead of after it."""
    following = profile.cuts[number + 1]
    conv = _maker(profile, following)
    if conv is None or following.inside or not _widens_in_place(conv, pool):
        return None
    shape = _reduction_shape(profile, pool, conv)
    parallel = conv_beside_pool(shape)
    if parallel is None:
        return None
    # A batch costs as many times more, and the two stand in the same proportion.
    now = profile.tensors.tensors[following.positions[0]].macs
    then = now * parallel.macs // max(pool_then_conv(shape).macs, 1)
    text = (
        f"Make the new channels beside the pool instead of after it (parallel reduction, Fig 10 "
        f"of Rethinking Inception): replace {conv.id} by a {shape.kernel_text} convolution with "
        f"the pool's stride to {shape.channels_out - shape.channels_in} channels next to "
        f"{pool.id}, and concatenate. Then {exact(following.width)} {profile.unit} pass, for "
        f"{human_count(then)} MACs instead of {human_count(now)}."
    )
    return Suggestion(text, following.width, then - now)


def _reduction_shape(profile: CutProfile, pool: Node, conv: Node) -> ReductionShape:
    """What a pool and the convolution after it do together."""
    (read, *_), kernel = profile.tensors.graph.input_specs(pool), conv.attributes.get("kernel_size")
    sides = kernel if isinstance(kernel, tuple) else ()
    return ReductionShape(
        grid_in=read.shape[2:],
        grid_out=conv.output.shape[2:],
        channels_in=pool.output.shape[1],
        channels_out=conv.output.shape[1],
        kernel=tuple(int(side) for side in sides),
    )


def _widens_in_place(conv: Node, pool: Node) -> bool:
    """A convolution that keeps the pool's grid and adds channels, groups aside."""
    if family_of(conv.op) != "conv" or conv.attributes.get("groups", 1) != 1:
        return False
    before, after = pool.output.shape, conv.output.shape
    return after[2:] == before[2:] and after[1] > before[1]


def _skip(profile: CutProfile, number: int) -> str:
    """What a skip connection past the cut would keep alive."""
    cut, before = profile.cuts[number], profile.cuts[number - 1]
    later = (profile.cuts[after] for after in range(number + 1, len(profile.cuts)))
    after = next((other for other in later if other.width > cut.width), before)
    return (
        f"Let a skip connection run from {named(before)} to {named(after)}: "
        f"{exact(min(before.width, after.width))} {profile.unit} stay alive past this place, at "
        "no arithmetic where both have one shape."
    )


def _widen(profile: CutProfile, cut: Cut, wanted: int) -> Suggestion:
    """More filters in the layers that make the cut, so that the wanted number can pass."""
    tensors = profile.tensors
    layers, hindered_by = layers_behind(tensors, cut.positions)
    if hindered_by is not None:
        return _not_priced(profile, cut, wanted, hindered_by)
    widths = {node.id: filters_for(features(node), wanted, cut.width) for node in layers}
    cost = widening(tensors, widths)
    width = _width_with(profile, cut, layers, widths)
    where = "" if cut.node in widths else f" {at(cut)}"
    text = (
        f"Widen {_changes(layers, widths)} channels: {exact(width)} {profile.unit} "
        f"pass{where}, for {_cost_words(cost, tensors.macs)}."
    )
    return Suggestion(text, width, cost.macs)


def _changes(layers: tuple[Node, ...], widths: dict[str, int]) -> str:
    """`a from 64 to 96, b from 16 to 24`."""
    return ", ".join(f"{node.id} from {features(node)} to {widths[node.id]}" for node in layers)


def _width_with(
    profile: CutProfile, cut: Cut, layers: tuple[Node, ...], widths: dict[str, int]
) -> int:
    """Width of the cut when its layers have other numbers of filters."""
    have = sum(features(node) for node in layers)
    get = sum(widths[node.id] for node in layers)
    if len(cut.positions) == 1:
        return cut.width * get // have
    parts = [profile.tensors.tensors[position] for position in cut.positions]
    return sum(
        part.width * widths[part.node] // features(layer)
        for part, layer in zip(parts, layers, strict=True)
    )


def _cost_words(cost: Widening, whole: int) -> str:
    """`+691.00 M of 714.19 M MACs, +2.15 M weights: …`; `whole` are the network's MACs now."""
    there = human_count(cost.there)
    if cost.stopped_at:
        return (
            f"+{there} of {human_count(whole)} MACs there; what it costs further on is not "
            f"counted, as {cost.stopped_at} would have to widen with it"
        )
    weights = f", +{human_count(cost.weights)} weights" if cost.weights else ""
    more = f"+{human_count(cost.there + cost.readers)} of {human_count(whole)} MACs{weights}"
    if not cost.readers:
        return more
    return f"{more}: {there} there, {human_count(cost.readers)} in the layers that read them"


def _not_priced(profile: CutProfile, cut: Cut, wanted: int, hindered_by: str) -> Suggestion:
    """Why no cost can be told: the numbers are not made by layers that have filters to add."""
    factor = wanted / cut.width
    text = (
        f"Widen what {cut.node} reads to {factor:.2f} times its channels: {exact(wanted)} "
        f"{profile.unit} pass. Its cost is not counted: {hindered_by}."
    )
    return Suggestion(text, wanted)
