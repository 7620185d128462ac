"""Fig 1 of "Rethinking the Inception Architecture": a large convolution as a small network.

One output of a 5×5 convolution looks at a tile of 5×5 inputs. The same tile can be seen by a 3×3
convolution, which leaves a grid of 3×3 numbers, and by a second layer that is fully connected
over that grid: which is a 3×3 convolution again, and no dense layer. Slid over an image, the
grid in the middle is shared by neighbouring tiles; only then is anything saved.

Everything is per pair of input and output channels and without biases. Grids are (rows,
columns), cells (row, column), row 0 being the top one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import product

import msgspec

Cell = tuple[int, int]
Size = tuple[int, int]


class Layer(msgspec.Struct, frozen=True):
    """A stride-1 convolution with a kernel (rows, columns), and the grid it reads and leaves."""

    kernel: Size
    below: Size
    grid: Size

    @property
    def weights(self) -> int:
        return area(self.kernel)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The positions of the window, row by row; each is a cell of the grid it leaves."""
        return cells(self.grid)

    def window(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells of the grid below that the window reads for `cell`."""
        return tuple((cell[0] + row, cell[1] + column) for row, column in cells(self.kernel))


class MiniNetwork(msgspec.Struct, frozen=True, dict=True):
    """Convolutions on top of each other that turn one `tile` into one number."""

    title: str
    layers: tuple[Layer, ...]

    @property
    def tile(self) -> Size:
        """Side lengths of the inputs seen: the receptive field, 1 + Σ(kernel - 1)."""
        return self.layers[0].below

    @property
    def weights(self) -> int:
        """Σ kernel area: every position of a layer uses the same weights."""
        return sum(layer.weights for layer in self.layers)

    @property
    def activations_between(self) -> int:
        """Nonlinearities from input to output: one after each layer."""
        return len(self.layers)

    def macs(self, outputs: Size = (1, 1)) -> int:
        """MACs for a block of neighbouring outputs: each number in between is computed once.

        Σ kernel area × positions. `(1, 1)` is a tile that stands alone. Raises ValueError for
        a block with an empty side.
        """
        if min(outputs) < 1:
            raise ValueError(f"a block of {outputs[0]}×{outputs[1]} outputs has none")
        return sum(
            layer.weights * (layer.grid[0] + outputs[0] - 1) * (layer.grid[1] + outputs[1] - 1)
            for layer in self.layers
        )

    @property
    def macs_per_output(self) -> int:
        """MACs for one more output inside a large image: one new position in each layer.

        The limit of `macs(outputs)` over the number of outputs, and exact for convolutions
        that are padded to keep the size.
        """
        return self.weights

    @cached_property
    def paths(self) -> dict[Cell, int]:
        """In how many ways each input reaches the output."""
        reached = {(0, 0): 1}
        for layer in reversed(self.layers):
            below = dict.fromkeys(cells(layer.below), 0)
            for cell, ways in reached.items():
                for source in layer.window(cell):
                    below[source] += ways
            reached = below
        return reached

    def shared(self, step: Cell) -> frozenset[Cell]:
        """The numbers of the first grid that the neighbour `step` (rows, columns) away uses too.

        Cells of this tile's own grid; empty for a single layer, which leaves nothing but the
        output.
        """
        if len(self.layers) == 1:
            return frozenset()
        own = set(self.layers[0].cells)
        return frozenset(own & {(row + step[0], column + step[1]) for row, column in own})


def mini_network(kernels: Sequence[Size], title: str = "") -> MiniNetwork:
    """Stride-1 convolutions with these kernels (rows, columns), first one first, to one output.

    Raises ValueError without a kernel and for a kernel with an empty side.
    """
    if not kernels or min(min(kernel) for kernel in kernels) < 1:
        raise ValueError("a mini-network needs kernels with sides of at least 1")
    layers: list[Layer] = []
    grid = (1, 1)
    for kernel in reversed(kernels):
        below = (grid[0] + kernel[0] - 1, grid[1] + kernel[1] - 1)
        layers.insert(0, Layer(kernel, below, grid))
        grid = below
    return MiniNetwork(title or " then ".join(map(size_text, kernels)), tuple(layers))


def saving(factorized: MiniNetwork, whole: MiniNetwork) -> float:
    """Share of the weights, and of the MACs inside a large image, that is saved; below 0 when
    it gets dearer. 1 - 18/25 = 28 % for Fig 1."""
    return 1 - factorized.weights / whole.weights


def break_even(factorized: MiniNetwork, whole: MiniNetwork, most: int = 1000) -> int | None:
    """The smallest side of a square block of outputs from which on `factorized` takes fewer
    MACs than `whole`; None when it does not up to `most`."""
    sides = range(1, most + 1)
    return next((n for n in sides if factorized.macs((n, n)) < whole.macs((n, n))), None)


def cells(size: Size) -> tuple[Cell, ...]:
    """All cells of a grid, row by row."""
    return tuple(product(range(size[0]), range(size[1])))


def area(size: Iterable[int]) -> int:
    rows, columns = size
    return rows * columns


def size_text(size: Size) -> str:
    """`3×3`."""
    return f"{size[0]}×{size[1]}"


WHOLE_5 = mini_network(((5, 5),), "5×5 at once")
FIG_1 = mini_network(((3, 3), (3, 3)), "3×3 + 3×3 (Fig 1)")
WHOLE_3 = mini_network(((3, 3),), "3×3 at once")
FIG_3 = mini_network(((1, 3), (3, 1)), "1×3 then 3×1 (Fig 3)")
