"""What there is to open, in an order in which any beginning covers all families."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import zip_longest

TIMM = "timm:"


def all_names() -> tuple[str, ...]:
    """Every name of both zoos, as a user types it: one of each family, then a second of each..."""
    return tuple(in_turns(families().values()))


def families() -> dict[str, tuple[str, ...]]:
    """Names by the module that defines them: `torchvision.resnet`, `timm.convnext`."""
    found: dict[str, list[str]] = defaultdict(list)
    for family, name in (*_torchvision(), *_timm()):
        found[family].append(name)
    return {family: tuple(found[family]) for family in sorted(found)}


def in_turns(groups: Iterable[Iterable[str]]) -> Iterator[str]:
    """a1, b1, c1, a2, b2, ..."""
    for turn in zip_longest(*groups):
        yield from (name for name in turn if name is not None)


def _torchvision() -> Iterator[tuple[str, str]]:
    from torchvision import models

    for name in models.list_models():
        module = models.get_model_builder(name).__module__
        yield module.replace(".models.", "."), name


def _timm() -> Iterator[tuple[str, str]]:
    import timm

    for name in timm.list_models():
        module = timm.model_entrypoint(name).__module__
        yield module.replace(".models.", "."), f"{TIMM}{name}"
