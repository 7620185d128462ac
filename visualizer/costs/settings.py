"""What costs are wanted for: batch, resolution, precision, and which operations count.

Shapes and conventions only. The defaults are the network as it was opened, with the lecture's
convention: convolutions, matrix products and attention count, everything else stands apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from visualizer.costs.units import lower_bound
from visualizer.graph.retyping import PRECISIONS, WEIGHT_PRECISIONS
from visualizer.sources import InputSpec

Headline = Literal["macs", "flops"]

LARGEST_BATCH = 1024
LARGEST_SIDE = 8192
DTYPES = (*PRECISIONS, *WEIGHT_PRECISIONS)
HEADLINES: dict[Headline, str] = {"macs": "MACs", "flops": "FLOPs"}


class Counting(msgspec.Struct, frozen=True):
    """Which operations besides multiply-adds are added to the MACs.

    `pooling`: C·H'·W' windows of K·K numbers, as in the lecture. `norm`: operations per element
    (`formulas.counted`). `elementwise`: one operation per output element of an activation,
    addition or other elementwise op, whatever the function.
    """

    pooling: bool = False
    norm: bool = False
    elementwise: bool = False


class CostSettings(msgspec.Struct, frozen=True):
    """What costs are shown for; None and "" mean as the network was opened.

    `resolution` is (height, width) of the pictures that go in. `dtype` is a precision of
    weights and activations, or int8 and int4: weights only. `headline` is the unit where one
    number stands for the arithmetic: FLOPs = 2 × MACs. Raises ValueError for what cannot be.
    """

    batch: int | None = None
    resolution: tuple[int, int] | None = None
    dtype: str = ""
    headline: Headline = "macs"
    counting: Counting = Counting()

    def __post_init__(self) -> None:
        if self.batch is not None and not 1 <= self.batch <= LARGEST_BATCH:
            raise ValueError(f"batch {self.batch} is not between 1 and {LARGEST_BATCH:,}")
        for side in self.resolution or ():
            if not 1 <= side <= LARGEST_SIDE:
                raise ValueError(f"a side of {side} is not between 1 and {LARGEST_SIDE:,} pixels")
        if self.dtype and self.dtype not in DTYPES:
            raise ValueError(f"unknown precision '{self.dtype}': use one of {', '.join(DTYPES)}")
        if self.headline not in HEADLINES:
            raise ValueError(f"unknown unit '{self.headline}': use macs or flops")

    def arithmetic(self, macs: int) -> int:
        """The MACs in the unit of the headline."""
        return macs * (2 if self.headline == "flops" else 1)

    def arithmetic_text(self, macs: int | None, at_least: bool = False) -> str:
        """`4.09 G MACs`, `8.18 G FLOPs`, `MACs unknown`; `≥ 4.09 G MACs` where parts of it are
        unknown, `MACs unknown` where nothing but those is there."""
        unit = HEADLINES[self.headline]
        if macs is None or (at_least and not macs):
            return f"{unit} unknown"
        return f"{lower_bound(self.arithmetic(macs), at_least)} {unit}"


AS_OPENED = CostSettings()


def batch_of(inputs: Sequence[InputSpec]) -> int | None:
    """The batch of the inputs: their common first side; None when they have none in common."""
    sides = {spec.shape[0] for spec in inputs if len(spec.shape) > 1}
    return sides.pop() if len(sides) == 1 else None


def resolution_of(inputs: Sequence[InputSpec]) -> tuple[int, int] | None:
    """Height and width of the pictures that go in; None when there are none, or of two sizes."""
    sides = {(s.shape[-2], s.shape[-1]) for s in inputs if len(s.shape) == 4}
    return sides.pop() if len(sides) == 1 else None


def at_batch(inputs: Sequence[InputSpec], batch: int) -> tuple[InputSpec, ...]:
    """The inputs for `batch` examples."""
    replace = msgspec.structs.replace
    return tuple(
        replace(spec, shape=(batch, *spec.shape[1:])) if len(spec.shape) > 1 else spec
        for spec in inputs
    )


def at_resolution(
    inputs: Sequence[InputSpec], resolution: tuple[int, int]
) -> tuple[InputSpec, ...]:
    """The inputs with pictures of (height, width)."""
    replace = msgspec.structs.replace
    return tuple(
        replace(spec, shape=(*spec.shape[:-2], *resolution)) if len(spec.shape) == 4 else spec
        for spec in inputs
    )


def settings_text(settings: CostSettings, inputs: Sequence[InputSpec]) -> str:
    """`Batch 32 · 224×224 · float16 · MACs + norm`: what costs are shown for, for inputs as
    opened."""
    batch = settings.batch or batch_of(inputs)
    sides = settings.resolution or resolution_of(inputs)
    dtype = settings.dtype or next((s.dtype for s in inputs if s.dtype in PRECISIONS), "")
    parts = (
        f"Batch {batch}" if batch else "",
        "×".join(map(str, sides)) if sides else "",
        f"{dtype} weights" if dtype in WEIGHT_PRECISIONS else dtype,
        " + ".join((HEADLINES[settings.headline], *_counted_too(settings.counting))),
    )
    return " · ".join(part for part in parts if part)


def _counted_too(counting: Counting) -> list[str]:
    """The names of what is counted besides multiply-adds."""
    return [name for name in counting.__struct_fields__ if getattr(counting, name)]
