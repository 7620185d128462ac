"""Alternatives in words: short, exact, the same in the window and on the command line."""

from __future__ import annotations

from visualizer.bottlenecks.factorization.alternatives import Alternative
from visualizer.bottlenecks.factorization.network import Candidate, Factorization, Opportunity
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
    what = "C_out" if spent.widens_output else _width_name(alternative)
    if spent.channels < spent.before:
        return f"It saves only up to {what} = {exact(spent.channels)}."
    return _bought(site, spent, what)


def _width_name(alternative: Alternative) -> str:
    """m; where several widths differ, m stands for one that all of them get."""
    between = alternative.widths[1:-1]
    return "m" if len(set(between)) == 1 else "equal widths between the factors, m"


def _bought(site: Site, spent: Spent, what: str) -> str:
    if spent.channels == spent.before:
        return f"Nothing to spend: {what} = {exact(spent.channels)} costs what the original does."
    return (
        f"Spend the saving: {what} = {exact(spent.channels)} instead of {exact(spent.before)} "
        f"costs {human_count(spent.macs)} MACs, the original {human_count(site.macs)}."
    )


def opportunity_text(one: Opportunity, short: bool = False) -> str:
    """`3×3 → 1×3 + 3×1 in 3 layers: −113.57 M MACs, 15.8 % of the network`; short
    `3×3 → 1×3 + 3×1: −113.57 M`."""
    what, saved = f"{one.kernel} → {one.title}", f"−{human_count(one.saved_macs)}"
    if short:
        return f"{what}: {saved}"
    share = f"{percent(one.share)} of the network"
    return f"{what} in {_layers(len(one.nodes))}: {saved} MACs, {share}"


def gain_text(found: Factorization, proposed_only: bool = True, short: bool = False) -> str:
    """What the best form of each convolution comes to; short without the memory it takes."""
    gain = found.gain(proposed_only)
    if not gain.count:
        which = "proposed" if proposed_only else "possible"
        why = ""
        if all(candidate.is_alone for candidate in found.candidates):
            why = ": a single output position shares nothing with neighbours"
        return f"No {which} form of a convolution saves anything here{why}"
    memory = ""
    if gain.extra_bytes is not None and not short:
        memory = f", +{human_bytes(gain.extra_bytes)} activations"
    saved = f"−{human_count(gain.saved_macs)} of {human_count(found.macs)} MACs"
    where = "In" if short else "Best forms in"
    return f"{where} {_layers(gain.count)}: {saved} ({percent(gain.share)}){memory}"


def none_text(candidate: Candidate, proposed_only: bool = True) -> str:
    """What stands for the best form where there is none: `none proposed` where one that is not
    proposed saves."""
    return "none proposed" if proposed_only and _unproposed(candidate) else "none saves"


def why_none(candidate: Candidate, proposed_only: bool = True) -> str:
    """Why no form is the best: what saves and is not proposed, or what gets dearer."""
    said = next((one for one in candidate.alternatives if one.saved_macs <= 0), None)
    dearer = "no form is possible"
    if said is not None:
        dearer = f"{said.title} is not proposed: {said.discouraged}"
    other = _unproposed(candidate) if proposed_only else None
    if other is None:
        return dearer
    saves = f"{other.title} {saving_text(other)}, but is not proposed: {other.discouraged}"
    return f"{dearer}; {saves}" if candidate.is_alone and said is not None else saves


def _unproposed(candidate: Candidate) -> Alternative | None:
    """The first form that saves but is not proposed; factorizations stand before other layers."""
    saving = (one for one in candidate.alternatives if one.saved_macs > 0)
    return next((one for one in saving if not one.is_proposed), None)


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{exact(count)} layers"
