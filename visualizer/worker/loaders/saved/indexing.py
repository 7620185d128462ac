"""Makes the index of known networks: `make fingerprints`, after torchvision or timm changed.

Every network is built without memory for its weights; that takes some twenty minutes on one
core. What is done is kept in `build/fingerprints.jsonl`, so that it can be interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from visualizer.resources import resource
from visualizer.sources import parse_source
from visualizer.worker.loaders import BuildError, LoadError, recipe_for
from visualizer.worker.loaders.saved.fingerprint import INDEX, Shapes, hashes_of, pack

DONE = Path("build/fingerprints.jsonl")


def known_names() -> list[str]:
    """Every network that can be opened by name, as a source."""
    import timm
    from torchvision import models

    return [*models.list_models(), *(f"timm:{name}" for name in timm.list_models())]


def shapes_of(name: str) -> Shapes:
    """The tensors of a network known by name; raises LoadError."""
    recipe = recipe_for(parse_source(name))
    try:
        network = recipe.build("meta")
    except BuildError:  # it may only fail because it needs the values of its weights
        network = recipe.build("cpu")
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _done(path: Path) -> dict[str, list[int]]:
    if not path.is_file():
        return {}
    return dict(json.loads(line) for line in path.read_text().splitlines())


def _made(names: list[str]) -> Iterator[tuple[str, list[int]]]:
    for name in names:
        try:
            yield name, hashes_of(shapes_of(name)).tolist()
        except LoadError as error:
            print(f"left out: {name}: {error}", file=sys.stderr)


def make_index(target: Path) -> int:
    """Write the index to `target`; returns how many networks are in it."""
    entries = _done(DONE)
    DONE.parent.mkdir(exist_ok=True)
    with DONE.open("a") as log:
        for name, hashes in _made([name for name in known_names() if name not in entries]):
            entries[name] = hashes
            print(json.dumps([name, hashes]), file=log, flush=True)
    np.savez_compressed(target, **pack(entries))  # type: ignore[arg-type]
    return len(entries)


if __name__ == "__main__":
    where = resource() / INDEX
    print(f"{make_index(where)} networks in {where}")
