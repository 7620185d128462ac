"""What a convolution can be made of, where that is impossible, and where it is not advised.

Sources: "Rethinking the Inception Architecture" (Szegedy et al. 2016), sections 3.1 and 3.2;
MobileNets (Howard et al. 2017) for depthwise + pointwise; "Deep Residual Learning" (He et al.
2016) for the bottleneck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from visualizer.bottlenecks.factorization import builders
from visualizer.bottlenecks.factorization.builders import (
    SMALL,
    count_of_threes,
    equal_sides,
    first_pads,
    on_axes,
    reaching_axes,
)
from visualizer.bottlenecks.factorization.factors import Factor
from visualizer.bottlenecks.factorization.sites import Site

Kind = Literal["3x3s", "3x3s-stride-first", "1xn+nx1", "2x2s", "depthwise", "bottleneck"]

MEDIUM_GRIDS = (12, 20)
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


class Recipe(msgspec.Struct, frozen=True):
    """One way to rewrite a convolution.

    `title` names it for a site, `impossible` says why a site has none of it ("" when it has),
    `discouraged` why it is not proposed there ("" when it is), `build` makes the factors with
    `mid` channels between them (None: the usual widths); `has_mid` says whether `mid` changes
    anything.
    """

    kind: Kind
    title: Callable[[Site], str]
    impossible: Callable[[Site], str]
    discouraged: Callable[[Site], str]
    build: Callable[[Site, int | None], tuple[Factor, ...]]
    has_mid: bool = True


def sides(values: tuple[int, ...]) -> str:
    """`5×5`."""
    return "×".join(map(str, values))


# ------------------------------------------------------------------ small squares in a row


def _threes_title(site: Site) -> str:
    count = max(2, count_of_threes(site))
    return f"{_COUNTS.get(count, count)} {sides(equal_sides(site, SMALL))}"


def _stride_first_title(site: Site) -> str:
    return f"{_threes_title(site)}, the first strided"


def _twos_title(site: Site) -> str:
    return f"two {sides(equal_sides(site, 2))}"


def _no_threes(site: Site) -> str:
    reach, small = {k for k in site.kernel if k > 1}, sides(equal_sides(site, SMALL))
    if len(reach) > 1:
        return f"its sides differ; {small} in a row see equal sides only"
    if max(reach) % 2 == 0:
        return f"its sides are even; {small} in a row see odd sides only"
    return f"it is {small} already" if max(reach) == SMALL else ""


def _no_stride_first(site: Site) -> str:
    if why := _no_threes(site):
        return why
    if any(min(pair) < 0 for pair in first_pads(site)):
        return f"its padding is too small to come out at {sides(site.grid_out)} again"
    return ""


def _no_twos(site: Site) -> str:
    if {k for k in site.kernel if k > 1} == {SMALL}:
        return ""
    seen = sides(equal_sides(site, SMALL))
    return f"{_twos_title(site)} see {seen}, not {sides(site.kernel)}"


def _threes_discouraged(site: Site) -> str:
    return _not_a_picture(site) or _cheap_already(site)


def _stride_first_discouraged(site: Site) -> str:
    return "it sees more than the original; Inception's stem does it for the cheaper grid"


def _twos_discouraged(site: Site) -> str:
    return "the poorer way: at equal widths it saves 11 %, 1×3 + 3×1 saves 33 %"


# ------------------------------------------------------------------ one axis after the other


def _axes_title(site: Site) -> str:
    axes = reaching_axes(site)
    if len(axes) < 2:
        return "1×n + n×1"
    return " + ".join(sides(on_axes(site.kernel, {axis}, 1)) for axis in axes)


def _no_axes(site: Site) -> str:
    if len(site.kernel) == 1:
        return "it has one axis only"
    one = len(reaching_axes(site)) < 2
    return f"it is {sides(site.kernel)}: along one axis already" if one else ""


def _axes_discouraged(site: Site) -> str:
    if why := _not_a_picture(site) or _cheap_already(site):
        return why
    if site.is_strided:
        return "the paper advises it for stride 1 only"
    least, most = MEDIUM_GRIDS
    if not all(least <= side <= most for side in site.grid_out):
        grid = sides(site.grid_out)
        return f"the paper advises it on medium grids, {least} to {most} a side; here it is {grid}"
    if len(set(site.kernel)) > 1:
        return "the paper advises it for square kernels only"
    return ""


# ------------------------------------------------------------------ other layers


def _already_depthwise(site: Site) -> str:
    return "it is depthwise already" if site.is_depthwise else _single_channel(site)


def _nothing_to_reduce(site: Site) -> str:
    if site.is_depthwise:
        return "each filter sees one channel: nothing to reduce"
    return _single_channel(site)


def _single_channel(site: Site) -> str:
    return "it reads one channel: nothing to separate" if site.c_in == site.groups else ""


def _other_layer(site: Site) -> str:
    return "another layer, not a factorization: no filter sees space and channels together"


def _narrows(site: Site) -> str:
    return "another layer: it narrows to m channels, which asks for a skip around it"


# ------------------------------------------------------------------ why not


def _not_a_picture(site: Site) -> str:
    if len(site.kernel) == 2:
        return ""
    axes = "one axis" if len(site.kernel) == 1 else f"{len(site.kernel)} axes"
    return f"the paper speaks of pictures; this has {axes}"


def _cheap_already(site: Site) -> str:
    if not site.is_depthwise:
        return ""
    return "depthwise: little arithmetic to save for one tensor more in memory"


def _depthwise_title(_: Site) -> str:
    return "depthwise + pointwise"


def _bottleneck_title(_: Site) -> str:
    return "bottleneck"


RECIPES = (
    Recipe("3x3s", _threes_title, _no_threes, _threes_discouraged, builders.threes),
    Recipe(
        "3x3s-stride-first", _stride_first_title, _no_stride_first, _stride_first_discouraged,
        builders.stride_first,
    ),
    Recipe("1xn+nx1", _axes_title, _no_axes, _axes_discouraged, builders.axis_by_axis),
    Recipe("2x2s", _twos_title, _no_twos, _twos_discouraged, builders.twos),
    Recipe(
        "depthwise", _depthwise_title, _already_depthwise, _other_layer, builders.depthwise,
        has_mid=False,
    ),
    Recipe("bottleneck", _bottleneck_title, _nothing_to_reduce, _narrows, builders.bottleneck),
)  # fmt: skip
RECIPE_OF = {recipe.kind: recipe for recipe in RECIPES}
