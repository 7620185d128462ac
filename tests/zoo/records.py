"""What is known of a network so far, one JSON line a fact, so that a sweep can be resumed."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """What we say of network `name` at `inputs` ("" for its own), or why it did not open.

    Heads that run only in training stand apart, as in `Totals`. `norm_macs` are MACs with
    normalizations counted. `notes` are those of the trace.
    """

    name: str
    inputs: str
    seconds: float
    error: str = ""
    used_inputs: str = ""
    route: str = ""
    ops: int = 0
    params: int = 0
    head_params: int = 0
    macs: int = 0
    norm_macs: int = 0
    uncovered: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Counted(msgspec.Struct, frozen=True, tag="counted"):
    """What others count: the module's own parameters and torch's FLOP counter (`macs` is None
    where that fails, and `error` says why). `by` names the kind of tensors."""

    name: str
    inputs: str
    seconds: float
    params: int | None = None
    macs: int | None = None
    by: str = ""
    error: str = ""


Fact = Opened | Counted
Key = tuple[str, str, str]


def key_of(fact: Fact) -> Key:
    return (type(fact).__name__, fact.name, fact.inputs)


def read_facts(path: Path) -> dict[Key, Fact]:
    """The latest fact of each kind; a line that was cut off is left out."""
    facts: dict[Key, Fact] = {}
    if not path.exists():
        return facts
    decoder = msgspec.json.Decoder(Fact)
    for line in path.read_bytes().splitlines():
        try:
            fact = decoder.decode(line)
        except msgspec.DecodeError:
            continue
        facts[key_of(fact)] = fact
    return facts


def append_fact(path: Path, fact: Fact) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(fact) + b"\n")
