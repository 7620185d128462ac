"""Normalizations and elementwise ops as numbers, for those who want them counted.

No convention is common. These are fvcore's, which like this program counts a multiply with its
add once: a batch norm in evaluation is 2 operations per element (x·scale + shift with the
running statistics put in: subtract and scale, then γ and β), 1 without γ and β; a norm that
first works out its statistics is 5 and 4, "just a rough estimate" (fvcore/nn/jit_handles.py,
`batchnorm_flop_jit`, `norm_flop_counter`). An elementwise op is 1 per output element
(`elementwise_flop_counter(0, 1)`), whatever the function: an exponential costs a processor
more than an addition. Dropout and stochastic depth do nothing in evaluation.
"""

from __future__ import annotations

import math

from visualizer.costs.derive import counted
from visualizer.costs.model import Cost
from visualizer.costs.registry import Call
from visualizer.costs.settings import Counting
from visualizer.costs.units import product_text
from visualizer.graph.families import Family, family_of

_ELEMENTWISE: tuple[Family, ...] = ("activation", "elementwise", "add")


def counted_operations(call: Call, counting: Counting) -> Cost | None:
    """The cost of an op that `counting` asks to be counted; None for any other op."""
    family = family_of(call.node.op)
    if not call.node.outputs or does_nothing(call):
        return None
    if counting.norm and family == "norm":
        return _counted(call, "elements·operations", operations_each(call))
    if counting.elementwise and family in _ELEMENTWISE:
        return _counted(call, "elements", 1)
    return None


def does_nothing(call: Call) -> bool:
    """Whether an op passes its input through in evaluation."""
    return "dropout" in call.node.op or call.node.op == "stochastic_depth"


def operations_each(call: Call) -> int:
    """Operations of a norm or an elementwise op for each number of its output."""
    return _norm_operations(call) if family_of(call.node.op) == "norm" else 1


def _norm_operations(call: Call) -> int:
    affine = "weight" in call.parameters
    if call.node.op == "batch_norm" and "running_mean" in call.parameters:
        return 2 if affine else 1
    return 5 if affine else 4


def _counted(call: Call, rule: str, each: int) -> Cost:
    sides = product_text(call.output)
    numbers = sides if each == 1 else f"{sides}·{each}"
    return counted(rule, numbers, each * math.prod(call.output))
