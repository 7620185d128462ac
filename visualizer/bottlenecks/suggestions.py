"""What it would take to open a narrow place, with the resulting width and arithmetic."""

from __future__ import annotations

import msgspec

from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.bottlenecks.wording import place
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
    if len(cut.positions) > 1:
        return _widen_branches(profile, cut, wanted)
    node = _maker(profile, cut)
    if node is not None and family_of(node.op) == "pool":
        return _parallel_reduction(profile, number, node) or _widen_before(profile, number, wanted)
    if node is not None and family_of(node.op) in ("conv", "linear"):
        return _widen_or_skip(profile, number, node, wanted)
    return _widen_before(profile, number, wanted)


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
    have, get = pool.output.shape[1], conv.output.shape[1]
    now = profile.tensors.tensors[following.positions[0]].macs
    then = now * (get - have) // get  # the same kernel and grid, fewer filters
    text = (
        f"Make the new channels beside the pool instead of after it (parallel reduction, Fig 10 "
        f"of Rethinking Inception): replace {conv.id} by a {_kernel(conv)} convolution with the "
        f"pool's stride to {get - have} channels next to {pool.id}, and concatenate. Then "
        f"{exact(following.width)} {profile.unit} pass, for {human_count(then)} MACs instead of "
        f"{human_count(now)}."
    )
    return Suggestion(text, following.width, then - now)


def _widens_in_place(conv: Node, pool: Node) -> bool:
    """A convolution that keeps the pool's grid and adds channels, groups aside."""
    if family_of(conv.op) != "conv" or conv.attributes.get("groups", 1) != 1:
        return False
    before, after = pool.output.shape, conv.output.shape
    return after[2:] == before[2:] and after[1] > before[1]


def _kernel(conv: Node) -> str:
    kernel = conv.attributes.get("kernel_size")
    return "×".join(map(str, kernel)) if isinstance(kernel, tuple) else ""


def _widen_or_skip(profile: CutProfile, number: int, node: Node, wanted: int) -> Suggestion:
    cut, before = profile.cuts[number], profile.cuts[number - 1]
    after = next(later for later in profile.cuts[number:] if later.width > cut.width)
    wider = _widened(profile, cut, cut.positions[0], node, wanted)
    text = (
        f"{wider.text} Or let a skip connection run from {place(before)} to {place(after)}: "
        f"{exact(min(before.width, after.width))} {profile.unit} stay alive past this place, at "
        "no arithmetic where both have one shape."
    )
    return Suggestion(text, wider.width, wider.macs)


def _widen_before(profile: CutProfile, number: int, wanted: int) -> Suggestion:
    """Widen the layer that a pool (or the like) reads, so that enough is left after it."""
    cut = profile.cuts[number]
    (position, *others) = profile.tensors.predecessors[cut.positions[0]]
    node = profile.tensors.graph.by_id.get(profile.tensors.tensors[position].node)
    if others or node is None or family_of(node.op) not in ("conv", "linear"):
        text = (
            f"Widen what {cut.node} reads to {wanted / cut.width:.2f} times its channels: "
            f"{exact(wanted)} {profile.unit} pass. Or let a skip connection run past it."
        )
        return Suggestion(text, wanted)
    return _widened(profile, cut, position, node, wanted)


def _widened(profile: CutProfile, cut: Cut, position: int, node: Node, wanted: int) -> Suggestion:
    """More filters in layer `node`, which makes the tensor at `position` and is to bring the
    cut to the wanted width; every filter costs what it costs now."""
    have = _features(node)
    get = -(-have * wanted // cut.width)
    now = profile.tensors.tensors[position].macs
    width, more = cut.width * get // have, now * get // have - now
    where = "" if node.id == cut.node else f" at {cut.node}"
    text = (
        f"Widen {node.id} from {have} to {get} channels: {exact(width)} {profile.unit} pass"
        f"{where}, for {human_count(more)} more MACs there."
    )
    return Suggestion(text, width, more)


def _widen_branches(profile: CutProfile, cut: Cut, wanted: int) -> Suggestion:
    factor = wanted / cut.width
    macs = sum(profile.tensors.tensors[position].macs for position in cut.positions)
    more = macs * wanted // cut.width - macs
    text = (
        f"Widen {', '.join(cut.tensors)} by a factor of {factor:.2f}: {exact(wanted)} "
        f"{profile.unit} pass, for about {human_count(more)} more MACs in these layers."
    )
    return Suggestion(text, wanted, more)


def _features(node: Node) -> int:
    """Channels of a convolution's output, features of a linear layer's."""
    shape = node.output.shape
    return shape[1] if family_of(node.op) == "conv" else shape[-1]
