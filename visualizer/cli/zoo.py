"""The `zoo` command: networks known by name with what they cost and the accuracy published."""

from __future__ import annotations

import json
import sys

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.loading import worker
from visualizer.costs.published import (
    ADVICE,
    ADVICE_SOURCE,
    Published,
    Recipe,
    advised_for,
    chosen,
    frontier,
)
from visualizer.costs.units import human_count
from visualizer.graph.model import as_plain

_UNSEEN_WIDTH = 110
_TITLES = ("", "Network", "MACs", "Parameters", "Top-1", "Top-5", "Input", "Weights")
_ROOMY, _MOST_WANTED = 102, 6  # columns of a terminal that all of them need; those kept in less


def print_zoo(recipe: Recipe, format: str) -> None:
    """Write one line a network, cheapest first, to stdout; `format` is "table" or "json"."""
    with worker() as session:
        entries = session.published()
    listed = sorted(chosen(entries, recipe), key=lambda entry: (entry.macs, entry.network))
    if format == "json":
        print(json.dumps(zoo_document(listed), indent=1))
    else:
        _print_table(listed)


def zoo_document(entries: list[Published]) -> dict[str, object]:
    """The list as plain data, with the lecture's advice; "best" marks what none that costs as
    little surpasses."""
    best = set(frontier(entries))
    networks = [
        {**as_plain(each), "advised_for": advised_for(each.network), "best": each in best}
        for each in entries
    ]
    return {"networks": networks, "advice": [f"{when}: {what}" for when, what in ADVICE]}


def _print_table(entries: list[Published]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _UNSEEN_WIDTH)
    console.print(zoo_table(entries, console.width))
    console.print("* no network that costs as few MACs, or fewer, is more accurate")
    console.print(f"{ADVICE_SOURCE}:")
    for when, what in ADVICE:
        console.print(f"  {when}: {what}")


def zoo_table(entries: list[Published], width: int) -> Table:
    """One line a network; what a terminal of `width` columns has no room for is left out."""
    best = set(frontier(entries))
    table = Table(box=box.SIMPLE_HEAD, title="Published ImageNet-1K accuracy", title_justify="left")
    shown = _TITLES if width >= _ROOMY else _TITLES[:_MOST_WANTED]
    for title in shown:
        text = title in ("", "Network", "Weights")
        table.add_column(title, justify="left" if text else "right", no_wrap=True)
    for entry in entries:
        table.add_row(*_cells(entry, entry in best)[: len(shown)])
    return table


def _cells(entry: Published, is_best: bool) -> tuple[str, ...]:
    """One text for each of _TITLES."""
    side = f"{entry.side}×{entry.side}" if entry.side else ""
    costs = human_count(entry.macs), human_count(entry.params)
    accuracy = f"{entry.top1:.2f} %", f"{entry.top5:.2f} %"
    return "*" if is_best else "", entry.network, *costs, *accuracy, side, entry.weights
