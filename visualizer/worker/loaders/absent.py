"""Live objects: their own process opens them, and no other can."""

from __future__ import annotations

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import LoadError, Recipe


class AbsentObjectLoader:
    """Says why there is no recipe."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "object"

    def recipe(self, source: ModelSource) -> Recipe:
        raise LoadError(
            f"{source.text} is a network in the memory of a script: open it there, with "
            "visualizer.show(model)"
        )
