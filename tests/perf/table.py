"""One row a figure: what was measured, against what, and whether the aim was met."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Row:
    """`value` is compared with `aim` (less or equal is met) when there is an aim."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool:
        return self.aim is None or self.value <= self.aim


def show(title: str, rows: list[Row]) -> None:
    """Print the rows as a table."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "value", "aim", "met", "how"):
        table.add_column(column, justify="right" if column in ("value", "aim") else "left")
    for row in rows:
        aim = f"≤ {row.aim:g}" if row.aim is not None else ""
        met = "" if row.aim is None else "yes" if row.met else "NO"
        table.add_row(row.name, f"{row.value:.3g} {row.unit}".strip(), aim, met, row.detail)
    Console(width=150).print(table)


def median_seconds(call: Callable[[], object], repeats: int = 7, warm_up: int = 1) -> float:
    """Median wall-clock seconds of a call after `warm_up` unmeasured ones."""
    for _ in range(warm_up):
        call()
    return statistics.median(_seconds(call) for _ in range(repeats))


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def least_cpu_seconds(calls: Iterable[Callable[[], object]]) -> float:
    """The least processor time that any of the calls took. They do the same work, so whatever
    is above the least is other programs' doing (as `timeit` says of its repeats)."""
    return min(cpu_seconds(call) for call in calls)


def cpu_seconds(call: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def paired_ratio(
    ours: Callable[[], object], other: Callable[[], object], repeats: int = 7
) -> tuple[float, float, float]:
    """Medians of two calls taken in turns, and their ratio: these machines are noisy."""
    ours(), other()
    pairs = [(_seconds(ours), _seconds(other)) for _ in range(repeats)]
    mine = statistics.median(first for first, _ in pairs)
    theirs = statistics.median(second for _, second in pairs)
    return mine, theirs, mine / theirs


def process_seconds(*programs: list[str], rounds: int = 5) -> list[float]:
    """Median seconds from starting each Python process to the first line that it prints, taken
    in turns.

    After one round that is not measured: like the packages they are compared with, our programs
    have been installed and started before, so that their bytecode lies on disk.
    """
    taken = [[_until_first_line(arguments) for arguments in programs] for _ in range(rounds + 1)]
    return [statistics.median(seconds) for seconds in zip(*taken[1:], strict=True)]


def _until_first_line(arguments: list[str]) -> float:
    env = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, cwd=ROOT, env=env, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - start
        process.stdout.read()
    if not line or process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed with {process.returncode}")
    return seconds
