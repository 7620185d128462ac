"""What every loader offers: given a source, a recipe for building its network."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from torch import nn

from visualizer.sources import InputSpec, ModelSource, Preprocessing

Inputs = tuple[InputSpec, ...]


class LoadError(Exception):
    """The source cannot be opened. `str(error)` is one line: what was wrong and what to do.

    `detail` has the user's own part of the traceback, or is empty.
    """

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class BuildError(LoadError):
    """The source was found, but building its network failed."""


def _nothing_to_fetch() -> None:
    """Most networks have no weights to fetch."""


def _nothing_to_ask(network: nn.Module) -> Iterator[Inputs]:
    """Of most networks the inputs are known before, or told by their layers."""
    return iter(())


def _nothing_to_say(inputs: Inputs) -> str:
    """Most networks have no part that some inputs leave out."""
    return ""


@dataclass(frozen=True)
class Recipe:
    """How to get one network, and what is known of it before it is built.

    `build("meta")` gives the structure without memory for weights, `build("cpu")` the
    network with its weights; both raise BuildError. `default_inputs` empty means that they
    have to be guessed from the network, as they were where they are `guessed`; `other_inputs`
    are tried where they do not fit.
    `asked_of` gives inputs that only the network itself can tell, which are tried before all
    others, `completed` those made out of what others lacked, when all of these failed. `remark`
    is what has to be said of a graph for guessed inputs, such as a part that they leave out; ""
    for nothing.
    `file_tells_inputs`: else what is guessed is said to be chosen.
    `fetch` makes sure that published weights are on this machine; it may take long and raises
    LoadError. `categories` name the classes.
    """

    name: str
    build: Callable[[str], nn.Module]
    weights_text: str
    trained: bool
    default_inputs: Inputs = ()
    guessed: bool = False
    other_inputs: tuple[Inputs, ...] = field(default=(), repr=False)
    asked_of: Callable[[nn.Module], Iterator[Inputs]] = field(default=_nothing_to_ask, repr=False)
    completed: Callable[[nn.Module], Iterator[Inputs]] = field(default=_nothing_to_ask, repr=False)
    file_tells_inputs: bool = True
    remark: Callable[[Inputs], str] = field(default=_nothing_to_say, repr=False)
    preprocessing: Preprocessing | None = None
    categories: tuple[str, ...] = field(default=(), repr=False)
    fetch: Callable[[], None] = _nothing_to_fetch


class Loader(Protocol):
    """One kind of source."""

    def supports(self, source: ModelSource) -> bool:
        """Whether this loader is the one for `source`."""

    def recipe(self, source: ModelSource) -> Recipe:
        """How to build it; raises LoadError."""


def one_line(text: object, most: int = 300) -> str:
    """First line of `text` that says something, shortened to `most` characters; with the next
    one where it ends in a colon.

    What a file says may be quoted in it: control characters, which a terminal would obey, are
    written as escapes.
    """
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    ending = next((n for n, line in enumerate(lines) if not line.endswith(":")), len(lines))
    line = visible(" ".join(lines[: ending + 1]))
    return line if len(line) <= most else line[: most - 1] + "…"


def visible(text: str) -> str:
    """`text` with its control characters as escapes, `\\x1b` for what moves a terminal's cursor."""
    return "".join(
        character if character.isprintable() or character == "\u00a0" else repr(character)[1:-1]
        for character in text
    )


def nearest(wanted: str, names: Iterable[str], most: int = 4) -> tuple[str, ...]:
    """The names most like `wanted`, best first; equal but for upper and lower case is best."""
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(wanted.lower(), by_lower, n=most, cutoff=0.5)
    return tuple(by_lower[name] for name in close)


def did_you_mean(wanted: str, names: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean a, b or c?`, or `; otherwise` when no name is near."""
    close = nearest(wanted, names)
    if not close:
        return f"; {otherwise}" if otherwise else ""
    *others, last = close
    return f"; did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
