"""What is said beside the cost charts: sentences' titles, legends, and cards of exact numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from visualizer.costs.memory import Lifetime
from visualizer.costs.settings import HEADLINES, Counting
from visualizer.costs.timeline import Timeline
from visualizer.costs.trend_words import share_text
from visualizer.costs.trends import QUANTITIES, Quantity, Trends
from visualizer.costs.units import exact, human_bytes
from visualizer.graph import LayerGraph, shape_text
from visualizer.graph.families import FAMILY_TITLES, Family
from visualizer.ui.panels.legend_line import Entry
from visualizer.ui.panels.parts import colored
from visualizer.ui.theme import Theme

TITLES: dict[Quantity, str] = {"memory": "Memory", "params": "Parameters", "macs": "MACs"}


def title_of(quantity: Quantity, found: Trends) -> str:
    """What a chart is called; the arithmetic by its unit."""
    return HEADLINES[found.headline] if quantity == "macs" else TITLES[quantity]


EMPTY = (
    "Open a network to see where its memory, parameters and multiply-adds (MACs) go, "
    "and how much memory is in use while it runs."
)
_SMALL, _NORMAL = 11, 12
_NAMED_TENSORS = 4
_NAMED_KEPT = 3
_UNIT = re.compile(r"(?<=\d) (?=(?:%|[kMGT]?B\b|[kMGT]\b))")  # stays on the number's line

_LAYERS_SHOWN = (
    "A bar is a layer with weights or a pool, with the norm and activation after it. "
    "Memory: its output. "
)
_OPS_SHOWN = (
    "A bar is one executed op. Memory: what it writes anew, so none for views and in place. "
)
_MAC = "MAC: one multiply-add (the lecture's flop)."
_ALIVE = "Alive while each op runs, without gradients: a tensor goes after its last reader. "
_WATCHED = "Kept by the code: what its variables and lists were seen to hold longer."
_BY_RULE = "Eager PyTorch also holds a module's arguments until the module returns."


def timeline_meaning(watched: bool) -> str:
    """What the two lines of the timeline are."""
    return _ALIVE + (_WATCHED if watched else _BY_RULE)


def meaning_text(found: Trends, counting: Counting) -> str:
    """What a bar is, what is in none of them, and what its arithmetic counts."""
    also = _counted_too(counting)
    twice = "FLOPs = 2 × MACs. " if found.headline == "flops" else ""
    if found.every_op:
        return f"{also}{_OPS_SHOWN}{twice}{_MAC}"
    missing = found.missing_params
    alone = f"{exact(missing)} parameters are in no bar: see All ops. " if missing else ""
    return f"{also}{alone}{_LAYERS_SHOWN}{twice}{_MAC}"


def _counted_too(counting: Counting) -> str:
    """`With the operations of norms and elementwise ops. `, to be read first; "" without."""
    names = (("pooling", "pooling"), ("norm", "norms"), ("elementwise", "elementwise ops"))
    counted = [name for field, name in names if getattr(counting, field)]
    return f"MACs with the operations of {' and '.join(counted)}. " if counted else ""


def heading(title: str, sentence: str, theme: Theme) -> str:
    """A chart's title and its sentence, as HTML."""
    unbroken = _UNIT.sub("\u00a0", sentence)
    return f"<b>{colored(title, theme.text, _NORMAL)}</b> &nbsp;" + colored(
        unbroken, theme.secondary, _SMALL
    )


def family_legend(found: Trends, theme: Theme) -> list[Entry]:
    """The families that have bars, those first whose layers have the largest part of anything."""
    largest: dict[Family, float] = {}
    for number, bar in enumerate(found.bars):
        shares = [found.share(quantity, number) or 0.0 for quantity in QUANTITIES]
        largest[bar.family] = max(largest.get(bar.family, 0.0), *shares)
    return [
        ("■", theme.family(family).name(), FAMILY_TITLES[family])
        for family in sorted(largest, key=lambda family: -largest[family])
    ]


def held_words(watched: bool) -> str:
    """What the second line of the timeline is: seen while the network ran, or a rule."""
    return "kept by the code, as it ran" if watched else "held by eager PyTorch, at least"


def timeline_legend(on_parameters: bool, watched: bool, theme: Theme) -> list[Entry]:
    """The lines that the timeline has."""
    entries = [
        ("━━", theme.accent, "alive"),
        ("▼", theme.accent, "peak"),
        ("╌╌", theme.secondary, held_words(watched)),
    ]
    fixed = ("■", theme.faint, "parameters and buffers")
    return [*entries, fixed] if on_parameters else entries


