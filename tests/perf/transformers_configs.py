"""Every model type of transformers, with its default config made shallow: how many open.

A default config need not be one that transformers can build or run: `transformers_published` has
settings with which such a type opens, `transformers_explained` says of others why they cannot.
`python -m tests.perf.transformers_configs [TYPE ...]` prints how each type came out.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from tests.perf.table import Row
from tests.perf.transformers_explained import EXPLAINED
from tests.perf.transformers_fitting import FITTING
from tests.perf.transformers_published import PUBLISHED
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

_SETTINGS = {**PUBLISHED, **FITTING}
_DEFAULTS, _PUBLISHED = "opened from defaults", "opened with settings of a checkpoint"
_EXPLAINED, _CLOSED = "explained", "NOT explained"
_UNNEEDED = "explanation no longer needed"


@dataclass(frozen=True)
class Opened:
    """How one type came out: `problem` is the line shown, empty when it opened; `remark` says
    what of the network is left out."""

    model_type: str
    seconds: float
    route: str = ""
    ops: int = 0
    uncovered: tuple[str, ...] = ()
    problem: str = ""
    remark: str = ""
    verdict: str = ""


class TooSlow(Exception):
    """A type took longer than `_MOST_SECONDS`."""


def model_types() -> list[str]:
    from transformers import CONFIG_MAPPING

    return sorted(CONFIG_MAPPING.keys())


def open_type(model_type: str, folder: Path) -> Opened:
    """The type by its default config, else, or where this opens a part only, with settings that
    fit."""
    found = _open_defaults(model_type, folder)
    has_settings = model_type in _SETTINGS
    if not found.problem and not (found.remark and has_settings):
        needless = has_settings or model_type in EXPLAINED
        return replace(found, verdict=_UNNEEDED if needless else _DEFAULTS)
    if not has_settings:
        return replace(found, verdict=_EXPLAINED if model_type in EXPLAINED else _CLOSED)
    fitting = _open(model_type, folder, _SETTINGS[model_type].settings)
    return replace(fitting, verdict=_CLOSED if fitting.problem else _PUBLISHED)


def _open_defaults(model_type: str, folder: Path) -> Opened:
    """With few layers or, where its layers are listed one by one, with all of them."""
    try:
        settings = _default_settings(model_type)
    except Exception as error:  # noqa: BLE001 - a default config may not even be one
        return Opened(model_type, 0.0, problem=_brief(error))
    shallow = _open(model_type, folder, _shallow(settings))
    return _open(model_type, folder, settings) if shallow.problem else shallow


def _open(model_type: str, folder: Path, settings: Mapping[str, Any]) -> Opened:
    start = time.perf_counter()
    path = folder / "config.json"
    path.write_text(json.dumps({**settings, "model_type": model_type}, default=str))
    try:
        with _limited():
            recipe = recipe_for(ModelSource("hf", str(path)))
            recipe = replace(recipe, build=_not_too_large(recipe.build))
            network = traced(recipe, (), Running.unheard())
    except (LoadError, TraceError, TooSlow) as error:
        return Opened(model_type, time.perf_counter() - start, problem=str(error) or "too slow")
    except Exception as error:  # noqa: BLE001 - whatever else a network raises is our mistake
        return Opened(model_type, time.perf_counter() - start, problem=_brief(error))
    seconds = time.perf_counter() - start
    graph, remark = network.graph, recipe.remark(network.inputs)
    uncovered = tuple(cost_report(graph).uncovered_ops)
    return Opened(model_type, seconds, graph.route, len(graph.ops), uncovered, remark=remark)


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _default_settings(model_type: str) -> dict[str, Any]:
    from transformers import CONFIG_MAPPING

    return dict(CONFIG_MAPPING[model_type]().to_dict())


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
    """How the types came out, and ops without a formula."""
    with tempfile.TemporaryDirectory() as folder:
        tried = [open_type(model_type, Path(folder)) for model_type in model_types()]
    counts = Counter(one.verdict for one in tried)
    uncovered = {op for one in tried for op in one.uncovered}
    return [
        *(_row(f"transformers types {v}", counts[v]) for v in (_DEFAULTS, _PUBLISHED, _EXPLAINED)),
        *(
            _row(f"transformers types {v}", counts[v], 0, _named(tried, v))
            for v in (_CLOSED, _UNNEEDED)
        ),
        Row("their ops without a formula", len(uncovered), "ops", detail=", ".join(uncovered)),
    ]


def _row(name: str, count: int, aim: float | None = None, detail: str = "") -> Row:
    return Row(name, count, "types", aim, detail)


def _named(tried: list[Opened], verdict: str) -> str:
    return ", ".join(one.model_type for one in tried if one.verdict == verdict)


def main(types: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for model_type in types or model_types():
            one = open_type(model_type, Path(folder))
            told = (
                one.problem or f"{one.route}, {one.ops} ops {' '.join(one.uncovered)} {one.remark}"
            )
            print(f"{model_type:32} {one.seconds:5.1f} s  {one.verdict}: {told[:300]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
