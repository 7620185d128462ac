"""The factorization of a network as one plain document."""

from __future__ import annotations

from typing import Any

from visualizer.bottlenecks.factorization.alternatives import Alternative, Option
from visualizer.bottlenecks.factorization.network import Candidate, Factorization
from visualizer.bottlenecks.factorization.sites import Site
from visualizer.bottlenecks.factorization.spending import spend
from visualizer.graph.model import as_plain


def factorization_document(found: Factorization) -> dict[str, Any]:
    """Everything, as JSON types; MACs and bytes of the whole batch, weights without bias."""
    return {
        "macs": found.macs,
        "proposed": as_plain(found.gain()),
        "all_alternatives": as_plain(found.gain(proposed_only=False)),
        "opportunities": as_plain(found.opportunities),
        "convolutions": [_candidate(found, candidate) for candidate in found.candidates],
    }


def _candidate(found: Factorization, candidate: Candidate) -> dict[str, Any]:
    best = candidate.best()
    return {
        **as_plain(candidate.conv),
        "share": found.share(candidate.conv.macs),
        "best": best.kind if best is not None else None,
        "saved_macs": best.saved_macs if best is not None else 0,
        "alternatives": [_option(candidate.site, option) for option in candidate.options],
    }


def _option(site: Site, option: Option) -> dict[str, Any]:
    if not isinstance(option, Alternative):
        return {"kind": option.kind, "title": option.title, "applicable": False,
                "reason": option.reason}  # fmt: skip
    plain = as_plain(option)
    return {
        "kind": plain.pop("kind"),
        "title": plain.pop("title"),
        "applicable": True,
        "proposed": option.is_proposed,
        "reason": plain.pop("discouraged"),
        **plain,
        "extra_nonlinearities": option.extra_nonlinearities,
        "spent": as_plain(spend(site, option)),
    }
