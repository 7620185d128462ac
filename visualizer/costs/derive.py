"""Derivations as a lecturer writes them on the board: the rule, then the numbers put in.

Conventions: one multiply with its add is one MAC (the lecture's "flop"), FLOPs = 2 x MACs,
1 KB = 1024 bytes. A batch of one is not written.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from visualizer.costs.model import Cost, Derivation
from visualizer.costs.units import KILO, decimal_text, element_bytes, exact, product_text
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


def window_derivations(windows: tuple[Window, ...]) -> tuple[Derivation, ...]:
    """One line when all axes share the rule and the numbers, else one an axis."""
    letters = AXIS_LETTERS[len(windows)]
    if len(windows) > 1 and len(set(windows)) == 1:
        what = "output height and width" if letters == "HW" else "output size"
        return (_window_line(windows[0], "W" if letters == "HW" else "L", what),)
    return tuple(
        _window_line(window, letter, f"output {_AXIS_NAMES[letter]}")
        for window, letter in zip(windows, letters, strict=True)
    )


def _window_line(window: Window, letter: str, quantity: str) -> Derivation:
    size, kernel, stride, before, after, dilation, _ = window
    symmetric = before == after
    pads = ("2·P", f"2·{before}") if symmetric else ("P₁ + P₂", f"{before} + {after}")
    if dilation == 1:
        fits = (f"({letter} − K + {pads[0]})/S", f"({size} − {kernel} + {pads[1]})/{stride}")
    else:
        fits = (
            f"({letter} − D·(K − 1) − 1 + {pads[0]})/S",
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


def summed(parts: tuple[tuple[str, str, str, int], ...], note: str = "") -> Cost:
    """MACs in named parts, each (what, formula, substituted, macs), and their sum."""
    lines = tuple(
        Derivation(f"MACs of {what}", formula, substituted, exact(macs))
        for what, formula, substituted, macs in parts
    )
    total = sum(macs for *_, macs in parts)
    names = " + ".join(what for what, *_ in parts)
    return counted(names, " + ".join(line.result for line in lines), total, *lines, note=note)


def flops_derivation(macs: int) -> Derivation:
    return Derivation("FLOPs", "2 × MACs", f"2 × {exact(macs)}", exact(2 * macs))


def memory_derivation(outputs: tuple[TensorSpec, ...]) -> Derivation:
    """Memory of an op's outputs in KB; raises UnknownDtypeError."""
    total = sum(spec.elements * element_bytes(spec.dtype) for spec in outputs)
    numbers = " + ".join(
        f"{product_text(without_one(spec.shape))}·{element_bytes(spec.dtype)}" for spec in outputs
    )
    if len(outputs) > 1:
        numbers = f"({numbers})"
    rule = _MEMORY_RULES.get(len(outputs[0].shape), "elements·bytes/1024") if outputs else "0"
    kilobytes = f"{decimal_text(Fraction(total, KILO))} KB"
    return Derivation("activation memory", rule, f"{numbers or 0}/1024", kilobytes)


_MEMORY_RULES = {
    2: "C·bytes/1024", 3: "T·C·bytes/1024", 4: "C·H'·W'·bytes/1024", 5: "C·D'·H'·W'·bytes/1024"
}  # fmt: skip


def without_one(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without a batch of one."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
