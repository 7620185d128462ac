"""The ways to halve a grid while widening it, with their exact costs.

After Szegedy et al., Rethinking the Inception Architecture, section 5 and Figs 9 and 10; the
source leaves the kernel's area out and takes d/2 for the smaller grid, here both are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from visualizer.bottlenecks.reductions.model import (
    ReductionShape,
    Variant,
    VariantKind,
    narrowness_of,
)
from visualizer.costs.units import exact, percent


def variants_of(
    shape: ReductionShape, own: int | None = None, reached: int | None = None
) -> tuple[Variant, ...]:
    """Every variant that can do it, with its verdict; Fig 10 only where channels are added.

    `own` are the MACs of what the network has, where that does the same, `reached` is the
    narrowest cut before it. What leaves positions unread does not do the same: it is never the
    cheapest.
    """
    found = [pool_then_conv(shape), conv_then_pool(shape), strided_conv(shape)]
    if (parallel := conv_beside_pool(shape)) is not None:
        found.insert(2, parallel)
    every = [variant.macs for variant in found if not variant.unread]
    every += [] if own is None else [own]
    judge = _Judge(shape, min(every), max(every), reached)
    return tuple(map(judge.judged, found))


def cheapest_of(variants: Iterable[Variant], own: int | None) -> int:
    """The least MACs with which the same can be done; `own` are those of the network's way."""
    every = [variant.macs for variant in variants if not variant.unread]
    return min(every if own is None else [*every, own])


def pool_then_conv(shape: ReductionShape) -> Variant:
    """Fig 9 left: d'²·k·k'·K MACs, but only d'²·k numbers get through the pool."""
    positions, k, wide = shape.positions_out, shape.channels_in, shape.channels_out
    weights = _weights(shape, wide)
    return _variant("fig9-left", shape, positions * weights, weights, positions * k,
                    positions * (k + wide))  # fmt: skip


def conv_then_pool(shape: ReductionShape) -> Variant:
    """Fig 9 right: d²·k·k'·K MACs, as the convolution runs on the large grid."""
    weights, wide = _weights(shape, shape.channels_out), shape.channels_out
    both = shape.positions_in + shape.positions_out
    return _variant("fig9-right", shape, shape.positions_in * weights, weights,
                    shape.positions_in * wide, both * wide)  # fmt: skip


def conv_beside_pool(shape: ReductionShape) -> Variant | None:
    """Fig 10: d'²·k·(k'-k)·K MACs, the pool keeps k channels and the convolution adds k'-k.

    None where no channels are added: there is nothing to make beside the pool.
    """
    added = shape.channels_out - shape.channels_in
    if added <= 0:
        return None
    weights, width = _weights(shape, added), shape.positions_out * shape.channels_out
    return _variant("fig10", shape, shape.positions_out * weights, weights, width, 2 * width)


def strided_conv(shape: ReductionShape) -> Variant:
    """A convolution with stride alone: d'²·k·k'·K MACs."""
    weights, width = _weights(shape, shape.channels_out), shape.positions_out * shape.channels_out
    made = _variant("strided-conv", shape, shape.positions_out * weights, weights, width, width)
    return msgspec.structs.replace(made, unread=shape.unread)


def _weights(shape: ReductionShape, filters: int) -> int:
    return shape.channels_in * filters * math.prod(shape.kernel)


def _variant(
    kind: VariantKind, shape: ReductionShape, macs: int, weights: int, inside: int, numbers: int
) -> Variant:
    """`inside` is the width between input and output; the output itself may be narrower."""
    cut = min(inside, shape.output)
    return Variant(kind, macs, weights, cut, numbers, narrowness_of(cut, shape.output))


class _Judge(msgspec.Struct, frozen=True):
    """Puts in words how the variants of one shape compare."""

    shape: ReductionShape
    cheapest: int
    dearest: int
    reached: int | None

    def judged(self, variant: Variant) -> Variant:
        narrowness = narrowness_of(variant.min_cut, self.shape.output, self.reached)
        found = msgspec.structs.replace(variant, narrowness=narrowness)
        return msgspec.structs.replace(found, verdict=self._passing(found) + self._price(found))

    def _passing(self, variant: Variant) -> str:
        if variant.clean:
            return "clean"
        shares = (
            f"{percent(variant.min_cut / self.shape.output)} of output, "
            f"{percent(variant.min_cut / self.shape.input)} of input"
        )
        if variant.narrowness == "not limiting":
            return f"not limiting: {shares}, but only {exact(self.reached or 0)} get this far"
        return f"{variant.narrowness}: {shares}"

    def _price(self, variant: Variant) -> str:
        if variant.unread:
            return f", but {percent(variant.unread)} of the positions are never read"
        return {self.cheapest: ", cheapest", self.dearest: ", dearest"}.get(variant.macs, "")
