"""Every model type of transformers, with its default config made shallow: how many open.

`python -m tests.perf.transformers_configs [TYPE ...]` prints those that do not, and why.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from tests.perf.table import Row
from visualizer.costs import cost_report
from visualizer.sources import ModelSource
from visualizer.worker.extraction import TraceError
from visualizer.worker.loaders import LoadError, recipe_for
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import traced

_DEPTHS = (
    "num_hidden_layers", "num_layers", "n_layer", "n_layers", "encoder_layers", "decoder_layers",
    "num_decoder_layers", "num_encoder_layers",
)  # fmt: skip
_SHALLOW = 2
_MOST_SECONDS = 60
_MOST_REAL_WEIGHTS = 500_000_000


@dataclass(frozen=True)
class Opened:
    """How one type came out: `problem` is the line shown, empty when it opened."""

    model_type: str
    seconds: float
    route: str = ""
    ops: int = 0
    uncovered: tuple[str, ...] = ()
    problem: str = ""


class TooSlow(Exception):
    """A type took longer than `_MOST_SECONDS`."""


def model_types() -> list[str]:
    from transformers import CONFIG_MAPPING

    return sorted(CONFIG_MAPPING.keys())


def open_type(model_type: str, folder: Path) -> Opened:
    """The type with few layers or, where its layers are listed one by one, with all of them."""
    shallow = _open(model_type, folder, shallow=True)
    return _open(model_type, folder, shallow=False) if shallow.problem else shallow


def _open(model_type: str, folder: Path, shallow: bool) -> Opened:
    start = time.perf_counter()
    try:
        with _limited():
            path = _written(model_type, folder, shallow)
            recipe = recipe_for(ModelSource("hf", str(path)))
            recipe = replace(recipe, build=_not_too_large(recipe.build))
            graph = traced(recipe, (), Running.unheard()).graph
    except (LoadError, TraceError, TooSlow) as error:
        return Opened(model_type, time.perf_counter() - start, problem=str(error) or "too slow")
    except Exception as error:  # noqa: BLE001 - a default config may not even be one
        text = f"{type(error).__name__}: {str(error).splitlines()[:1]}"
        return Opened(model_type, time.perf_counter() - start, problem=text)
    seconds = time.perf_counter() - start
    uncovered = cost_report(graph).uncovered_ops
    return Opened(model_type, seconds, graph.route, len(graph.ops), tuple(uncovered))


def _written(model_type: str, folder: Path, shallow: bool) -> Path:
    from transformers import CONFIG_MAPPING

    settings = CONFIG_MAPPING[model_type]().to_dict()
    settings = {**settings, "model_type": model_type}
    path = folder / "config.json"
    path.write_text(json.dumps(_shallow(settings) if shallow else settings, default=str))
    return path


def _shallow(settings: Any) -> Any:
    if not isinstance(settings, dict):
        return settings
    return {
        key: _SHALLOW
        if key in _DEPTHS and isinstance(value, int) and value > _SHALLOW
        else value[:_SHALLOW]
        if str(key).endswith("layer_types") and isinstance(value, list)
        else _shallow(value)
        for key, value in settings.items()
    }


def _not_too_large(build: Callable[[str], nn.Module]) -> Callable[[str], nn.Module]:
    """Real weights only where they fit into the memory of a small machine."""

    def checked(device: str) -> nn.Module:
        if device != "meta":
            weights = sum(p.numel() for p in build("meta").parameters())
            if weights > _MOST_REAL_WEIGHTS:
                text = f"needs real tensors, and {weights:,} weights are too many"
                raise TraceError(text, "", "", False)
        return build(device)

    return checked


@contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(_MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def rows() -> list[Row]:
    """Types that do not open, and ops without a formula."""
    with tempfile.TemporaryDirectory() as folder:
        tried = [open_type(model_type, Path(folder)) for model_type in model_types()]
    closed = [one for one in tried if one.problem]
    uncovered = {op for one in tried for op in one.uncovered}
    return [
        Row("transformers types that do not open", len(closed), "types", detail=f"of {len(tried)}"),
        Row("their ops without a formula", len(uncovered), "ops", detail=", ".join(uncovered)),
    ]


def main(types: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for model_type in types or model_types():
            one = open_type(model_type, Path(folder))
            told = one.problem or f"{one.route}, {one.ops} ops {' '.join(one.uncovered)}"
            print(f"{model_type:32} {one.seconds:5.1f} s  {told[:200]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
