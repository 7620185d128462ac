"""The factors of every rewrite: widths, kernels, strides and paddings, shapes kept.

In a grouped convolution every group is rewritten for itself. Where there is a stride the last
factor carries it, so that the hull stays what it was; `stride_first` is the exception.
"""

from __future__ import annotations

from typing import TypeVar

from visualizer.bottlenecks.factorization.factors import Factor, Step, in_a_row
from visualizer.bottlenecks.factorization.sites import Pads, Site

T = TypeVar("T")
SMALL = 3


# ------------------------------------------------------------------ widths and paddings


def widths_between(site: Site, factors: int, mid: int | None) -> list[int]:
    """Channels after each factor but the last, whole groups each.

    Without `mid` they grow from C_in to C_out by equal ratios: the geometric mean for two
    factors, which is how section 3.1 of the paper expands (√α steps).
    """
    groups = site.groups
    if mid is not None:
        return [groups * max(1, round(mid / groups))] * (factors - 1)
    first, last = site.c_in / groups, site.c_out / groups
    shares = (number / factors for number in range(1, factors))
    return [groups * max(1, round(first ** (1 - share) * last**share)) for share in shares]


def equal_sides(site: Site, side: int) -> tuple[int, ...]:
    """A kernel of `side` on every axis on which the site's has more than 1."""
    return tuple(side if k > 1 else 1 for k in site.kernel)


def count_of_threes(site: Site) -> int:
    """How many kernels of side 3 in a row see as much: (k − 1)/2."""
    return (max(site.kernel) - 1) // 2


def reaching_axes(site: Site) -> list[int]:
    """The axes on which the kernel reaches, the last (width) first."""
    return [axis for axis in reversed(range(len(site.kernel))) if site.kernel[axis] > 1]


def on_axes(values: tuple[T, ...], axes: set[int], otherwise: T) -> tuple[T, ...]:
    """The values of some axes in their places, `otherwise` on the others."""
    return tuple(value if n in axes else otherwise for n, value in enumerate(values))


def _ones(site: Site) -> tuple[int, ...]:
    return (1,) * len(site.kernel)


def _shared_out(zeros: int, factors: int) -> list[int]:
    """`zeros` over the factors, as evenly as whole numbers allow, the last ones first."""
    return [zeros * (n + 1) // factors - zeros * n // factors for n in range(factors)]


def _pads_of(site: Site, factors: int) -> list[Pads]:
    """The site's zeros over the factors. After an axis they go in the opposite order, so
    that two 2×2 keep the grid between them at H×W."""
    axes = [
        list(zip(_shared_out(before, factors), reversed(_shared_out(after, factors)), strict=True))
        for before, after in site.pads
    ]
    return [tuple(axis[number] for axis in axes) for number in range(factors)]


# ------------------------------------------------------------------ small squares in a row


def threes(site: Site, mid: int | None) -> tuple[Factor, ...]:
    """Sides of 3 in a row."""
    return _equal_factors(site, SMALL, count_of_threes(site), mid)


def twos(site: Site, mid: int | None) -> tuple[Factor, ...]:
    """Two of side 2, for one of side 3."""
    return _equal_factors(site, 2, 2, mid)


def _equal_factors(site: Site, side: int, factors: int, mid: int | None) -> tuple[Factor, ...]:
    widths = [*widths_between(site, factors, mid), site.c_out]
    strides = [_ones(site)] * (factors - 1) + [site.stride]
    kernel, pads = equal_sides(site, side), _pads_of(site, factors)
    steps = (
        Step(width, kernel, stride, site.dilation, zeros, site.groups)
        for width, stride, zeros in zip(widths, strides, pads, strict=True)
    )
    return in_a_row(site.c_in, site.grid_in, steps)


def stride_first(site: Site, mid: int | None) -> tuple[Factor, ...]:
    """As Inception's stem: the first side of 3 strides, the others keep the grid."""
    rest = count_of_threes(site) - 1
    widths = [*widths_between(site, rest + 1, mid), site.c_out]
    strides = [site.stride] + [_ones(site)] * rest
    kernel, pads = equal_sides(site, SMALL), [first_pads(site)] + [_keeping_pads(site)] * rest
    steps = (
        Step(width, kernel, stride, site.dilation, zeros, site.groups)
        for width, stride, zeros in zip(widths, strides, pads, strict=True)
    )
    return in_a_row(site.c_in, site.grid_in, steps)


def first_pads(site: Site) -> Pads:
    """Zeros left for a first factor that strides when those after it keep their grid; less
    than 0 where the site has too few."""
    rest = count_of_threes(site) - 1
    return tuple(
        (before - rest * d, after - rest * d) if k > 1 else (before, after)
        for (before, after), k, d in zip(site.pads, site.kernel, site.dilation, strict=True)
    )


def _keeping_pads(site: Site) -> Pads:
    """Zeros around a side of 3 that keep the grid."""
    sides = zip(site.kernel, site.dilation, strict=True)
    return tuple((d, d) if k > 1 else (0, 0) for k, d in sides)


# ------------------------------------------------------------------ other ways


def axis_by_axis(site: Site, mid: int | None) -> tuple[Factor, ...]:
    """1×n, then n×1; each carries the stride and the padding of its own axis, the last one
    also those of the axes on which the kernel does not reach."""
    axes = reaching_axes(site)
    widths = [*widths_between(site, len(axes), mid), site.c_out]
    own = [{axis} for axis in axes]
    own[-1] |= set(range(len(site.kernel))) - set(axes)
    steps = (
        Step(
            width, on_axes(site.kernel, carried, 1), on_axes(site.stride, carried, 1),
            on_axes(site.dilation, carried, 1), on_axes(site.pads, carried, (0, 0)), site.groups,
        )
        for carried, width in zip(own, widths, strict=True)
    )  # fmt: skip
    return in_a_row(site.c_in, site.grid_in, steps)


def depthwise(site: Site, mid: int | None) -> tuple[Factor, ...]:
    """A filter for each channel with the stride, then 1×1 over the channels of each group;
    the width between them is C_in, whatever `mid` says."""
    steps = (
        Step(site.c_in, site.kernel, site.stride, site.dilation, site.pads, site.c_in),
        _pointwise(site, site.c_out),
    )
    return in_a_row(site.c_in, site.grid_in, steps)


def bottleneck(site: Site, mid: int | None) -> tuple[Factor, ...]:
    """1×1 down to m, the kernel with the stride on m channels, 1×1 up to C_out.

    m is a quarter of the usual width unless `mid` says otherwise, as in ResNet.
    """
    wanted = widths_between(site, 2, None)[0] // 4 if mid is None else mid
    narrow = widths_between(site, 2, wanted)[0]
    steps = (
        _pointwise(site, narrow),
        Step(narrow, site.kernel, site.stride, site.dilation, site.pads, site.groups),
        _pointwise(site, site.c_out),
    )
    return in_a_row(site.c_in, site.grid_in, steps)


def _pointwise(site: Site, c_out: int) -> Step:
    ones = _ones(site)
    return Step(c_out, ones, ones, ones, ((0, 0),) * len(ones), site.groups)
