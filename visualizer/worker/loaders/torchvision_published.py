"""What torchvision says of its classification weights: accuracy, parameters, operations."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

from visualizer.costs.published import Published

_PICTURES = "ImageNet-1K"


def published_accuracies() -> tuple[Published, ...]:
    """Every entry of torchvision's classification weights with an accuracy on ImageNet-1K, a
    network's in their order there; imports torchvision."""
    from torchvision import models

    names = models.list_models(module=models)
    return tuple(entry for name in names for entry in _entries(name))


def _entries(name: str) -> Iterator[Published]:
    from torchvision import models

    for weights in models.get_model_weights(name):
        meta = weights.meta
        measured = meta.get("_metrics", {}).get(_PICTURES, {})
        top1 = measured.get("acc@1", float("nan"))
        # Features that were trained for detection have no accuracy.
        if not isnan(top1) and "_ops" in meta:
            yield Published(
                name, weights.name, meta["num_params"], round(meta["_ops"] * 1e9), top1,
                measured["acc@5"], _side(weights),
            )  # fmt: skip


def _side(weights: Any) -> int:
    """Height and width of what its transform gives."""
    given = getattr(weights.transforms, "keywords", {}).get("crop_size", 0)
    side: int = given[0] if isinstance(given, list | tuple) else given
    return side
