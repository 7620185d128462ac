"""Numbers of the user's own for layers, read from a file and coloured onto the graph.

Two formats are read: the node data of Google's Model Explorer (JSON), and CSV with one row a
layer and one column a metric. Layers are named as the window names them; `layer1/0/conv1` is
`layer1.0.conv1`. Nothing in the file is executed.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from visualizer.session.network import OpenNetwork
from visualizer.sources import SourceError

NODE_DATA_SUFFIXES = (".json", ".csv")
_MOST_BYTES = 64 << 20


class NodeData(msgspec.Struct, frozen=True):
    """One metric: `values` by op or module id; `strangers` counts names the network has not."""

    title: str
    values: dict[str, float]
    strangers: int = 0

    @property
    def key(self) -> str:
        """What the overlay is called in the session's state."""
        return f"data:{self.title}"


def read_node_data(path: Path, network: OpenNetwork) -> tuple[NodeData, ...]:
    """The metrics in a file, for the layers of `network`.

    Raises SourceError, in one line, for a file that cannot be read, is of another format, holds
    no numbers, or names no layer of the network.
    """
    text = _text(path)
    columns = _from_json(text, path) if path.suffix.lower() == ".json" else _from_csv(text, path)
    found = tuple(_matched(title, values, network) for title, values in columns.items())
    known = tuple(data for data in found if data.values)
    if not known:
        example = network.graph.nodes[-1].id
        raise SourceError(
            f"{path.name} names no layer of {network.graph.name} with a number: names are like "
            f"{example}"
        )
    return known


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(f"{path.name} is larger than {_MOST_BYTES >> 20} MiB: too much data")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path.name} is not text in UTF-8") from error


def _from_json(text: str, path: Path) -> dict[str, dict[str, float]]:
    """Model Explorer: {"results": {node: {"value": …}}}, or a mapping of metric or graph names to
    such objects."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path.name} is not JSON: {error}") from error
    columns = dict(_results(content, path.stem))
    if not columns:
        raise SourceError(
            f'{path.name} is not node data: expected {{"results": {{"LAYER": {{"value": 1.5}}}}}}'
        )
    return columns


def _results(content: Any, title: str) -> Iterator[tuple[str, dict[str, float]]]:
    if not isinstance(content, Mapping):
        return
    results = content.get("results")
    if isinstance(results, Mapping):
        yield title, {str(name): value for name, value in _numbers(results.items())}
        return
    parts = content.get("graphs", content)
    for name, part in parts.items() if isinstance(parts, Mapping) else ():
        if isinstance(part, Mapping) and isinstance(part.get("results"), Mapping):
            yield from _results(part, str(name))


def _numbers(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, float]]:
    """The items whose value is a finite number, bare or as {"value": …}."""
    for name, value in items:
        plain = value.get("value") if isinstance(value, Mapping) else value
        if (number := _number(plain)) is not None:
            yield name, number


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and not isinstance(value, bool) else None


def _from_csv(text: str, path: Path) -> dict[str, dict[str, float]]:
    """The first column names layers; every other column with a number in it is a metric."""
    rows = [row for row in csv.reader(text.splitlines()) if row]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise SourceError(
            f"{path.name} holds no table: expected a head line, then LAYER,NUMBER in each line"
        )
    head, *body = rows
    columns = {
        title.strip() or f"column {at}": dict(
            _numbers((row[0].strip(), row[at]) for row in body if len(row) > at)
        )
        for at, title in enumerate(head)
        if at
    }
    return {title: values for title, values in columns.items() if values}


def _matched(title: str, values: Mapping[str, float], network: OpenNetwork) -> NodeData:
    known = network.graph.by_id.keys() | network.hierarchy.groups.keys()
    found: dict[str, float] = {}
    strangers = 0
    for name, value in values.items():
        item = name if name in known else name.strip("/").replace("/", ".")
        if item and item in known:
            found[item] = value
        else:
            strangers += 1
    return NodeData(title, found, strangers)
