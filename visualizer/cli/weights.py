"""What `summary` prints of a file that holds only weights: its tensors, and what they fit."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.costs.units import exact, human_bytes
from visualizer.engine.saved import Fit, SavedFile, SavedTensor

_UNBOUNDED = 160
_COLUMNS = ("Module", "Tensor", "Shape", "Dtype", "Numbers", "Bytes")
_INDENT = "  "


def print_weights(file: SavedFile, format: str) -> None:
    """Write them to stdout; `format` is "table", "json", "csv" or "md"."""
    if format == "json":
        print(json.dumps(weights_document(file), indent=1))
    elif format == "csv":
        print(_csv(file), end="")
    elif format == "md":
        print(_markdown(file))
    else:
        _print_table(file)


def weights_document(file: SavedFile) -> dict[str, Any]:
    """The file as plain data; `fits` are the networks that take its tensors, the best first."""
    return {
        "source": file.source.location,
        "weights_only": not file.needs_trust,
        "totals": {
            "tensors": len(file.tensors),
            "numbers": sum(tensor.numbers for tensor in file.tensors),
            "bytes": sum(tensor.nbytes for tensor in file.tensors),
        },
        "classes": list(file.classes),
        "fits": [_fit_document(fit) for fit in file.fits],
        "more_fits": file.more_fits,
        "tensors": [
            {
                "name": tensor.name, "shape": list(tensor.shape), "dtype": tensor.dtype,
                "numbers": tensor.numbers, "bytes": tensor.nbytes,
            }
            for tensor in file.tensors
        ],
    }  # fmt: skip


def _fit_document(fit: Fit) -> dict[str, Any]:
    return {
        "network": fit.network, "matched": fit.matched, "wanted": fit.wanted,
        "left_over": fit.left_over, "exact": fit.is_exact, "opens": fit.opens,
        "difference": fit.difference, "heads": fit.heads,
    }  # fmt: skip


def _cells(tensor: SavedTensor) -> tuple[str, ...]:
    """One text for each column; numbers without separators."""
    module, _, name = tensor.name.rpartition(".")
    counts = (str(tensor.numbers), str(tensor.nbytes))
    return (module, name, _shape(tensor), tensor.dtype, *counts)


def _shape(tensor: SavedTensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a number"


def _csv(file: SavedFile) -> str:
    text = io.StringIO()
    rows = map(_cells, file.tensors)
    csv.writer(text, lineterminator="\n").writerows((_COLUMNS, *rows))
    return text.getvalue()


def _markdown(file: SavedFile) -> str:
    rule = ("---", "---", "---", "---", "---:", "---:")
    lines = [f"| {' | '.join(cells)} |" for cells in (_COLUMNS, rule, *map(_cells, file.tensors))]
    return "\n".join((*lines, "", *(f"- {line}" for line in _remarks(file))))


def _print_table(file: SavedFile) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=_UNBOUNDED)
    title = f"{file.source.location}: weights only"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in ("Tensor", "Shape", "Dtype"):
        table.add_column(column, overflow="fold")
    for column in ("Numbers", "Memory"):
        table.add_column(column, justify="right")
    for module, tensors in groupby(file.tensors, key=_module):
        inside = list(tensors)
        if module:
            table.add_row(module, "", "", *_sums(inside), style="bold")
        for tensor in inside:
            name = _INDENT * bool(module) + tensor.name.rpartition(".")[2]
            table.add_row(name, _shape(tensor), tensor.dtype, *_sums([tensor]))
    console.print(table)
    for line in _remarks(file):
        console.print(line, highlight=False, markup=False)


def _module(tensor: SavedTensor) -> str:
    return tensor.name.rpartition(".")[0]


def _sums(tensors: list[SavedTensor]) -> tuple[str, str]:
    numbers = sum(tensor.numbers for tensor in tensors)
    return exact(numbers), human_bytes(sum(tensor.nbytes for tensor in tensors))


def _remarks(file: SavedFile) -> Iterator[str]:
    yield file.sizes_text
    yield from (fit.text for fit in file.fits)
    if file.more_fits:
        yield f"and {file.more_fits} more networks"
    if file.classes:
        yield f"not run, and not needed for the weights: {file.classes_text}"
    if file.best is None:
        yield "say which network they belong to with --as NAME, as in --as file.py:factory"
    elif file.best.heads:
        yield f"with --as {file.best.network} {file.best.heads}"
    else:
        yield f"open it as a network with --as {file.best.network}"
