"""The sweep's table: all of it as CSV, what needs words on the screen."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.zoo.verdicts import Verdict, needless_explanations

_COLUMNS = (
    "source", "opened", "route", "inputs", "ops", "seconds", "uncovered", "params",
    "module params", "published params", "macs", "inputs compared", "macs compared",
    "torch's macs", "published macs", "problems", "explanation",
)  # fmt: skip


def write_csv(verdicts: Sequence[Verdict], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(map(_cells, verdicts))


def _cells(v: Verdict) -> tuple[object, ...]:
    own, figure, counted = v.own, v.figure, v.counted
    return (
        own.name, "no" if own.error else "yes", own.route, own.used_inputs, own.ops, own.seconds,
        " ".join(own.uncovered), own.params, counted and counted.params,
        figure and round(figure.params), own.macs, v.compared.used_inputs, v.compared.macs,
        counted and counted.macs, figure and round(figure.macs), "; ".join(v.problems),
        v.explanation,
    )  # fmt: skip


def show(verdicts: Sequence[Verdict], console: Console) -> bool:
    """Print counts, the slowest and the exceptions; whether all is well."""
    for line in summary(verdicts):
        console.print(line)
    table = Table("source", "what", "why", title="Exceptions", title_justify="left")
    for v in verdicts:
        if v.problems:
            table.add_row(v.own.name, "; ".join(v.problems), v.explanation or "NOT EXPLAINED")
    if table.row_count:
        console.print(table)
    needless = needless_explanations(verdicts)
    if needless:
        console.print(f"explained, but nothing is wrong: {', '.join(needless)}")
    return not needless and all(v.is_fine for v in verdicts)


def summary(verdicts: Sequence[Verdict]) -> list[str]:
    opened = [v for v in verdicts if not v.own.error]
    slowest = sorted(opened, key=lambda v: -v.own.seconds)[:8]
    routes = Counter(v.own.route for v in opened)
    figures = [v for v in opened if v.figure]
    others = [v for v in opened if v.counted and v.counted.macs is not None]
    agree = sum(v.counted is not None and v.counted.macs == v.compared.macs for v in others)
    return [
        f"{len(opened)} of {len(verdicts)} opened; "
        + ", ".join(f"{count} on {route}" for route, count in routes.items()),
        f"{sum(bool(v.own.uncovered) for v in opened)} with uncovered ops",
        f"torch's own counter: MACs of {agree} of {len(others)} equal",
        f"published figures: {sum(not v.problems for v in figures)} of {len(figures)} equal",
        "slowest: " + ", ".join(f"{v.own.name} {v.own.seconds:.1f} s" for v in slowest),
    ]
