"""The `factorize` command: what larger convolutions could be made of, as JSON or as a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.bottlenecks.factorization import (
    Alternative,
    Candidate,
    Factorization,
    Option,
    factorization_document,
    factorization_of,
)
from visualizer.bottlenecks.factorization.recipes import sides
from visualizer.bottlenecks.factorization.wording import (
    BETWEEN,
    change_text,
    gain_text,
    none_text,
    nonlinear_text,
    opportunity_text,
    spent_text,
    stride_text,
    why_none,
    widths_text,
)
from visualizer.cli.findings import table_console
from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.cli.tables import Titled, print_tables, table_of
from visualizer.costs.units import exact, human_bytes, human_count, percent
from visualizer.graph.model import as_plain
from visualizer.session.network import OpenNetwork

_LAYER = ("Layer", "Kernel/stride", "Channels", "Grid", "MACs")
_BEST = ("Best form", "Channels then", "MACs then", "Network", "Activations")
_FORM = ("Form", "Channels then", "Weights", "MACs then", "Change", "Sees", "Activations")
_NOTHING = (
    "No convolution of this network has a kernel larger than 1: there is nothing to factorize."
)


def print_factorization(
    opening: Opening,
    format: str,
    mid: int | None,
    everything: bool,
) -> None:
    """Write the alternatives to stdout; `format` is "table", "json", "csv" or "md", `mid` the
    channels between the factors. `everything` also lists in the table what is not proposed."""
    with worker() as session:
        _, network = open_source(session, opening)
    found = factorization_of(network.graph, network.report, mid)
    if format == "json":
        print(json.dumps(_document(found, opening.text, network, mid), indent=1))
        return
    if format != "table":
        remarks = (*map(opportunity_text, found.opportunities), gain_text(found), BETWEEN)
        print_tables([_proposed(found, everything)], format, remarks)
        return
    _print_tables(table_console(), network.graph.name, found, everything)


def _proposed(found: Factorization, everything: bool) -> Titled:
    """The best form of every convolution, or with `everything` all its forms."""
    if everything:
        rows = (
            (*_sizes(candidate, exact), *_form_cells(option), _yes(option.is_proposed))
            for candidate in found.candidates for option in candidate.alternatives
        )  # fmt: skip
        return "Larger convolutions, every form", table_of(_LAYER, (*_FORM, "Proposed"), rows)
    best = ((*_sizes(one, exact), *_best_cells(found, one)) for one in found.candidates)
    return "Larger convolutions, best form", table_of(_LAYER, _BEST, best)


def _yes(proposed: bool) -> str:
    return "yes" if proposed else "no"


def _document(
    found: Factorization, source: str, network: OpenNetwork, mid: int | None
) -> dict[str, Any]:
    head = {"source": source, "inputs": as_plain(network.inputs), "mid": mid}
    return {**head, **factorization_document(found)}


def _print_tables(console: Console, name: str, found: Factorization, everything: bool) -> None:
    if not found.candidates:
        console.print(_NOTHING, highlight=False)
        return
    if everything:
        _print_all(console, found)
    else:
        console.print(_best_table(name, found))
        _print_reasons(console, found)
    for opportunity in found.opportunities:
        console.print(opportunity_text(opportunity), highlight=False)
    console.print(gain_text(found), highlight=False)
    console.print(BETWEEN, highlight=False, style="dim")


def _best_table(name: str, found: Factorization) -> Table:
    """One line a convolution with what it is best made of."""
    title = f"{name}: convolutions with a kernel larger than 1, and the best form proposed for them"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("layer", overflow="fold")
    for column in ("kernel/stride", "channels", "grid", "MACs"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("best form", no_wrap=True)
    for column in ("channels then", "MACs", "network", "activations"):
        table.add_column(column, justify="right", no_wrap=True)
    for candidate in found.candidates:
        table.add_row(*_sizes(candidate), *_best_cells(found, candidate))
    return table


def _print_reasons(console: Console, found: Factorization) -> None:
    """Why some convolutions have no best form, alike ones together."""
    reasons: dict[str, list[str]] = {}
    for candidate in found.candidates:
        if candidate.best() is None:
            reasons.setdefault(why_none(candidate), []).append(candidate.conv.node)
    for reason, nodes in reasons.items():
        where = nodes[0] if len(nodes) == 1 else f"{nodes[0]} and {len(nodes) - 1} more"
        console.print(f"{where}: {reason}", highlight=False, markup=False, style="dim")


def _sizes(candidate: Candidate, count: Callable[[int], str] = human_count) -> tuple[str, ...]:
    conv = candidate.conv
    stride = f"/{_short(conv.stride)}" if candidate.site.is_strided else ""
    channels = f"{conv.c_in} → {conv.c_out}"
    return (
        conv.node, conv.kernel_text + stride, channels, sides(conv.grid_out),
        count(conv.macs),
    )  # fmt: skip


def _short(stride: tuple[int, ...]) -> str:
    """`2` where all axes have the same stride."""
    return str(stride[0]) if len(set(stride)) == 1 else sides(stride)


def _best_cells(found: Factorization, candidate: Candidate) -> tuple[str, ...]:
    best = candidate.best()
    if best is None:
        return (none_text(candidate),)
    share = f"−{percent(found.share(best.saved_macs))}"
    memory = f"+{human_bytes(best.extra_bytes)}"
    return best.title, widths_text(best), change_text(best), share, memory


def _print_all(console: Console, found: Factorization) -> None:
    """Every form of every convolution with its costs; below, what there is to say of each."""
    for candidate in found.candidates:
        conv = candidate.conv
        share = percent(found.share(conv.macs))
        head = f"{'  '.join(_sizes(candidate))} MACs, {share} of the network"
        console.print(head, style="bold", highlight=False, markup=False)
        console.print(_form_table(candidate))
        for option in candidate.options:
            console.print(f"  {_remark(candidate, option)}", highlight=False, markup=False)
        console.print()


def _form_table(candidate: Candidate) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("form", no_wrap=True)
    for column in ("channels", "weights", "MACs", "change", "sees", "activations"):
        table.add_column(column, justify="right", no_wrap=True)
    for option in candidate.alternatives:
        table.add_row(*_form_cells(option), style="" if option.is_proposed else "dim")
    return table


def _form_cells(option: Alternative) -> tuple[str, ...]:
    return (
        option.title, widths_text(option), exact(option.weights), exact(option.macs),
        change_text(option), sides(option.seen), f"+{human_bytes(option.extra_bytes)}",
    )  # fmt: skip


def _remark(candidate: Candidate, option: Option) -> str:
    if not isinstance(option, Alternative):
        return f"{option.title}: impossible, {option.reason}."
    site = candidate.site
    parts = [
        "proposed" if option.is_proposed else f"not proposed, {option.discouraged}",
        nonlinear_text(option),
        stride_text(site, option),
    ]
    return f"{option.title}: {'; '.join(filter(None, parts))}. {spent_text(site, option)}"
