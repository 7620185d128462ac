"""Derivations as a lecturer writes them on the board: the rule, then the numbers put in.

Conventions: one multiply with its add is one MAC (the lecture's "flop"), FLOPs = 2 x MACs,
1 KB = 1024 bytes. A batch of one is not written.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from visualizer.costs.model import Cost, Derivation
from visualizer.costs.units import KILO, decimal_text, element_bytes, exact, product_text
from visualizer.graph.families import family_of
from visualizer.graph.model import TensorSpec

AXIS_LETTERS = {1: "L", 2: "HW", 3: "DHW"}
_AXIS_NAMES = {"L": "length", "H": "height", "W": "width", "D": "depth"}


class Window(NamedTuple):
    """A sliding window along one axis: sizes in elements; `before`/`after` are the padding."""

    size: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int = 1
    ceil: bool = False

    @property
    def steps(self) -> Fraction:
        """How many strides fit, not yet rounded."""
        reach = self.dilation * (self.kernel - 1) + 1
        return Fraction(self.size - reach + self.before + self.after, self.stride)

    @property
    def output(self) -> int:
        """Number of window positions. With ceil, none may start in the right padding."""
        if not self.ceil:
            return int(self.steps // 1) + 1
        count = int(-(-self.steps // 1)) + 1
        return count - 1 if self.starts_outside(count) else count

    def starts_outside(self, count: int) -> bool:
        return (count - 1) * self.stride >= self.size + self.before


def axis_quantities(axes: int, same: bool) -> list[tuple[str, str]]:
    """(what is derived, its letter) for each axis, or once when all axes have the same rule."""
    letters = AXIS_LETTERS[axes]
    if same and axes == 2:
        return [("output height and width", "W")]
    if same and axes == 3:
        return [("output depth, height and width", "W")]
    return [(f"output {_AXIS_NAMES[letter]}", letter) for letter in letters]


def window_derivations(windows: tuple[Window, ...]) -> tuple[Derivation, ...]:
    """One line when all axes share the rule and the numbers, else one an axis."""
    quantities = axis_quantities(len(windows), same=len(set(windows)) == 1)
    return tuple(
        _window_line(window, letter, quantity)
        for (quantity, letter), window in zip(quantities, windows, strict=False)
    )


def _window_line(window: Window, letter: str, quantity: str) -> Derivation:
    size, kernel, stride, before, after, dilation, _ = window
    symmetric = before == after
    pads = ("2·P", f"2·{before}") if symmetric else ("P₁ + P₂", f"{before} + {after}")
    if dilation == 1:
        fits = (f"({letter} − K + {pads[0]})/S", f"({size} − {kernel} + {pads[1]})/{stride}")
    else:
        fits = (
            f"({letter} − d·(K − 1) − 1 + {pads[0]})/S",
            f"({size} − {dilation}·({kernel} − 1) − 1 + {pads[1]})/{stride}",
        )
    return _rounded_line(window, quantity, fits[0], fits[1])


def _rounded_line(window: Window, quantity: str, rule: str, fits: str) -> Derivation:
    if window.steps.denominator == 1:
        return Derivation(quantity, f"{rule} + 1", f"{fits} + 1", str(window.output))
    rounding = "ceil" if window.ceil else "floor"
    steps = decimal_text(window.steps)
    rule, numbers = f"{rounding}({rule}) + 1", f"{rounding}({fits}) + 1 = {rounding}({steps}) + 1"
    if window.ceil and window.output == int(window.steps // 1) + 1:
        rule += " − 1 (the last window would start in the padding)"
        numbers += " − 1"
    return Derivation(quantity, rule, numbers, str(window.output))


def counted(formula: str, substituted: str, macs: int, *before: Derivation, note: str = "") -> Cost:
    """A counted cost whose last derivation is that of the MACs."""
    line = Derivation("MACs", formula, substituted, exact(macs))
    return Cost("counted", macs, (*before, line), note)


def summed(
    parts: tuple[tuple[str, str, str, int], ...], note: str = "", *aside: tuple[int, Derivation]
) -> Cost:
    """MACs in named parts, each (what, formula, substituted, macs), and their sum; what else
    happens between them is said `aside`, before the part of that number."""
    lines = tuple(
        Derivation(f"MACs of {what}", formula, substituted, exact(macs))
        for what, formula, substituted, macs in parts
    )
    total = sum(macs for *_, macs in parts)
    numbers = " + ".join(line.result for line in lines)
    told = list(lines)
    for place, line in reversed(aside):
        told.insert(place, line)
    return counted("sum of the parts", numbers, total, *told, note=note)


def flops_derivation(macs: int) -> Derivation:
    return Derivation("FLOPs", "2 × MACs", f"2 × {exact(macs)}", exact(2 * macs))


def memory_derivation(op: str, outputs: tuple[TensorSpec, ...]) -> Derivation:
    """Memory of an op's outputs in KB; raises UnknownDtypeError."""
    total = sum(spec.elements * element_bytes(spec.dtype) for spec in outputs)
    numbers = " + ".join(
        f"{product_text(without_one(spec.shape))}·{element_bytes(spec.dtype)}" for spec in outputs
    )
    if len(outputs) > 1:
        numbers = f"({numbers})"
    kilobytes = f"{decimal_text(Fraction(total, KILO))} KB"
    return Derivation(
        "activation memory", _memory_rule(op, outputs), f"{numbers or 0}/1024", kilobytes
    )


def _memory_rule(op: str, outputs: tuple[TensorSpec, ...]) -> str:
    rank = len(outputs[0].shape) if len(outputs) == 1 else 0
    named = family_of(op) in _WITH_CHANNELS and op != "softmax"
    return f"{_SIDES[rank] if named and rank in _SIDES else 'elements'}·bytes/1024"


_WITH_CHANNELS = frozenset({"input", "conv", "pool", "norm", "activation", "add", "concat"})
_SIDES = {2: "C", 4: "C·H'·W'", 5: "C·D'·H'·W'"}


def without_one(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without a batch of one."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
