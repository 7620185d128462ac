"""How long the network's own code holds what its ops gave: a tensor dies with the last Python
object that refers to it, which may be long after its last reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visualizer.worker.extraction.records import Record, Source

Result = tuple[int, int]
"""Output k of op number n."""

_NOT_MADE_HERE = ("constant", "parameter")


class Holding:
    """Counts the tensors alive of each result, and notes the op that ran last before they went.

    `records` are the ops executed so far, the list itself.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._alive: dict[Source, int] = {}
        self._last: dict[Source, int] = {}

    def take(self, source: Source) -> None:
        """One more tensor is this result."""
        self._alive[source] = self._alive.get(source, 0) + 1

    def let_go(self, source: Source) -> None:
        """One tensor less is this result."""
        self._alive[source] -= 1
        self._last[source] = len(self._records) - 1

    def longer_than_read(self, outputs: Sequence[Result]) -> Iterator[tuple[Result, int]]:
        """What is held after its last reader, and the number of the last op meanwhile. To be
        asked while the network's inputs and `outputs` are still there.

        Views count for what they are views of. What the network found rather than made (its
        constants) is left out: it was there before and stays.
        """
        records = self._records
        end = len(records) - 1
        roots = _roots(records)
        read = _last_readers(records, roots)
        read.update((roots[ref], end) for ref in outputs)
        held: dict[Result, int] = {}
        for result, root in roots.items():
            last = end if self._alive.get(result) else self._last.get(result, 0)
            held[root] = max(last, held.get(root, 0))
        for root, last in held.items():
            if last > read.get(root, root[0]) and records[root[0]].op not in _NOT_MADE_HERE:
                yield root, last


def _roots(records: Sequence[Record]) -> dict[Result, Result]:
    """For every result the one whose memory it lives in."""
    roots: dict[Result, Result] = {}
    for number, record in enumerate(records):
        for position, slot in enumerate(record.aliases):
            own = (number, position)
            roots[own] = roots[record.inputs[slot]] if slot >= 0 else own
    return roots


def _last_readers(records: Sequence[Record], roots: dict[Result, Result]) -> dict[Result, int]:
    """The last op that reads or makes a result that lives in each memory."""
    read: dict[Result, int] = {}
    for number, record in enumerate(records):
        read.update((roots[given], number) for given in record.inputs)
        read.update((roots[number, position], number) for position in range(len(record.outputs)))
    return read
