"""A grid reduction as plain data: what it is, what it costs, and what else would do the same."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

Narrowness = Literal["clean", "not limiting", "mild bottleneck", "bottleneck"]
VariantKind = Literal["fig9-left", "fig9-right", "fig10", "strided-conv"]
Kind = Literal[
    "pool", "transition", "strided-conv", "depthwise", "residual", "fig9-left", "fig9-right",
    "fig10", "patchify", "patch-merging", "other",
]  # fmt: skip

KIND_TITLES: dict[Kind, str] = {
    "pool": "Pool only",
    "transition": "1×1, then pool",
    "strided-conv": "Strided convolution",
    "depthwise": "Strided depthwise convolution",
    "residual": "Strided residual block",
    "fig9-left": "Fig 9 left: pool, then convolution",
    "fig9-right": "Fig 9 right: convolution, then pool",
    "fig10": "Fig 10: convolution beside pool",
    "patchify": "Patchify stem",
    "patch-merging": "Patch merging",
    "other": "Other",
}


class ReductionShape(msgspec.Struct, frozen=True):
    """What a reduction has to do: from `channels_in` on `grid_in` to `channels_out` on `grid_out`.

    Grids are spatial sides (height, width for pictures). `kernel` is that of its convolution.
    """

    grid_in: tuple[int, ...]
    grid_out: tuple[int, ...]
    channels_in: int
    channels_out: int
    kernel: tuple[int, ...]

    @property
    def positions_in(self) -> int:
        return math.prod(self.grid_in)

    @property
    def positions_out(self) -> int:
        return math.prod(self.grid_out)

    @property
    def input(self) -> int:
        """Numbers that go in."""
        return self.positions_in * self.channels_in

    @property
    def output(self) -> int:
        """Numbers that come out."""
        return self.positions_out * self.channels_out

    @property
    def unread(self) -> float:
        """Share of the input's positions that a convolution with stride never reads, as its
        kernel is smaller than its steps: 0.75 for a 1×1 that halves both sides."""
        return 1.0 - math.prod(map(_read, self.grid_in, self.grid_out, self.kernel))

    @property
    def text(self) -> str:
        """`35×35×320 → 17×17×640`: grid and channels before and after."""
        return (
            f"{_sized(self.grid_in, self.channels_in)} → {_sized(self.grid_out, self.channels_out)}"
        )

    @property
    def kernel_text(self) -> str:
        """`3×3`; `3-wide` for a sequence's."""
        sides = "×".join(map(str, self.kernel))
        return f"{sides}-wide" if len(self.kernel) == 1 else sides


def _read(before: int, after: int, kernel: int) -> float:
    """Share of an axis' positions that a kernel sees when it is moved `after` times."""
    step = round(before / max(after, 1))
    return 1.0 if kernel >= step else min(1.0, kernel * after / before)


def _sized(grid: tuple[int, ...], channels: int) -> str:
    return "×".join(map(str, (*grid, channels)))


BINDING: tuple[Narrowness, ...] = ("mild bottleneck", "bottleneck")


def narrowness_of(cut: int, output: int, reached: int | None = None) -> Narrowness:
    """A cut against the output made of it: clean when as wide, a bottleneck at half or less.

    Not limiting where no more than it lets through can have `reached` the place anyway.
    """
    if cut >= output:
        return "clean"
    if reached is not None and cut >= reached:
        return "not limiting"
    return "bottleneck" if 2 * cut <= output else "mild bottleneck"


class Variant(msgspec.Struct, frozen=True):
    """One way to reduce a grid, worked out for one example.

    `macs` and `weights` of its convolution (no bias, no groups); `min_cut` is the narrowest set
    of tensors between its input and its output, the output included; `activations` are the
    numbers of all its outputs, a concatenation's too. `narrowness` compares cut and output,
    `verdict` in words the variant with its alternatives. `unread` is the share of the input's
    positions that it never reads.
    """

    kind: VariantKind
    macs: int
    weights: int
    min_cut: int
    activations: int
    narrowness: Narrowness
    verdict: str = ""
    unread: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether no cut inside is narrower than the output."""
        return self.narrowness == "clean"


class Rewrite(msgspec.Struct, frozen=True):
    """What Fig 10 in place of a reduction would give, for one example.

    Where it gives more channels than there are now, the layers that read them get dearer:
    `reader_macs` and `weights` are what they and the new convolution then have more;
    `stopped_at` is the first op past which they cannot be followed ("": none). `macs_before`
    is None where an op has no formula; `macs_saved` is None then, and where readers are
    unknown. It is below 0 where Fig 10 is dearer.
    """

    macs_before: int | None
    macs_after: int
    cut_before: int
    cut_after: int
    reader_macs: int = 0
    weights: int | None = None
    stopped_at: str = ""

    @property
    def macs_saved(self) -> int | None:
        if self.macs_before is None or self.stopped_at:
            return None
        return self.macs_before - self.macs_after - self.reader_macs


class SketchBar(msgspec.Struct, frozen=True):
    """A tensor in a small silhouette: its op family, size and label; `pinch`: part of a cut
    that is narrower than the output."""

    family: str
    width: int
    label: str
    pinch: bool = False


class Sketch(msgspec.Struct, frozen=True):
    """A small silhouette: bars in rows from top to bottom, and who is computed from whom.

    `rows` has numbers of bars; `edges` pairs of them, each from an upper to a lower row.
    """

    bars: tuple[SketchBar, ...]
    rows: tuple[tuple[int, ...], ...]
    edges: tuple[tuple[int, int], ...]


class Reduction(msgspec.Struct, frozen=True):
    """A place where the grid's area falls at least 2x.

    `node` makes the smaller grid (or is where the branches meet), `nodes` all layers that
    belong to it, `source` made the tensor it starts from, `name` is what people call it.
    `words` say how it works. `shape` has its own grids, channels and kernel.

    `min_cut` is the narrowest cut between its input (left out) and its output, in activations
    of one example, made of `cut_tensors`; `output` and `input` are the widths of its ends.
    `macs` of one example, None when an op has no formula; `weights` are those of its
    convolutions and dense layers (no biases, no norms), `activations` the numbers of all its
    tensors. `bypassed`: a long skip runs past it. `stem`: it reads the picture itself.
    `reached` is the narrowest cut before it: no more numbers can have got this far.

    `wanted` is what `variants` were worked out for: `shape`, but with twice the channels where
    a pool makes none.
    """

    kind: Kind
    words: str
    name: str
    node: str
    source: str
    nodes: tuple[str, ...]
    shape: ReductionShape
    min_cut: int
    cut_tensors: tuple[str, ...]
    input: int
    output: int
    macs: int | None
    weights: int
    activations: int
    bypassed: bool
    stem: bool
    wanted: ReductionShape
    variants: tuple[Variant, ...]
    rewrite: Rewrite | None
    advice: str
    sketch: Sketch
    reached: int | None = None

    @property
    def cut_to_output(self) -> float:
        return self.min_cut / max(self.output, 1)

    @property
    def cut_to_input(self) -> float:
        return self.min_cut / max(self.input, 1)

    @property
    def narrowness(self) -> Narrowness:
        """Its narrowest cut against its output and what got this far; clean where a long
        skip runs past."""
        if self.bypassed:
            return "clean"
        return narrowness_of(self.min_cut, self.output, self.reached)

    @property
    def variant(self) -> Variant | None:
        """The variant that the network has, None when it has none of the four."""
        return next((variant for variant in self.variants if variant.kind == self.kind), None)
