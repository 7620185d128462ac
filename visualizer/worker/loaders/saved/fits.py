"""Which networks known by name take the tensors of a file."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.engine.saved import Fit
from visualizer.sources import parse_source
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.saved.fingerprint import Known, load_index
from visualizer.worker.loaders.saved.matching import Match, Shapes, matched, readings

Compare = Callable[[str, Shapes], Match]
"""How the tensors fit a network known by name; raises LoadError where it cannot be built."""

MOST_COMPARED = 3
MOST_NAMED = 8
LEAST_SHARE = 0.3
"""Of the tensors: below that a network has nothing to do with the file."""


def find_fits(
    shapes: Shapes, compare: Compare, check: Callable[[], None] = lambda: None
) -> tuple[tuple[Fit, ...], int]:
    """The networks that take these tensors, the best first, and how many more there are.

    The likeliest are built without weights and compared name by name. Where one fits wholly, all
    with the very same tensors are named and nothing else, the best known first; else those that
    open with another number of outputs. `check` is called in between and may raise to stop.
    """
    found: list[Fit] = []
    for names in _likeliest(shapes):
        check()
        match = _compared(names[0], shapes, compare)
        if match is not None and match.matched >= LEAST_SHARE * match.wanted:
            found += [_fit(name, match) for name in names]
    exact = [fit for fit in found if fit.is_exact]
    opening = [fit for fit in found if fit.opens]
    ranked = exact or opening or sorted(found, key=lambda fit: -fit.matched)
    return tuple(ranked[:MOST_NAMED]), max(0, len(ranked) - MOST_NAMED)


def _likeliest(shapes: Shapes) -> list[list[str]]:
    """The best candidates of all readings of the names, those with the same tensors together."""
    index = load_index()
    read = [{name: shapes[old] for name, old in names.items()} for names in readings(shapes)]
    best = max((index.candidates(each) for each in read), key=_best_share, default=[])
    groups: dict[int, list[str]] = {}
    for known in best:
        groups.setdefault(known.digest, []).append(known.name)
    return list(groups.values())[:MOST_COMPARED]


def _best_share(candidates: list[Known]) -> float:
    return candidates[0].share if candidates else 0.0


def _compared(name: str, shapes: Shapes, compare: Compare) -> Match | None:
    try:
        return compare(name, shapes)
    except LoadError:  # timm is not installed, or an older one that lacks the network
        return None


def _fit(name: str, match: Match) -> Fit:
    difference = match.difference if not match.is_exact else ""
    return Fit(
        name, match.matched, match.wanted, len(match.unexpected), difference, match.heads_text
    )


def compare_with_known(name: str, shapes: Shapes) -> Match:
    """How `visualizer NAME --weights FILE` would take the file's tensors; raises LoadError."""
    # Late: the loaders are what asks for fits.
    from visualizer.worker.loaders import recipe_for
    from visualizer.worker.loaders.torchvision_zoo import absent_from_weights

    network = recipe_for(parse_source(name)).build("meta")
    own = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    return matched(own, shapes, *absent_from_weights(name))
