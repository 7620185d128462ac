"""Asks for every network what is not known yet, and writes each answer down at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.zoo.child import Ask
from tests.zoo.helper import Helper
from tests.zoo.published import published
from tests.zoo.records import Fact, Key, Opened, append_fact, key_of

Progress = Callable[[int, int, Fact], None]


def sweep(
    names: Iterable[str],
    facts: dict[Key, Fact],
    path: Path,
    helper: Helper,
    progress: Progress = lambda *_: None,
    count: bool = True,
) -> None:
    """Complete `facts` for `names`, in their order.

    A network is opened at its own inputs and at those of its published figure where these
    differ; with `count`, others count at the inputs of the comparison.
    """
    names = tuple(names)
    for number, name in enumerate(names, 1):
        for ask in _asks(name, facts, count):
            fact = helper.ask(ask)
            facts[key_of(fact)] = fact
            append_fact(path, fact)
            progress(number, len(names), fact)


def _asks(name: str, facts: dict[Key, Fact], count: bool) -> Iterator[Ask]:
    """What is missing; it sees the answers to what it asked before."""
    if ("Opened", name, "") not in facts:
        yield Ask("open", name)
    own = facts["Opened", name, ""]
    assert isinstance(own, Opened)
    inputs = compared_inputs(own)
    if inputs and ("Opened", name, inputs) not in facts:
        yield Ask("open", name, inputs)
    used = inputs or own.used_inputs
    if count and used and ("Counted", name, used) not in facts:
        yield Ask("count", name, used)


def compared_inputs(own: Opened) -> str:
    """Inputs of the published figure where these are not the network's own, else ""."""
    figure = published(own.name)
    given = figure.inputs if figure else ""
    return "" if given in ("", own.used_inputs) or own.error else given
