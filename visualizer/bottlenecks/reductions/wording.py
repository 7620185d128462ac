"""What Fig 10 would give at a reduction, in a student's words."""

from __future__ import annotations

import msgspec

from visualizer.bottlenecks.reductions.model import Kind, ReductionShape, Rewrite
from visualizer.costs.units import exact, human_count

_FIG10 = "Fig 10 of Rethinking Inception"
_STEM = (
    "This is the stem: it reads the picture itself, and a pool beside the convolution "
    "would only hand on pixels. Fig 10 is not proposed here."
)
_BYPASSED = "A long skip runs past this place, so that what is lost here is not lost for good. "

_NOT_LIMITING = (
    "But no more than {} can have reached it anyway (an earlier place is as narrow), so this is "
    "not what limits the network. "
)


class Setting(msgspec.Struct, frozen=True):
    """What decides the advice: the kind of reduction, where it stands and what is in it.

    `layers` are its convolutions and dense layers. `pooled_first` are the MACs of pooling before
    the convolution, where the two may change places; None where they may not. `limited_to` is
    what got this far, where that is why a narrow place limits nothing; else None.
    """

    kind: Kind
    stem: bool
    bypassed: bool
    layers: int
    pooled_first: int | None = None
    limited_to: int | None = None


def advice_for(
    setting: Setting, shape: ReductionShape, wanted: ReductionShape, rewrite: Rewrite | None
) -> str:
    """A sentence or two on what Fig 10 would give, or why it is not proposed."""
    before = _BYPASSED if setting.bypassed else ""
    if setting.limited_to is not None:
        before = _NOT_LIMITING.format(exact(setting.limited_to))
    if setting.kind == "fig10":
        return before + _is_fig10(shape)
    if setting.stem:
        return before + _STEM
    if rewrite is None:
        return before + _no_new_channels(setting, shape)
    if setting.kind == "pool":
        return before + _of_pool(wanted, rewrite)
    many = f" It would replace {setting.layers} layers by one." if setting.layers > 1 else ""
    return f"{before}{_parallel(wanted)}. {_outcome(rewrite)}{many}"


def _is_fig10(shape: ReductionShape) -> str:
    return (
        f"This is {_FIG10} already: only the {exact(shape.channels_out - shape.channels_in)} new "
        "channels are computed, and the pool hands on the old ones."
    )


def _no_new_channels(setting: Setting, shape: ReductionShape) -> str:
    said = (
        f"No channels are added ({shape.channels_in} become {shape.channels_out}), so there is "
        "nothing to make beside a pool: Fig 10 does not apply."
    )
    if setting.pooled_first is None:
        return said
    return (
        f"{said} But a 1×1 convolution and an average pool may change places: pooling first "
        f"gives the same numbers for {human_count(setting.pooled_first)} MACs."
    )


def _of_pool(wanted: ReductionShape, rewrite: Rewrite) -> str:
    return (
        f"The pool makes nothing new. {_parallel(wanted)}, which doubles the channels. Then "
        f"{exact(rewrite.cut_after)} numbers pass instead of {exact(rewrite.cut_before)}, for "
        f"{_price(rewrite)}."
    )


def _price(rewrite: Rewrite) -> str:
    """What new channels cost: where they are made, and in the layers that then read them."""
    made = human_count(rewrite.macs_after)
    if rewrite.stopped_at:
        return (
            f"{made} MACs more there; what they cost further on is not counted, as "
            f"{rewrite.stopped_at} would have to widen with them"
        )
    if not rewrite.reader_macs:
        return f"{made} MACs more"
    weights = "" if rewrite.weights is None else f"; {human_count(rewrite.weights)} weights more"
    return (
        f"{human_count(rewrite.macs_after + rewrite.reader_macs)} MACs more: {made} there, "
        f"{human_count(rewrite.reader_macs)} in the layers that then read twice as many "
        f"channels{weights}"
    )


def _parallel(wanted: ReductionShape) -> str:
    added = wanted.channels_out - wanted.channels_in
    return (
        f"{_FIG10} would be a {wanted.kernel_text} convolution with stride to {exact(added)} "
        f"channels beside a pool that keeps the {exact(wanted.channels_in)}"
    )


def _outcome(rewrite: Rewrite) -> str:
    if rewrite.cut_after > rewrite.cut_before:
        passing = f"{exact(rewrite.cut_after)} numbers pass instead of {exact(rewrite.cut_before)}"
    else:
        passing = f"The same {exact(rewrite.cut_after)} numbers pass"
    after = human_count(rewrite.macs_after)
    if rewrite.macs_before is None or rewrite.macs_saved is None:
        return f"{passing}, for {after} MACs; what it costs now is not known."
    now = human_count(rewrite.macs_before)
    if rewrite.macs_saved < 0:
        return f"{passing}, but it would be dearer: {after} MACs instead of {now}."
    return f"{passing}, for {after} MACs instead of {now}."
