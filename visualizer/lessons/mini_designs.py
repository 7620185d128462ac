"""Ways to see a tile, and what each costs beside the single convolution it replaces."""

from __future__ import annotations

from typing import Literal

import msgspec

from visualizer.lessons.mini_network import (
    FIG_1,
    FIG_3,
    WHOLE_3,
    WHOLE_5,
    Cell,
    MiniNetwork,
    Size,
)

Focus = Literal["", "weights", "alone", "beside", "image", "field", "activations"]


class Figure(msgspec.Struct, frozen=True):
    """A number of the design beside the one of the convolution it replaces."""

    focus: Focus
    title: str
    value: int
    whole: int
    tooltip: str


class Design(msgspec.Struct, frozen=True):
    """A way to see a tile, and the single convolution `whole` that sees the same tile."""

    network: MiniNetwork
    whole: MiniNetwork
    remark: str = ""

    @property
    def is_whole(self) -> bool:
        return self.network == self.whole

    @property
    def beside(self) -> Cell:
        """Which neighbour shares more: the one to the right (0, 1) or the one below (1, 0)."""
        right, below = (len(self.network.shared(step)) for step in ((0, 1), (1, 0)))
        return (0, 1) if right >= below else (1, 0)

    @property
    def pair(self) -> Size:
        """The block of outputs of a tile and that neighbour."""
        return (1 + self.beside[0], 1 + self.beside[1])

    @property
    def beside_macs(self) -> int:
        """What the neighbour costs more."""
        return self.network.macs(self.pair) - self.network.macs()


DESIGNS = (
    Design(WHOLE_5, WHOLE_5),
    Design(FIG_1, WHOLE_5),
    Design(
        FIG_3,
        WHOLE_3,
        "The paper's Fig 3 has the 3×1 below: the order changes neither the weights nor the reach.",
    ),
)


def figures(design: Design) -> tuple[Figure, ...]:
    """What is counted, with the numbers of the convolution that is replaced."""
    network, whole = design.network, design.whole
    pair = whole.macs(design.pair) - whole.macs()
    side = max(network.tile)
    return (
        Figure("weights", "Weights", network.weights, whole.weights,
               "Per pair of input and output channels, without bias"),
        Figure("alone", "MACs, one tile alone", network.macs(), whole.macs(),
               "Every position of every layer is computed for this one output"),
        Figure("beside", "MACs, the tile beside it", design.beside_macs, pair,
               "What the first tile has computed in the grid between is used again"),
        Figure("image", "MACs per output in an image", network.macs_per_output,
               whole.macs_per_output,
               "Every number between is computed once and used by all tiles around it"),
        Figure("field", "Receptive field, inputs across", side, max(whole.tile),
               "1 + the sum of (kernel side − 1) over the layers"),
        Figure("activations", "Nonlinearities", network.activations_between,
               whole.activations_between, "One after each layer"),
    )  # fmt: skip
