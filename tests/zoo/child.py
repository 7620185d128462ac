"""`python -m tests.zoo.child`: answers one JSON line a request, with a ceiling on its memory."""

from __future__ import annotations

import gc
import os
import sys
import time
import warnings

import msgspec

from visualizer.engine.child import MEMORY_EXIT_CODE
from visualizer.worker.limits import memory_limit_bytes, watch_memory

_LONGEST_ERROR = 400


class Ask(msgspec.Struct, frozen=True):
    """Open or count network `name` at `inputs` ("" for its own)."""

    what: str
    name: str
    inputs: str = ""


def main() -> None:
    """Answer until stdin ends; what networks print goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    watch_memory(memory_limit_bytes(), lambda: os._exit(MEMORY_EXIT_CODE))
    warnings.simplefilter("ignore")
    _warm_up()
    for line in sys.stdin.buffer:
        ask = msgspec.json.decode(line, type=Ask)
        answers.write(msgspec.json.encode(_answer(ask)) + b"\n")
        answers.flush()
        gc.collect()


def _warm_up() -> None:
    """Imports belong to no network's seconds."""
    from tests.zoo.opening import opened

    opened("alexnet")


def _answer(ask: Ask) -> msgspec.Struct:
    from tests.zoo.counting import counted
    from tests.zoo.opening import opened
    from tests.zoo.records import Counted, Opened

    start = time.perf_counter()
    does, record = (opened, Opened) if ask.what == "open" else (counted, Counted)
    try:
        return does(ask.name, ask.inputs)
    except Exception as error:  # noqa: BLE001 - a row of the table, whatever it is
        text = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        seconds = round(time.perf_counter() - start, 3)
        return record(ask.name, ask.inputs, seconds, error=text)


if __name__ == "__main__":
    main()
