"""What the trend charts show, each in a sentence worked out from the network's own numbers."""

from __future__ import annotations

from visualizer.costs.settings import HEADLINES
from visualizer.costs.timeline import Timeline
from visualizer.costs.trends import Quantity, Trends
from visualizer.costs.units import human_bytes, human_count, percent

_KINDS = {
    "conv": "convolutions", "fc": "fully connected layers", "products": "matrix products",
    "attention": "attention", "embedding": "embeddings", "recurrent": "recurrent layers",
    "norm": "normalizations",
}  # fmt: skip
_SMALLEST_TOLD = 0.0005  # a share shown as 0.0 % tells nothing


def share_text(share: float | None) -> str:
    """`96.0 %`; `99.95 %` where one decimal would hide that something is left."""
    if share is not None and 0.9985 <= share < 1:
        return f"{min(100 * share, 99.99):.2f} %"
    return percent(share)


def memory_sentence(found: Trends) -> str:
    """`Half of the 2.25 MB of outputs is reached at conv2, layer 2 of 8.`"""
    half, whole = found.half("memory"), human_bytes(found.totals["memory"])
    if half is None:
        return "No layer writes memory of its own."
    bar = found.bars[half]
    return f"Half of the {whole} of outputs is reached at {bar.node}, {_place(found, half)}."


def _place(found: Trends, index: int) -> str:
    thing = "op" if found.every_op else "layer"
    number = found.bars[index].number
    if number is not None:
        return f"{thing} {number} of {found.numbered}"
    before = max((bar.number or 0 for bar in found.bars[:index]), default=0)
    return f"after layer {before} of {found.numbered}" if before else "before the first layer"


def params_sentence(found: Trends) -> str:
    """`Fully connected layers hold 96.0 % of the 61.10 M parameters, convolutions 4.0 %.`"""
    whole = human_count(found.totals["params"])
    leading = _leading(found, "params")
    if not leading:
        return "No parameters."
    return f"{_upper(leading[0])} hold{_s(leading[0])} {_share(found, 'params', leading[0])}" + (
        f" of the {whole} parameters{_rest(found, 'params', leading)}."
    )


def macs_sentence(found: Trends) -> str:
    """`Convolutions do 91.8 % of the 716.77 M MACs, fully connected layers 8.2 %.`"""
    whole = f"{human_count(found.totals['macs'])} {HEADLINES[found.headline]}"
    leading = _leading(found, "macs")
    unknown = _unknown(found.uncovered)
    if not leading:
        return f"No multiply-adds.{unknown}"
    does = "does" if _s(leading[0]) else "do"
    known = " known" if found.uncovered else ""
    return f"{_upper(leading[0])} {does} {_share(found, 'macs', leading[0])}" + (
        f" of the {whole}{known}{_rest(found, 'macs', leading)}.{unknown}"
    )


def _unknown(count: int) -> str:
    """` 3 ops have no formula.`, to follow a sentence."""
    if not count:
        return ""
    return f" {count} op has no formula." if count == 1 else f" {count} ops have no formula."


def timeline_sentence(found: Timeline) -> str:
    """`Activations: at most 6.13 MB at once, in bn1. This network's code keeps 7.66 MB …`"""
    if found.peak is None or found.held_peak is None:
        return "Nothing runs."
    alive, held = found.alive[found.peak], found.held[found.held_peak]
    holds = "The network's code keeps up to" if found.watched else "Eager PyTorch holds at least"
    return (
        f"Activations: at most {human_bytes(alive)} at once, in {found.nodes[found.peak]}."
        f" {holds} {human_bytes(held)}, with weights and buffers"
        f" {human_bytes(held + found.fixed_bytes)}."
    )


def _leading(found: Trends, quantity: Quantity) -> list[str]:
    """The kinds with the most, at most two: the rest is for the bars."""
    sums = {kind: n for kind, n in found.kinds[quantity].items() if kind in _KINDS and n}
    ordered = sorted(sums, key=lambda kind: -sums[kind])
    whole = found.totals[quantity]
    return [kind for kind in ordered[:2] if sums[kind] >= _SMALLEST_TOLD * whole]


def _rest(found: Trends, quantity: Quantity, leading: list[str]) -> str:
    return "".join(f", {_KINDS[kind]} {_share(found, quantity, kind)}" for kind in leading[1:])


def _share(found: Trends, quantity: Quantity, kind: str) -> str:
    return share_text(found.kind_share(quantity, kind))


def _upper(kind: str) -> str:
    return _KINDS[kind].capitalize()


def _s(kind: str) -> str:
    """The ending of a verb after a word in the singular."""
    return "s" if kind == "attention" else ""
