"""What an argument of a forward pass looks like by its name, in all families."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face.arguments import (
    pictures,
    segment_anything,
    series,
    sound,
    speech,
    tokens,
)
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table

_BY_NAME: Table = {
    **tokens.BY_NAME, **pictures.BY_NAME, **sound.BY_NAME, **series.BY_NAME,
    **segment_anything.BY_NAME, **speech.BY_NAME,
}  # fmt: skip


def made_by_name(config: Any, parameters: Parameters, name: str) -> list[Made]:
    """What `name` may be beside the other `parameters`; empty where its name tells nothing."""
    beside = (segment_anything.BESIDE.get((other, name)) for other in parameters)
    make = next(filter(None, (*beside, _BY_NAME.get(name))), None)
    return make(config, parameters) if make else []
