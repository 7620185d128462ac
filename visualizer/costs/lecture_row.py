"""One row of the lecture's table: its numbers, how they are written, what is said about them."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from visualizer.costs.units import KILO, decimal_text, exact

Preset = Literal["lecture", "exact"]
Kind = Literal["conv", "pool", "flatten", "fc"]

PRESETS: tuple[Preset, ...] = ("lecture", "exact")
COLUMNS = (
    "Layer", "Node", "C", "H/W", "Filters", "Kernel", "Stride", "Pad", "C out", "H/W out",
    "Memory (KB)", "Params (k)", "Flop (M)",
)  # fmt: skip


class SlideCell(msgspec.Struct, frozen=True):
    """A cell in which the printed slide differs from arithmetic, or about which a student of the
    lecture needs a word, and why.

    A "misprint" is a cell of the printed table that arithmetic contradicts; a "remark" is about
    anything else that the lecture, its slides or notes of it say otherwise than this row.
    `printed` is what stands there, "" where it is not a number.
    """

    column: str
    printed: str
    reason: str
    kind: Literal["misprint", "remark"] = "misprint"

    @property
    def mark(self) -> str:
        """Behind a number in plain text: `145 *` or `37,749 °`."""
        return "*" if self.kind == "misprint" else "°"


class LectureRow(msgspec.Struct, frozen=True):
    """One layer of the table; sizes are sides in numbers, `memory_bytes` for one image.

    `name` counts as the lecture does (conv1, pool1, ..., fc6), `node` is the op. `macs` and
    `memory_bytes` are of one image, pooling's window sums are its `macs`.
    """

    name: str
    node: str
    kind: Kind
    c_in: int
    size_in: tuple[int, ...]
    filters: int | None
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: str
    c_out: int
    size_out: tuple[int, ...]
    memory_bytes: int
    weights: int
    biases: int
    macs: int
    slide: tuple[SlideCell, ...] = ()

    def printed_params(self, preset: Preset) -> int:
        """Parameters as the preset counts them: the slide's fully connected rows lack the bias."""
        return self.weights + (0 if preset == "lecture" and self.kind == "fc" else self.biases)

    def bias_note(self, column: str, preset: Preset) -> str:
        """Why the parameters of a fully connected row are not those of its layer; "" elsewhere."""
        if self.kind != "fc" or column != "Params (k)" or preset != "lecture" or not self.biases:
            return ""
        whole = exact(self.weights + self.biases)
        return (
            f"printed as on the slide, without the bias: {exact(self.weights)}; "
            f"with its {exact(self.biases)} it is {whole}"
        )

    def slide_cell(self, column: str) -> SlideCell | None:
        """What is said about the cell of `column`; a misprint before a remark."""
        about = [cell for cell in self.slide if cell.column == column]
        return min(about, key=lambda cell: cell.kind, default=None)


def lecture_cells(row: LectureRow, preset: Preset) -> tuple[str, ...]:
    """One text for each of COLUMNS: rounded as on the slide, or exact."""
    params = row.printed_params(preset)
    if preset == "lecture":
        numbers = (
            _rounded(row.memory_bytes, KILO), _rounded(params, 1000), _rounded(row.macs, 10**6)
        )  # fmt: skip
    else:
        numbers = (
            decimal_text(row.memory_bytes / KILO),
            f"{params / 1000:,.3f}" if params else "0",
            f"{row.macs / 1e6:,.2f}" if row.macs else "0",
        )  # fmt: skip
    return (
        row.name, row.node, exact(row.c_in), sides_text(row.size_in),
        "" if row.filters is None else exact(row.filters), sides_text(row.kernel),
        sides_text(row.stride), row.padding, exact(row.c_out), sides_text(row.size_out), *numbers,
    )  # fmt: skip


def sides_text(sides: tuple[int, ...]) -> str:
    """`3` for 3×3, `1×7` where the sides differ."""
    shown = sides[:1] if len(set(sides)) == 1 else sides
    return "×".join(map(str, shown))


def _rounded(number: int, unit: int) -> str:
    """To whole units, a half up, as the slide rounds."""
    return exact(math.floor(number / unit + 0.5))
