"""The ways to halve a grid while widening it, with their exact costs.

After Szegedy et al., Rethinking the Inception Architecture, section 5 and Figs 9 and 10; the
source leaves the kernel's area out and takes d/2 for the smaller grid, here both are exact.
"""

from __future__ import annotations

import math

import msgspec

from visualizer.bottlenecks.reductions.model import (
    ReductionShape,
    Variant,
    VariantKind,
    narrowness_of,
)
from visualizer.costs.units import percent


def variants_of(shape: ReductionShape) -> tuple[Variant, ...]:
    """Every variant that can do it, with its verdict; Fig 10 only where channels are added."""
    found = [pool_then_conv(shape), conv_then_pool(shape), strided_conv(shape)]
    if (parallel := conv_beside_pool(shape)) is not None:
        found.insert(2, parallel)
    cheapest, dearest = (pick(variant.macs for variant in found) for pick in (min, max))
    return tuple(
        msgspec.structs.replace(variant, verdict=_verdict(variant, shape, cheapest, dearest))
        for variant in found
    )


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
    return _variant("strided-conv", shape, shape.positions_out * weights, weights, width, width)


def _weights(shape: ReductionShape, filters: int) -> int:
    return shape.channels_in * filters * math.prod(shape.kernel)


def _variant(
    kind: VariantKind, shape: ReductionShape, macs: int, weights: int, inside: int, numbers: int
) -> Variant:
    """`inside` is the width between input and output; the output itself may be narrower."""
    output = shape.positions_out * shape.channels_out
    cut = min(inside, output)
    return Variant(kind, macs, weights, cut, numbers, narrowness_of(cut, output))


def _verdict(variant: Variant, shape: ReductionShape, cheapest: int, dearest: int) -> str:
    price = {cheapest: ", cheapest", dearest: ", dearest"}.get(variant.macs, "")
    if variant.clean:
        return f"clean{price}"
    output = shape.positions_out * shape.channels_out
    entered = shape.positions_in * shape.channels_in
    return (
        f"{variant.narrowness}: {percent(variant.min_cut / output)} of output, "
        f"{percent(variant.min_cut / entered)} of input{price}"
    )
