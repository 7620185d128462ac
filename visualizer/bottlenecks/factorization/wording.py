"""Alternatives in words: short, exact, the same in the window and on the command line."""

from __future__ import annotations

from visualizer.bottlenecks.factorization.alternatives import Alternative
from visualizer.bottlenecks.factorization.network import Factorization, Opportunity
from visualizer.bottlenecks.factorization.recipes import sides
from visualizer.bottlenecks.factorization.sites import Site
from visualizer.bottlenecks.factorization.spending import Spent, spend
from visualizer.costs.units import exact, human_bytes, human_count, percent

BETWEEN = (
    "An activation belongs between the factors: with ReLU the paper's network reached 77.2 %, "
    "with nothing between (linear) 76.2 % (Fig. 2)."
)


def saving_text(alternative: Alternative) -> str:
    """`saves 28.0 %`, `gets dearer by 8.0 %` or `costs the same`."""
    if alternative.saved_macs == 0:
        return "costs the same"
    if alternative.saved_macs < 0:
        return f"gets dearer by {percent(-alternative.saving)}"
    return f"saves {percent(alternative.saving)}"


def change_text(alternative: Alternative) -> str:
    """`−28.0 %`, `+8.0 %`: the change of the MACs."""
    sign = "−" if alternative.saved_macs > 0 else "+" if alternative.saved_macs < 0 else "±"
    return f"{sign}{percent(abs(alternative.saving))}"


def seen_text(site: Site, alternative: Alternative) -> str:
    """`sees 5×5, as before`."""
    if alternative.sees_the_same:
        return f"sees {sides(alternative.seen)}, as before"
    return f"sees {sides(alternative.seen)} instead of {sides(site.seen)}"


def memory_text(alternative: Alternative) -> str:
    """`+1.20 MB activations`: what stands between the factors."""
    if alternative.extra_bytes is None:
        return "activations of unknown size more"
    return f"+{human_bytes(alternative.extra_bytes)} activations"


def nonlinear_text(alternative: Alternative) -> str:
    """`one nonlinearity more`."""
    extra = alternative.extra_nonlinearities
    return "one nonlinearity more" if extra == 1 else f"{extra} nonlinearities more"


def widths_text(alternative: Alternative) -> str:
    """`64 → 111 → 192`."""
    return " → ".join(exact(width) for width in alternative.widths)


def stride_text(site: Site, alternative: Alternative) -> str:
    """Which factor carries the stride, and on which grids the arithmetic is done then."""
    if not site.is_strided:
        return ""
    names = [factor.kernel_text for factor in alternative.factors]
    carriers = [
        f"factor {number} ({name})"
        for number, (name, factor) in enumerate(zip(names, alternative.factors, strict=True), 1)
        if any(step > 1 for step in factor.stride)
    ]
    grids = ", ".join(
        f"{human_count(site.batch * factor.macs)} on {sides(factor.grid_out)}"
        for factor in alternative.factors
    )
    return f"stride in {' and '.join(carriers)}: {grids}"


def spent_text(site: Site, alternative: Alternative) -> str:
    """What the saving buys, or how narrow it must be to save at all; "" with nothing to save."""
    if not site.macs:
        return ""
    spent = spend(site, alternative)
    if spent is None:
        return "Dearer than the original with any number of channels."
    return _bought(site, spent) if spent.channels >= spent.before else _limit(spent)


def _bought(site: Site, spent: Spent) -> str:
    what = "C_out" if spent.widens_output else "m"
    if spent.channels == spent.before:
        return f"Nothing to spend: {what} = {exact(spent.channels)} costs what the original does."
    return (
        f"Spend the saving: {what} = {exact(spent.channels)} instead of {exact(spent.before)} "
        f"costs {human_count(spent.macs)} MACs, the original {human_count(site.macs)}."
    )


def _limit(spent: Spent) -> str:
    what = "C_out" if spent.widens_output else "m"
    return f"It saves only up to {what} = {exact(spent.channels)}."


def opportunity_text(one: Opportunity) -> str:
    """`3×3 → 1×3 + 3×1 in 3 layers: −113.57 M MACs, 15.8 % of the network`."""
    saved = f"−{human_count(one.saved_macs)} MACs, {percent(one.share)} of the network"
    return f"{one.kernel} → {one.title} in {_layers(len(one.nodes))}: {saved}"


def gain_text(found: Factorization, proposed_only: bool = True) -> str:
    """What the best form of each convolution comes to."""
    gain = found.gain(proposed_only)
    if not gain.count:
        which = "proposed" if proposed_only else "possible"
        return f"No {which} form of a convolution saves anything here"
    memory = "" if gain.extra_bytes is None else f", +{human_bytes(gain.extra_bytes)} activations"
    saved = f"−{human_count(gain.saved_macs)} of {human_count(found.macs)} MACs"
    return f"Best forms in {_layers(gain.count)}: {saved} ({percent(gain.share)}){memory}"


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{exact(count)} layers"
