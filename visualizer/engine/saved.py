"""What a file of torch.save or safetensors holds, as plain data, and how that is said."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.sources import ModelSource

_CLASSES_NAMED = 4
# Modules that reach past numbers and layers: nothing that a network is made of is in them.
_ALARMING = frozenset({
    "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "runpy", "importlib", "ctypes",
    "pickle", "_pickle", "pty", "code", "webbrowser", "builtins", "__builtin__", "urllib",
    "requests", "threading", "multiprocessing", "asyncio",
})  # fmt: skip
_PLAIN_BUILTINS = frozenset({
    "object", "getattr", "slice", "range", "int", "float", "str", "tuple", "bytes", "type",
})  # fmt: skip


class SavedTensor(msgspec.Struct, frozen=True):
    """One tensor of a file: its name as a network would have it, and `nbytes` of memory."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int

    @property
    def numbers(self) -> int:
        return math.prod(self.shape)


class Fit(msgspec.Struct, frozen=True):
    """How well a network known by name takes the tensors of a file.

    `matched` of its `wanted` tensors are in the file with the same shape; the file has
    `left_over` that it does not know. `difference` says in words the first that differ, and
    `heads` which layers would get another number of outputs than the network is known with:
    where nothing else differs, it opens with them as in the file.
    """

    network: str
    matched: int
    wanted: int
    left_over: int = 0
    difference: str = ""
    heads: str = ""

    @property
    def is_exact(self) -> bool:
        return self.matched == self.wanted and not self.left_over

    @property
    def opens(self) -> bool:
        """Whether the network can be opened with these weights."""
        return self.is_exact or bool(self.heads)

    @property
    def text(self) -> str:
        """`fits torchvision resnet50: 320 of 320 tensors`, and what differs."""
        library, _, name = self.network.rpartition(":")
        verb = "fits" if self.is_exact else "fits in part"
        said = f"{verb} {library or 'torchvision'} {name}: {self.matched} of {self.wanted} tensors"
        return f"{said}; {self.difference}" if self.difference else said


class SavedFile(msgspec.Struct, frozen=True):
    """A file that is not a network by itself: weights, or a network as pickled code.

    `classes` are the names that its pickle would import, outside those that only hold numbers:
    nothing of it has run. `sha256` is set where the file holds a network that opens once its
    code is allowed to run. `tensors` are its weights, and `fits` the networks known by name
    that have such, the best first; there may be more of them, `more_fits`.
    """

    source: ModelSource
    tensors: tuple[SavedTensor, ...] = ()
    fits: tuple[Fit, ...] = ()
    more_fits: int = 0
    classes: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def needs_trust(self) -> bool:
        return bool(self.sha256)

    @property
    def alarming(self) -> tuple[str, ...]:
        """Those of the `classes` that no network needs: running commands, files, the net."""
        return tuple(filter(_is_alarming, self.classes))

    @property
    def sizes_text(self) -> str:
        """`320 tensors, 25.6 M numbers, 97.8 MiB`."""
        numbers = sum(tensor.numbers for tensor in self.tensors)
        memory = sum(tensor.nbytes for tensor in self.tensors)
        many = "tensor" if len(self.tensors) == 1 else "tensors"
        count = exact(len(self.tensors))
        return f"{count} {many}, {human_count(numbers)} numbers, {human_bytes(memory)}"

    @property
    def best(self) -> Fit | None:
        """The network to open it as; None where none takes these weights."""
        return next((fit for fit in self.fits if fit.opens), None)

    @property
    def classes_text(self) -> str:
        """The classes that the file names, as a list in a sentence."""
        return _listed(self.classes)

    @property
    def line(self) -> str:
        """What the file is and how to go on, in one line."""
        name = " ".join(self.source.location.splitlines())
        if self.needs_trust:
            return (
                f"{name} is a network saved as code: opening it runs "
                f"{self.classes_text}{self._alarm}. If you trust whoever made it, use --trust"
                f"{self._otherwise}"
            )
        return f"{name} holds only weights ({self.sizes_text}): {self._way_on}"

    @property
    def _alarm(self) -> str:
        named = _listed(self.alarming)
        return f", among them {named}, which no network needs" if named else ""

    @property
    def _way_on(self) -> str:
        if self.best is not None:
            return f"it {self.best.text}; open it with --as {self.best.network}"
        close = f"; nearest: {self.fits[0].text}" if self.fits else ""
        return f"say which network they belong to with --as NAME{close}"

    @property
    def _otherwise(self) -> str:
        if self.best is None:
            return ""
        return f"; without running it, its weights open with --as {self.best.network}"


def _is_alarming(name: str) -> bool:
    module, _, inner = name.partition(".")
    return module in _ALARMING and not (
        module in ("builtins", "__builtin__") and inner in _PLAIN_BUILTINS
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_CLASSES_NAMED])
    more = len(names) - _CLASSES_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
