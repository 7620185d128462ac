"""Every grid reduction of a network, recognized and compared with its alternatives."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.bottlenecks.profile import CutProfile
from visualizer.bottlenecks.reductions.classify import classify
from visualizer.bottlenecks.reductions.grids import Grid
from visualizer.bottlenecks.reductions.model import (
    BINDING,
    Kind,
    Reduction,
    ReductionShape,
    Rewrite,
    Variant,
    narrowness_of,
)
from visualizer.bottlenecks.reductions.places import Place, Survey, is_regrouping, places
from visualizer.bottlenecks.reductions.sketch import sketch_of
from visualizer.bottlenecks.reductions.variants import (
    conv_beside_pool,
    pool_then_conv,
    variants_of,
)
from visualizer.bottlenecks.reductions.wording import Setting, advice_for
from visualizer.bottlenecks.tensors import batch_of
from visualizer.bottlenecks.widening import widening
from visualizer.costs import CostReport
from visualizer.graph.families import family_of

_USUAL_SIDE = 3
_AVERAGES = ("avg_pool1d", "avg_pool2d", "avg_pool3d")


def find_reductions(profile: CutProfile, report: CostReport) -> tuple[Reduction, ...]:
    """The grid reductions of a network's body, from input to output; where its outputs part,
    those on the way to each of them too.

    `report` is that of the profile's graph; the profile must count numbers, not bytes.
    Raises ValueError for one that counts bytes.
    """
    if profile.unit != "numbers":
        raise ValueError("grid reductions are worked out in numbers, not in bytes")
    found: dict[str, Reduction] = {}
    for one in (profile, *(part.profile for part in profile.parts)):
        survey = Survey(one, report)
        for place in places(survey):
            node = one.tensors.tensors[place.turn].node
            if node not in found:
                found[node] = _reduction(survey, place)
    order = profile.tensors.graph.index
    return tuple(sorted(found.values(), key=lambda reduction: order[reduction.node]))


def _reduction(survey: Survey, place: Place) -> Reduction:
    tensors = survey.tensors.tensors
    kind, words = classify(survey, place)
    width, cut = _narrowest(survey, place)
    shape = _shape(survey, place)
    wanted, stem = _wanted(kind, shape), survey.is_picture(place.start)
    macs, reached = _macs(survey, place), None if place.bypassed else _reached(survey, place)
    variants = variants_of(wanted, _comparable(kind, macs, wanted), reached)
    rewrite = None if stem or kind == "fig10" else _rewrite(variants, macs, width)
    if rewrite is not None and wanted != shape:
        rewrite = _with_readers(survey, place, rewrite, wanted)
    setting = Setting(
        kind, stem, place.bypassed, _layers(survey, place),
        pooled_first=pool_then_conv(shape).macs if _commutes(survey, place, kind) else None,
        limited_to=_limited_to(survey, place, width, reached),
    )  # fmt: skip
    return Reduction(
        kind=kind,
        words=words,
        name=_name(survey, place),
        node=tensors[place.turn].node,
        source=tensors[place.start].node,
        nodes=tuple(dict.fromkeys(tensors[position].node for position in place.inside)),
        shape=shape,
        min_cut=width,
        cut_tensors=cut,
        input=tensors[place.start].width,
        output=tensors[place.end].width,
        macs=macs,
        weights=_weights(survey, place),
        activations=sum(tensors[position].width for position in place.inside),
        bypassed=place.bypassed,
        stem=stem,
        wanted=wanted,
        variants=variants,
        rewrite=rewrite,
        advice=advice_for(setting, shape, wanted, rewrite),
        sketch=sketch_of(survey, place, _pinched(survey, place, width, reached, cut)),
        reached=reached,
    )


def _narrowest(survey: Survey, place: Place) -> tuple[int, tuple[str, ...]]:
    """The minimum cut between the input of a place (left out) and its output (counted)."""
    tensors = survey.tensors.tensors
    if place.bypassed:
        width, node = min((tensors[p].width, tensors[p].node) for p in place.inside)
        return width, (node,)
    cuts = [cut for cut in survey.profile.cuts if place.start < cut.ends_at <= place.end]
    cut = min(cuts, key=lambda cut: cut.width)
    return cut.width, cut.tensors


def _reached(survey: Survey, place: Place) -> int:
    """The narrowest cut up to the input of a place: no more numbers can have got this far."""
    return min(cut.width for cut in survey.profile.cuts if cut.ends_at <= place.start)


def _pinched(
    survey: Survey, place: Place, width: int, reached: int | None, cut: tuple[str, ...]
) -> tuple[str, ...]:
    """The cut where it is narrower than the output and than what got this far, and no skip
    runs past it."""
    narrow = narrowness_of(width, survey.tensors.tensors[place.end].width, reached) in BINDING
    return cut if narrow and not place.bypassed else ()


def _limited_to(survey: Survey, place: Place, width: int, reached: int | None) -> int | None:
    """What got this far, where that is why a narrow place is not what limits the network."""
    narrowness = narrowness_of(width, survey.tensors.tensors[place.end].width, reached)
    return reached if narrowness == "not limiting" else None


def _comparable(kind: Kind, macs: int | None, wanted: ReductionShape) -> int | None:
    """MACs of the network's own way, where it does what the variants do: a lone pool makes no
    channels, and a kernel smaller than its step skips positions."""
    skips = kind == "strided-conv" and wanted.unread > 0
    return None if kind == "pool" or skips else macs


def _shape(survey: Survey, place: Place) -> ReductionShape:
    """Grids and channels of its ends; behind a convolution that widens or narrows first, the
    grid that the pool reads."""
    first, last = _grid(survey, place.start), _grid(survey, place.end)
    return ReductionShape(
        _sides_before(survey, place), last.sides, first.channels, last.channels,
        _kernel(survey, place, last),
    )  # fmt: skip


def _sides_before(survey: Survey, place: Place) -> tuple[int, ...]:
    """The larger grid; where its tensor holds tokens or windows, as the layers in it read it."""
    pool = survey.family(place.turn) == "pool"
    grid = _grid(survey, place.read if pool else place.start)
    known = (read for position in place.inside if (read := survey.sides_read(position)))
    same = (sides for sides in known if math.prod(sides) == grid.positions)
    return next(same, grid.sides)


def _grid(survey: Survey, position: int) -> Grid:
    grid = survey.grid(position)
    if grid is None:  # `falls` compared the grids of both ends
        raise ValueError(f"tensor {position} has no grid")
    return grid


def _kernel(survey: Survey, place: Place, grid: Grid) -> tuple[int, ...]:
    """That of its convolution: the strided one that sees most, else the one beside the pool; as
    large as the patches of a regrouping; 3 wide where it has none."""
    convs = survey.strided(place.inside) or _convolutions(survey, place.inside)
    if convs:
        return max(convs, key=_importance).kernel
    sides = _grid(survey, place.start).sides
    if is_regrouping(survey, place) and len(sides) == len(grid.sides):
        return tuple(round(large / small) for large, small in zip(sides, grid.sides, strict=True))
    return (_USUAL_SIDE,) * len(grid.sides)


def _importance(conv: Convolution) -> tuple[int, int]:
    return math.prod(conv.kernel), conv.c_out


def _convolutions(survey: Survey, positions: Iterable[int]) -> list[Convolution]:
    return [conv for position in positions if (conv := survey.conv(position)) is not None]


def _layers(survey: Survey, place: Place) -> int:
    """Convolutions and dense layers of a place, the squeeze of a gate too."""
    return sum(survey.family(position) in ("conv", "linear") for position in place.inside)


def _wanted(kind: Kind, shape: ReductionShape) -> ReductionShape:
    if kind != "pool" or shape.channels_out > shape.channels_in:
        return shape
    return msgspec.structs.replace(shape, channels_out=2 * shape.channels_in)


def _weights(survey: Survey, place: Place) -> int:
    """Of the convolutions and dense layers, as the variants count them: no biases, no norms; a
    shared one at its first use only."""
    members = (name for p in place.inside for name in survey.tensors.tensors[p].members)
    nodes = (survey.graph.by_id[name] for name in members)
    layers = [node for node in nodes if family_of(node.op) in ("conv", "linear")]
    names = {name for node in layers if (name := node.parameters.get("weight")) is not None}
    known = survey.graph.parameter_by_name
    return sum(math.prod(known[name].spec.shape) for name in names)


def _macs(survey: Survey, place: Place) -> int | None:
    """Of one example; pooling left out, None when an op among them has no formula."""
    members = [name for p in place.inside for name in survey.tensors.tensors[p].members]
    if any(survey.report.layers[name].cost.coverage == "uncovered" for name in members):
        return None
    macs = sum(survey.tensors.tensors[position].macs for position in place.inside)
    return macs // batch_of(survey.graph)


def _rewrite(variants: tuple[Variant, ...], macs: int | None, width: int) -> Rewrite | None:
    parallel = next((variant for variant in variants if variant.kind == "fig10"), None)
    if parallel is None:
        return None
    return Rewrite(macs, parallel.macs, width, parallel.min_cut)


def _with_readers(
    survey: Survey, place: Place, rewrite: Rewrite, wanted: ReductionShape
) -> Rewrite:
    """A rewrite that gives more channels, with what that costs in the layers that read them."""
    pool = survey.tensors.tensors[place.turn].node
    wider = widening(survey.tensors, {pool: wanted.channels_out})
    parallel = conv_beside_pool(wanted)
    return msgspec.structs.replace(
        rewrite,
        reader_macs=wider.readers // batch_of(survey.graph),
        weights=wider.weights + (parallel.weights if parallel is not None else 0),
        stopped_at=wider.stopped_at,
    )


def _commutes(survey: Survey, place: Place, kind: Kind) -> bool:
    """Whether the pool could as well stand before the 1x1 layer: both are linear, and nothing
    bends the numbers in between."""
    pool = survey.maker(place.turn)
    average = pool is not None and pool.op in _AVERAGES
    return kind == "transition" and average and not survey.tensors.tensors[place.read].bent


def _name(survey: Survey, place: Place) -> str:
    """The module that holds just these layers, else the layers' own names."""
    tensors = survey.tensors.tensors
    names = [tensors[position].node for position in place.inside]
    if len(names) == 1:
        return names[0]
    path = names[0].split(".")
    for depth in range(1, len(path)):
        prefix = ".".join(path[:depth])
        if _holds_just(survey, place, prefix, names):
            return prefix
    shown = names if len(names) < 4 else [names[0], names[-1]]
    return (", " if len(names) < 4 else " … ").join(shown)


def _holds_just(survey: Survey, place: Place, prefix: str, names: list[str]) -> bool:
    if not all(name.startswith(f"{prefix}.") for name in names):
        return False
    where = survey.tensors.position_of
    inside = (where.get(node.id) for node in survey.graph.ops if node.id.startswith(f"{prefix}."))
    return all(at is None or place.start <= at <= place.end for at in inside)
