"""What the inspector says, as plain data, and the words that nodes and groups share."""

from __future__ import annotations

import msgspec

from visualizer.costs import Derivation
from visualizer.costs.units import UNITS, human_bytes, lower_bound, percent
from visualizer.graph import TensorSpec, shape_text
from visualizer.graph.families import Family
from visualizer.graph.model import AttributeValue
from visualizer.session.network import OpenNetwork

MAC_NOTE = (
    "1 MAC = one multiplication and one addition; FLOPs = 2 × MACs. The lecture's “flop” is a MAC."
)

_LEAST_SHARE = 0.0005
_REGULARIZER = (
    "Such heads were meant to push useful gradients to the lower layers. The Inception-v3 paper "
    "(section 4) found no faster start of training and calls that hypothesis misplaced: removing "
    "the lower head did no harm.",
    "They act as regularizers: the network does better when the side head is batch-normalized "
    "(+0.4 % top-1 in the paper) or has dropout.",
)


class Quantity(msgspec.Struct, frozen=True):
    """A big number. `share` of the network is 0..1, None when unknown or meaningless."""

    title: str
    value: str
    tooltip: str = ""
    share: float | None = None


class Row(msgspec.Struct, frozen=True):
    """A labelled fact; `remark` is said beside it in a quieter voice."""

    label: str
    value: str
    remark: str = ""


class Link(msgspec.Struct, frozen=True):
    """Something to select: `share` of what is inspected, 0..1."""

    id: str
    label: str
    detail: str
    share: float


class Inspection(msgspec.Struct, frozen=True):
    """Everything shown about one thing; empty parts are left out.

    `assumed` says which inputs were chosen because the file leaves them open. `classes` is K
    where the op makes a classifier's scores (N, K), else 0.
    """

    id: str
    title: str
    subtitle: str
    path: str = ""
    family: Family = "module"
    chip: str = ""
    flow: tuple[Row, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    receptive_field: tuple[Row, ...] = ()
    facts: tuple[Row, ...] = ()
    attributes: tuple[Row, ...] = ()
    parameters: tuple[Row, ...] = ()
    links: tuple[Link, ...] = ()
    links_title: str = ""
    source_line: str = ""
    classes: int = 0
    training: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: str = ""


def assumed_input_text(network: OpenNetwork, item: str) -> str:
    """Whether somebody chose the input `item` because the file leaves it open; "" if not."""
    chosen = item in network.graph.assumed
    return "Size chosen here: the file leaves it open." if chosen else ""


def assumed_text(network: OpenNetwork) -> str:
    """Which inputs of the network somebody chose because the file leaves them open; "" for
    none."""
    graph = network.graph
    numbers = [number for number, node in enumerate(graph.inputs, 1) if node.id in graph.assumed]
    if not numbers:
        return ""
    if len(graph.inputs) == 1:
        return assumed_input_text(network, graph.inputs[0].id)
    *others, last = map(str, numbers)
    which = f"{', '.join(others)} and {last}" if others else last
    every = len(numbers) == len(graph.inputs)
    inputs = "all inputs" if every else f"input{'s' if others else ''} {which}"
    return f"Sizes of {inputs} chosen here: the file leaves them open."


def training_notes(network: OpenNetwork, item: str) -> tuple[str, ...]:
    """What to know of an op or module that runs only in training; nothing of others.

    Szegedy et al., Rethinking the Inception Architecture (2015), section 4.
    """
    head = network.head_of(item)
    if not head:
        return ()
    group = network.hierarchy.groups.get(head)
    nodes = group.nodes if group is not None else (head,)
    params = sum(network.report.layers[node].params for node in nodes)
    what = "Auxiliary classifier, runs" if head == item else f"Part of {head}, which runs"
    whose = "its" if head == item else f"{head}'s"
    return (
        f"{what} only in training: {whose} {params:,} parameters are not in the totals.",
        *_REGULARIZER,
    )


def flow_rows(arriving: tuple[TensorSpec, ...], leaving: tuple[TensorSpec, ...]) -> tuple[Row, ...]:
    """`Input 1 ... Output`: every tensor that enters and leaves, with its dtype."""
    return (*_numbered("Input", arriving), *_numbered("Output", leaving))


def _numbered(word: str, specs: tuple[TensorSpec, ...]) -> list[Row]:
    labels = [word] if len(specs) == 1 else [f"{word} {i + 1}" for i in range(len(specs))]
    return [
        Row(label, shape_text(spec, batch=True), spec.dtype)
        for label, spec in zip(labels, specs, strict=True)
    ]


def share_text(share: float) -> str:
    """`10.2 %`; what would round to nothing is said to be less than that."""
    return "<0.1 %" if 0 < share < _LEAST_SHARE else percent(share)


def count_quantity(
    title: str,
    value: int | None,
    share: float | None,
    remark: str,
    why_unknown: str = "",
    at_least: bool = False,
) -> Quantity:
    """A count with its share of the network; "unknown", never 0, for None. `at_least`: parts of
    it are unknown."""
    if value is None:
        return Quantity(title, "unknown", why_unknown)
    shown, exactly = lower_bound(value, at_least), f"{value:,}\n{remark}"
    told = f"at least {exactly}" if at_least else exactly
    return Quantity(title, shown, told, share if value else None)


def memory_quantity(size: int, elements: int, share: float | None) -> Quantity:
    """Activation memory with its share of the network's."""
    exact = f"{size:,} bytes in {elements:,} numbers\n{UNITS}"
    return Quantity("Activation memory", human_bytes(size), exact, share or None)


def attribute_text(value: AttributeValue) -> str:
    """`3×3` for a tuple of numbers, yes/no for a flag, the value itself otherwise."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        numbers = all(isinstance(side, (int, float)) for side in value)
        return ("×" if numbers else ", ").join(map(str, value)) or "none"
    return "none" if value is None else str(value)
