"""The malicious corpus, and 1,000 mutations of each format, through the real worker.

`python -m tests.perf.dangerous_files [MUTATIONS]` prints the counts that matter: how many were
tried, of how many something was executed, how often the program that asked would have crashed,
and how many messages were not one clear line. What opens is run once too, on a picture, for a
file that was damaged may open and only then show it. The worker is one, kept from file to file
and started anew when it ends.
"""

from __future__ import annotations

import math
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.perf.table import Row
from tests.worker import corpus, dangerous, onnx_files, program_files
from visualizer.engine.deadlines import Deadlines
from visualizer.engine.messages import Failed, ModelLoaded
from visualizer.engine.saved import SavedFile
from visualizer.engine.waiting import NotANetwork, WorkerFailure, WorkerSession
from visualizer.resources import resource
from visualizer.sources import SourceError, parse_source

MUTATIONS = 1000
_LONGEST_LINE = 1000
_MOST_NUMBERS = 1 << 22  # of the inputs: a batch of a million is run for minutes, and rightly
_CODE = re.compile(r"^\w+(Error|Exception)\b|Traceback|_src/|\.(cc|cpp|py):\d|: \d+ : [A-Z_]{4}")
_PICTURE = str(resource("sample", "chelsea.png"))


@dataclass
class Tally:
    """What came of the files of one kind. `ended`: the worker did, and was started anew."""

    kind: str
    tried: int = 0
    opened: int = 0
    refused: int = 0
    executed: int = 0
    crashed: int = 0
    ended: int = 0
    unclear: int = 0
    slowest: float = 0.0
    peak_mib: float = 0.0
    said: Counter[str] = field(default_factory=Counter)
    doubtful: list[str] = field(default_factory=list)


def is_clear(failed: Failed) -> bool:
    """One line of words: no bare exception, no places in somebody's source, no error codes."""
    line = failed.message
    is_line = 10 < len(line) <= _LONGEST_LINE and line.isprintable()
    return is_line and not _CODE.search(line)


class Trial:
    """Opens files one after the other in one worker and keeps the count."""

    def __init__(self, session: WorkerSession, tally: Tally, marker: Path) -> None:
        self._session, self._tally, self._marker = session, tally, marker

    def open(self, path: Path) -> None:
        started = time.perf_counter()
        self._tally.tried += 1
        try:
            self._ask(path)
        except Exception as error:  # noqa: BLE001 - what must not happen: the window would fall
            self._tally.crashed += 1
            self._tally.doubtful.append(f"{path.name}: {type(error).__name__}: {error}")
        self._tally.slowest = max(self._tally.slowest, time.perf_counter() - started)
        self._tally.peak_mib = max(self._tally.peak_mib, self._worker_mib())
        if self._marker.exists():
            self._tally.executed += 1
            self._tally.doubtful.append(f"{path.name}: EXECUTED")
            _remove(self._marker)

    def _ask(self, path: Path) -> None:
        try:
            self._run(self._session.load(parse_source(str(path))))
            self._tally.opened += 1
        except NotANetwork as found:
            self._note_file(found.file)
        except WorkerFailure as failure:
            self._note_failure(path, failure.failed)
        except SourceError as error:
            self._note_failure(path, Failed(0, "source", str(error)))

    def _run(self, loaded: ModelLoaded) -> None:
        numbers = sum(math.prod(spec.shape) for spec in loaded.inputs)
        if loaded.preprocessing is not None and numbers <= _MOST_NUMBERS:
            self._session.forward(loaded.source, loaded.inputs, _PICTURE, "cpu")

    def _note_file(self, file: SavedFile) -> None:
        """The tensors are listed, or trust is asked for: nothing is open and nothing ran."""
        self._tally.refused += 1
        self._tally.said["asks for trust" if file.needs_trust else "tensors listed"] += 1

    def _note_failure(self, path: Path, failed: Failed) -> None:
        self._tally.refused += 1
        self._tally.said[failed.kind] += 1
        self._tally.ended += failed.kind in ("crash", "timeout")
        if not is_clear(failed):
            self._tally.unclear += 1
            self._tally.doubtful.append(f"{path.name}: [{failed.kind}] {failed.message[:300]}")
        elif failed.kind in ("crash", "timeout"):
            self._tally.doubtful.append(f"{path.name}: [{failed.kind}] {failed.detail[-300:]}")

    def _worker_mib(self) -> float:
        pid = self._session.client.worker_pid
        try:
            return psutil.Process(pid).memory_info().rss / (1 << 20) if pid else 0.0
        except psutil.NoSuchProcess:
            return 0.0


def _remove(marker: Path) -> None:
    if marker.is_dir():
        marker.rmdir()
    else:
        marker.unlink()


# --------------------------------------------------------------------------- mutations


def _onnx(folder: Path, marker: Path) -> Iterator[tuple[str, bytes]]:
    dice = random.Random(1)
    small = onnx_files.classifier().SerializeToString()
    symbolic = onnx_files.classifier("side", "n").SerializeToString()
    for number in _forever():
        change = onnx_files.mutated if number % 4 < 2 else onnx_files.rewritten
        yield ".onnx", change((small, symbolic)[number % 2], dice)


