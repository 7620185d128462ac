"""Networks of the texts by name, with random weights: `paper:fig10`, `lecture:alexnet`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

from visualizer.lecture import LECTURE_BY_NAME, LectureNetwork
from visualizer.paper import PAPER_BY_NAME, PaperNetwork
from visualizer.sources import InputSpec, ModelSource, Preprocessing
from visualizer.worker.loaders.base import LoadError, Recipe, did_you_mean
from visualizer.worker.loaders.building import RANDOM_WEIGHTS, builder

_COLOURS = 3
_NAMED: Mapping[str, Mapping[str, PaperNetwork | LectureNetwork]] = {
    "paper": PAPER_BY_NAME,
    "lecture": LECTURE_BY_NAME,
}
_WHY_RANDOM = {"paper": "it only shows a figure", "lecture": "it only shows what the layers cost"}


class TextLoader:
    """`paper:NAME` and `lecture:NAME`."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind in _NAMED

    def recipe(self, source: ModelSource) -> Recipe:
        named = _NAMED[source.kind]
        known = named.get(source.location)
        if known is None:
            hint = did_you_mean(source.location, named, f"it has {', '.join(named)}")
            raise LoadError(f"the {source.kind} has no network called '{source.location}'{hint}")
        if source.weights != "none":
            raise LoadError(
                f"{source.text} has no trained weights, {_WHY_RANDOM[source.kind]}: open it with "
                "--weights none"
            )
        return Recipe(
            name=source.text,
            build=builder(source.text, _builders(source.kind)[known.name]),
            weights_text=RANDOM_WEIGHTS,
            trained=False,
            default_inputs=(InputSpec(known.shape),),
            preprocessing=_preprocessing(known.shape),
        )


def _builders(kind: str) -> Mapping[str, Callable[[], nn.Module]]:
    """Imported when wanted: most networks opened are of other sources."""
    if kind == "paper":
        from visualizer.worker.papers import BUILDERS as FIGURES

        return FIGURES
    from visualizer.worker.lectures import BUILDERS

    return BUILDERS


def _preprocessing(shape: tuple[int, ...]) -> Preprocessing | None:
    """Only what takes three channels takes a picture."""
    _, channels, height, width = shape
    return Preprocessing(height, (height, width)) if channels == _COLOURS else None
