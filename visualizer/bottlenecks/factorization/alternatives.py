"""What comes of each rewrite of a convolution: costs, what it sees, whether it is advised."""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec

from visualizer.bottlenecks.factorization.factors import Factor, seen_by
from visualizer.bottlenecks.factorization.recipes import RECIPES, Kind, Recipe
from visualizer.bottlenecks.factorization.sites import Site
from visualizer.costs.units import percent

_REMEMBERED = 4096


class Alternative(msgspec.Struct, frozen=True):
    """A rewrite of a convolution.

    `factors` run one after the other; `mid` is the width between them (the widest, where
    several differ; None when it cannot be chosen). `macs` and `extra_bytes`, the memory of
    what stands between the factors, are of the whole batch; `extra_bytes` is None for a dtype
    of unknown size. `saving` is a share of the original's MACs and negative where it gets
    dearer. `seen` is the hull, in input positions. `discouraged` says why it is not
    proposed, be it that it saves nothing; it is "" when it is.
    """

    kind: Kind
    title: str
    factors: tuple[Factor, ...]
    mid: int | None
    macs: int
    weights: int
    saved_macs: int
    saving: float
    extra_bytes: int | None
    seen: tuple[int, ...]
    sees_the_same: bool
    discouraged: str

    @property
    def is_proposed(self) -> bool:
        return not self.discouraged

    @property
    def extra_nonlinearities(self) -> int:
        """One between each two factors."""
        return len(self.factors) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels from the input to the output."""
        return self.factors[0].c_in, *(factor.c_out for factor in self.factors)


class Inapplicable(msgspec.Struct, frozen=True):
    """A rewrite that this convolution does not have, and why."""

    kind: Kind
    title: str
    reason: str


Option = Alternative | Inapplicable


@lru_cache(maxsize=_REMEMBERED)
def alternatives(site: Site, mid: int | None = None) -> tuple[Option, ...]:
    """Every rewrite of the convolution at `site`, in the order of the recipes.

    `mid` is the width wanted between the factors, rounded to whole groups; None takes the
    usual one (`widths_between`). Raises ValueError when it is less than 1.
    """
    if mid is not None and mid < 1:
        raise ValueError(f"{mid} channels between the factors: it takes at least one")
    fitting = (recipe for recipe in RECIPES if _speaks_of(recipe, site))
    return tuple(option_of(recipe, site, mid) for recipe in fitting)


def _speaks_of(recipe: Recipe, site: Site) -> bool:
    """Where the stride goes is no question without one."""
    return recipe.kind != "3x3s-stride-first" or site.is_strided


def option_of(recipe: Recipe, site: Site, mid: int | None) -> Option:
    """What `recipe` makes of the convolution at `site`."""
    if why := recipe.impossible(site):
        return Inapplicable(recipe.kind, recipe.title(site), why)
    factors = recipe.build(site, mid)
    between = factors[:-1]
    macs = site.batch * sum(factor.macs for factor in factors)
    saving = 1 - macs / site.macs if site.macs else 0.0
    seen = seen_by(factors)
    return Alternative(
        kind=recipe.kind,
        title=recipe.title(site),
        factors=factors,
        mid=max(factor.c_out for factor in between) if recipe.has_mid else None,
        macs=macs,
        weights=sum(factor.weights for factor in factors),
        saved_macs=site.macs - macs,
        saving=saving,
        extra_bytes=_bytes(site, sum(factor.outputs for factor in between)),
        seen=seen,
        sees_the_same=seen == site.seen,
        discouraged=recipe.discouraged(site) or _dear(saving) + _alone(site, factors, saving),
    )


def _dear(saving: float) -> str:
    if saving > 0:
        return ""
    return f"it gets dearer by {percent(-saving)}" if saving else "it saves nothing"


def _alone(site: Site, factors: tuple[Factor, ...], saving: float) -> str:
    """Why a factorization that works on grids does not on a single output position."""
    on_a_grid = any(math.prod(factor.grid_out) > 1 for factor in factors[:-1])
    if saving > 0 or math.prod(site.grid_out) > 1 or not on_a_grid:
        return ""
    return (
        ": a single output position shares nothing of what is between with neighbours "
        "(Help ▸ Why two 3×3 replace a 5×5)"
    )


def _bytes(site: Site, elements: int) -> int | None:
    return None if site.element_bytes is None else site.batch * elements * site.element_bytes