def _saved_by(format: str) -> Callable[[Path, Path], Iterator[tuple[str, bytes]]]:
    def made(folder: Path, marker: Path) -> Iterator[tuple[str, bytes]]:
        ending, save = program_files.SAVERS[format]
        path = folder / f"whole{ending}"
        whole = save(program_files.Small().eval(), path, program_files.picture()).read_bytes()
        for seed in _forever():
            yield ending, program_files.mutated(whole, seed)

    return made


def _torch(legacy: bool) -> Callable[[Path, Path], Iterator[tuple[str, bytes]]]:
    """In turns an honest file of weights and one that would run code."""

    def made(folder: Path, marker: Path) -> Iterator[tuple[str, bytes]]:
        pack = corpus.as_row if legacy else corpus.as_zip
        wholes = (corpus.saved(legacy), pack(corpus.with_network(marker)))
        for seed in _forever():
            yield ".pt", program_files.mutated(wholes[seed // 4 % 2], seed)

    return made


def _safetensors(folder: Path, marker: Path) -> Iterator[tuple[str, bytes]]:
    whole = corpus.safetensors()
    for seed in _forever():
        yield ".safetensors", program_files.mutated(whole, seed)


def _forever() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


MUTATED = {
    "onnx": _onnx,
    "pt2": _saved_by("exported"),
    "torchscript traced": _saved_by("traced"),
    "torchscript scripted": _saved_by("scripted"),
    "torch zip": _torch(legacy=False),
    "torch legacy": _torch(legacy=True),
    "safetensors": _safetensors,
}


# --------------------------------------------------------------------------- the counts


def tallies(mutations: int = MUTATIONS) -> Iterator[Tally]:
    """One for each kind of malicious file, and one for the mutations of each format."""
    deadlines = Deadlines(load=60.0, forward=60.0)
    with WorkerSession(deadlines=deadlines) as session, tempfile.TemporaryDirectory() as root:
        for number, (kind, make) in enumerate(dangerous.MAKERS.items()):
            yield _malicious(session, kind, make, _folder(root, f"corpus{number}"))
        for number, (kind, change) in enumerate(MUTATED.items()):
            yield _damaged(session, kind, change, _folder(root, f"damage{number}"), mutations)


def _folder(root: str, name: str) -> Path:
    path = Path(root) / name
    path.mkdir()
    return path


def _malicious(
    session: WorkerSession, kind: str, make: Callable[[Path, Path], Iterator[Path]], folder: Path
) -> Tally:
    tally, marker = Tally(f"malicious {kind}"), folder / "executed"
    trial = Trial(session, tally, marker)
    for path in make(folder, marker):
        trial.open(path)
    return tally


def _damaged(
    session: WorkerSession, kind: str,
    change: Callable[[Path, Path], Iterator[tuple[str, bytes]]], folder: Path, count: int,
) -> Tally:  # fmt: skip
    tally, marker = Tally(f"{kind} mutated"), folder / "executed"
    trial = Trial(session, tally, marker)
    for number, (ending, content) in zip(range(count), change(folder, marker), strict=False):
        path = folder / f"{number}{ending}"
        path.write_bytes(content)
        trial.open(path)
        path.unlink()
    return tally


def rows(mutations: int = MUTATIONS) -> list[Row]:
    """The three counts that have to be 0, over everything; the table is printed above."""
    table = Table(title="Dangerous files", title_justify="left")
    columns = ("tried", "opened", "refused", "executed", "crashed windows", "unclear",
               "worker ended", "slowest s", "MiB")  # fmt: skip
    table.add_column("files")
    for column in columns:
        table.add_column(column, justify="right")
    table.add_column("said")
    found = []
    for tally in tallies(mutations):
        found.append(tally)
        _add(table, tally)
        print(f"{tally.kind}: {tally.tried}", file=sys.stderr, flush=True)
    console = Console(width=170)
    console.print(table)
    for line in (line for tally in found for line in tally.doubtful):
        console.print(line, markup=False)
    tried = f"{sum(tally.tried for tally in found):,} tried"
    return [
        Row("dangerous files: executed", sum(t.executed for t in found), "", 0, tried),
        Row("dangerous files: crashed windows", sum(t.crashed for t in found), "", 0, tried),
        Row("dangerous files: unclear messages", sum(t.unclear for t in found), "", 0, tried),
    ]


def _add(table: Table, tally: Tally) -> None:
    counts = (tally.tried, tally.opened, tally.refused, tally.executed, tally.crashed,
              tally.unclear, tally.ended)  # fmt: skip
    said = ", ".join(f"{count} {kind}" for kind, count in tally.said.most_common())
    table.add_row(
        tally.kind, *(f"{count:,}" for count in counts),
        f"{tally.slowest:.1f}", f"{tally.peak_mib:,.0f}", said,
    )  # fmt: skip


if __name__ == "__main__":
    from tests.perf.table import show

    show("Dangerous files", rows(int(sys.argv[1]) if len(sys.argv) > 1 else MUTATIONS))