def bar_card(found: Trends, number: int, theme: Theme) -> str:
    """The exact numbers of one bar: value, share of the total, and the sum up to it."""
    bar = found.bars[number]
    thing = "op" if found.every_op else "layer"
    place = f"{thing} {bar.number} of {found.numbered}" if bar.number is not None else ""
    shape = shape_text(bar.output)
    what = " · ".join(part for part in (bar.kind, shape, place) if part)
    lines = [_cells(("", "", "share", "up to here"), theme.secondary)]
    for quantity in QUANTITIES:
        lines.append(_cells(_quantity_row(found, quantity, number), theme.text))
    rest = _remarks(found, number)
    return (
        f'<b style="font-size:{_NORMAL}px">{escape(bar.node)}</b><br>'
        f"{colored(what, theme.secondary, _SMALL)}"
        f"<table cellspacing='0' cellpadding='0'>{''.join(lines)}</table>"
        + "<br>".join(colored(line, theme.secondary, _SMALL) for line in rest)
    )


def _quantity_row(found: Trends, quantity: Quantity, number: int) -> tuple[str, str, str, str]:
    value, whole = found.bars[number].value(quantity), found.totals[quantity]
    if value is None:
        text = "unknown"
    else:
        text = human_bytes(value) if quantity == "memory" else exact(value)
    reached = found.cumulative(quantity)[number] / whole if whole else None
    return (
        title_of(quantity, found),
        text,
        share_text(found.share(quantity, number)),
        share_text(reached),
    )


def _remarks(found: Trends, number: int) -> list[str]:
    bar = found.bars[number]
    lines = [f"{exact(bar.memory)} bytes written"]
    if bar.window_sums:
        lines.append(f"{exact(bar.window_sums)} window sums of pooling, which are no MACs")
    if bar.followed_by:
        lines.append(f"with the {' and '.join(bar.followed_by)} after it")
    if bar.macs is None:
        lines.append("No formula is known for its MACs")
    return lines


def _cells(texts: tuple[str, ...], color: str) -> str:
    first, *others = texts
    cells = "".join(
        f'<td align="right" style="padding-left:12px">{colored(text, color, _SMALL)}</td>'
        for text in others
    )
    return f"<tr><td>{colored(first, color, _SMALL)}</td>{cells}</tr>"


def step_card(timeline: Timeline, graph: LayerGraph, step: int, theme: Theme) -> str:
    """What is alive while one op runs: the sum and the largest tensors; then what eager PyTorch
    has besides, because the network's code still holds it."""
    node, alive = timeline.nodes[step], timeline.alive[step]
    kind = graph.by_id[node].kind
    there = timeline.tensors_at(step)
    rows = [_cells(("alive", human_bytes(alive), f"{exact(alive)} bytes"), theme.text)]
    rows += [_tensor_row(life, graph, theme) for life in there[:_NAMED_TENSORS]]
    if others := there[_NAMED_TENSORS:]:
        size = human_bytes(sum(life.bytes for life in others))
        rows.append(_cells((f"{len(others)} more", size, ""), theme.secondary))
    rows += _kept_rows(timeline, step, theme)
    return (
        f'<b style="font-size:{_NORMAL}px">{escape(node)}</b> '
        f"{colored(kind, theme.secondary, _SMALL)}"
        f"<table cellspacing='0' cellpadding='0'>{''.join(rows)}</table>"
    )


def _kept_rows(timeline: Timeline, step: int, theme: Theme) -> Iterator[str]:
    held = timeline.held[step]
    sum_of_all = (held_words(timeline.watched), human_bytes(held), f"{exact(held)} bytes")
    yield _cells(sum_of_all, theme.text)
    kept = timeline.kept_at(step)
    for life in kept[:_NAMED_KEPT]:
        until = _until(timeline, life.last, step)
        yield _cells((life.storage[0], human_bytes(life.bytes), until), theme.secondary)
    if others := kept[_NAMED_KEPT:]:
        size = human_bytes(sum(life.bytes for life in others))
        yield _cells((f"{len(others)} more", size, ""), theme.secondary)


def _until(timeline: Timeline, last: int, step: int) -> str:
    """`until this op`, `until …denselayer4.conv2`, `to the end`."""
    if last == len(timeline.nodes) - 1:
        return "to the end"
    if last == step:
        return "until this op"
    parts = timeline.nodes[last].split(".")
    return f"until {'…' if len(parts) > 2 else ''}{'.'.join(parts[-2:])}"


def _tensor_row(life: Lifetime, graph: LayerGraph, theme: Theme) -> str:
    node, output = life.storage
    shape = shape_text(graph.by_id[node].outputs[output])
    return _cells((node, human_bytes(life.bytes), shape), theme.secondary)
