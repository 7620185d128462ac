"""Recognizing weights: which networks have tensors of these names and shapes.

Every network known by name is described by its tensors, each a hash of "name:shape". An index
(`resources/fingerprints.npz`, made by `make fingerprints`) keeps the 32 smallest hashes of each
network, a bottom-k sketch (Broder, "On the resemblance and containment of documents", 1997): the
share of them that a file has too estimates how much of that network is in the file. What the
index proposes is only a candidate until it is compared name by name (`fits.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualizer.resources import resource

Shapes = Mapping[str, tuple[int, ...]]
"""The tensors of a network or of a file: shapes by name."""

SKETCH = 32
INDEX = "fingerprints.npz"
_NONE = np.uint32(0xFFFFFFFF)
# Old files lack this counter of training steps, and no network needs it.
_COUNTER = "num_batches_tracked"


@dataclass(frozen=True)
class Known:
    """A network of the index: its name as a source, and the share of it the file seems to have."""

    name: str
    share: float
    digest: int


@dataclass(frozen=True)
class Index:
    """All known networks: names (N), number of tensors (N), digests (N), sketches (N × 32)."""

    names: tuple[str, ...]
    counts: NDArray[np.uint32]
    digests: NDArray[np.uint64]
    sketches: NDArray[np.uint32]

    def candidates(self, shapes: Shapes) -> list[Known]:
        """The networks with something in common with these tensors, the most like them first;
        among equals torchvision's come first, then the shorter names."""
        hashes = hashes_of(shapes)
        known = self.sketches != _NONE
        found = np.isin(self.sketches, hashes) & known
        shares = found.sum(axis=1) / np.maximum(1, known.sum(axis=1))
        # The same network inside a larger one is less like it than the larger one itself.
        likeness = shares * np.minimum(1, self.counts / max(1, len(hashes)))
        order = sorted(
            np.flatnonzero(shares),
            key=lambda i: (-round(likeness[i], 6), *_familiarity(self.names[i])),
        )
        return [Known(self.names[i], float(likeness[i]), int(self.digests[i])) for i in order]


def _familiarity(name: str) -> tuple[bool, bool, int, str]:
    return (name.startswith("quantized_"), ":" in name, len(name), name)


def hashes_of(shapes: Shapes) -> NDArray[np.uint32]:
    """One hash a tensor, ascending, without repeats."""
    found = {
        int.from_bytes(blake2b(_pair(name, shape), digest_size=4).digest(), "little")
        for name, shape in shapes.items()
        if not name.endswith(_COUNTER)
    }
    found.discard(int(_NONE))
    return np.array(sorted(found), dtype=np.uint32)


def _pair(name: str, shape: tuple[int, ...]) -> bytes:
    return f"{name}:{'x'.join(map(str, shape))}".encode("utf-8", "surrogateescape")


def digest_of(hashes: NDArray[np.uint32]) -> int:
    """One number for all tensors of a network: equal for equal names and shapes."""
    return int.from_bytes(blake2b(hashes.tobytes(), digest_size=8).digest(), "little")


def sketch_of(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The smallest of the hashes, filled up where there are fewer."""
    sketch = np.full(SKETCH, _NONE, dtype=np.uint32)
    smallest = hashes[:SKETCH]
    sketch[: len(smallest)] = smallest
    return sketch


def pack(entries: Mapping[str, Sequence[int]]) -> dict[str, NDArray[Any]]:
    """The arrays of an index file, from the hashes of every network."""
    names = sorted(entries, key=_familiarity)
    hashes = [np.array(entries[name], dtype=np.uint32) for name in names]
    return {
        "names": np.array("\n".join(names).encode()),
        "counts": np.array([len(each) for each in hashes], dtype=np.uint32),
        "digests": np.array([digest_of(each) for each in hashes], dtype=np.uint64),
        "sketches": np.stack([sketch_of(each) for each in hashes]),
    }


@cache
def load_index() -> Index:
    """The index that the program is shipped with; raises FileNotFoundError without it."""
    with np.load(resource(INDEX), allow_pickle=False) as arrays:
        names = tuple(bytes(arrays["names"][()]).decode().split("\n"))
        return Index(names, arrays["counts"], arrays["digests"], arrays["sketches"])
