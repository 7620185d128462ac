"""What a layer costs, as plain data. Units are in the names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, overload

import msgspec

Coverage = Literal["counted", "free", "uncovered"]


class Derivation(msgspec.Struct, frozen=True, gc=False):
    """How one number came about, as a lecturer writes it.

    quantity "parameters", formula "C_out·C_in·K_h·K_w + C_out", substituted
    "64·3·11·11 + 64", result "23,296". `relation` stands before the result: "=", or "→" where
    what leaves is no other way to write what arrives.
    """

    quantity: str
    formula: str
    substituted: str
    result: str
    relation: str = "="

    @property
    def numbers(self) -> str:
        """What stands before the result, the relation included; "" where it is the result."""
        return "" if self.substituted == self.result else f"{self.substituted} {self.relation} "

    @property
    def text(self) -> str:
        return f"{self.numbers}{self.result}"


class Lines(Sequence[Derivation]):
    """Derivations that are written when somebody first reads them: of thousands of ops, a few
    are ever looked at: `write` is called with `of`. Equal to any sequence of the same lines."""

    __slots__ = ("_lines", "_of", "_write")

    def __init__(self, write: Callable[..., tuple[Derivation, ...]], *of: object) -> None:
        self._write = write
        self._of = of
        self._lines: tuple[Derivation, ...] | None = None

    def _written(self) -> tuple[Derivation, ...]:
        if self._lines is None:
            self._lines = self._write(*self._of)
        return self._lines

    @overload
    def __getitem__(self, index: int) -> Derivation: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Derivation]: ...

    def __getitem__(self, index: int | slice) -> Derivation | Sequence[Derivation]:
        return self._written()[index]

    def __len__(self) -> int:
        return len(self._written())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._written() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._written())


class Cost(msgspec.Struct, frozen=True, gc=False):
    """Arithmetic of one op, from a formula. `macs` None when uncovered (no formula known)."""

    coverage: Coverage
    macs: int | None
    derivations: tuple[Derivation, ...] = ()
    note: str = ""


class ReceptiveField(msgspec.Struct, frozen=True, gc=False):
    """Per axis (height, width, ...) in input pixels; see Araujo, Norris and Sim, Distill 2019.

    Effective stride and padding as there: output number u sees the inputs from
    -padding + u·stride on, `size` of them. `minimum` is the smallest size over all paths.
    `aligned` is false when paths disagree on stride or centre, and size is then the hull.
    `whole_input` says the op sees everything; the numbers are then those of its local paths,
    the global op (dense layer, global pool, attention, gate) left out. An axis seen whole
    while others are not has the input's extent as size.
    """

    size: tuple[int, ...]
    stride: tuple[int | float, ...]
    padding: tuple[int | float, ...]
    minimum: tuple[int, ...]
    aligned: bool = True
    whole_input: bool = False


class LayerCost(msgspec.Struct, frozen=True, gc=False):
    """All costs of one op. `params` counts a shared weight at its first use only.

    `flops` = 2 x macs. `activation_elements` is the size of all outputs, the batch included;
    the `new_` ones leave out views and in-place results, which take no memory of their own.
    A dtype of unknown size adds 0 bytes and is named in the report's notes. `derivations`
    has every quantity shown, in reading order: output size, parameters, MACs, FLOPs, memory.
    `training_only` layers (auxiliary heads) are part of no total.
    """

    node: str
    cost: Cost
    params: int
    param_bytes: int
    activation_elements: int
    activation_bytes: int
    shared_params: int = 0
    receptive_field: ReceptiveField | None = None
    pooling: bool = False
    derivations: Sequence[Derivation] = ()
    new_activation_elements: int = 0
    new_activation_bytes: int = 0
    training_only: bool = False

    @property
    def macs(self) -> int | None:
        return self.cost.macs

    @property
    def flops(self) -> int | None:
        return None if self.cost.macs is None else 2 * self.cost.macs


class Totals(msgspec.Struct, frozen=True):
    """Sums over a network or a group.

    `macs` counts convolution, matrix products and attention, as torchvision's published
    figures do; pooling's window sums stand apart in `pooling_macs`. `params` is every
    parameter of the network, `unused_params` those among them that no executed op read.
    What runs only in training (auxiliary heads) is in none of these: its parameters and MACs
    stand apart in `training_only_params` and `training_only_macs`.
    """

    macs: int = 0
    flops: int = 0
    pooling_macs: int = 0
    params: int = 0
    param_bytes: int = 0
    buffer_bytes: int = 0
    activation_elements: int = 0
    activation_bytes: int = 0
    peak_activation_bytes: int = 0
    unused_params: int = 0
    training_only_params: int = 0
    training_only_macs: int = 0
