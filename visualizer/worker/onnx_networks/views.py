"""The view that a translation has of an op: attributes, and what is known of its tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from visualizer.graph.model import AttributeValue
from visualizer.worker.onnx_networks.facts import Fact, Step
from visualizer.worker.onnx_networks.values import Array, ints

Attributes = dict[str, AttributeValue]


@dataclass(frozen=True)
class View:
    """An ONNX op; inputs by slot, None for one that is left out. `moving` are the slots whose
    tensors are made by an op or arrive from outside, all others are stored in the file."""

    step: Step
    given: tuple[Fact | None, ...]
    made: tuple[Fact, ...]
    moving: frozenset[int]

    def attr(self, name: str, default: Any = None) -> Any:
        value = self.step.attributes.get(name)
        return default if value is None else value

    def shape(self, slot: int = 0) -> tuple[int, ...]:
        """() for an input that is left out or of unknown shape."""
        fact = self.given[slot] if slot < len(self.given) else None
        return fact.shape if fact is not None and fact.shape is not None else ()

    @property
    def output(self) -> tuple[int, ...]:
        return (self.made[0].shape or ()) if self.made else ()

    def has(self, slot: int) -> bool:
        return slot < len(self.given) and self.given[slot] is not None

    def stored(self, slot: int) -> bool:
        """Whether the input is a weight or constant of the file."""
        return self.has(slot) and slot not in self.moving

    def value(self, slot: int) -> Array | None:
        fact = self.given[slot] if slot < len(self.given) else None
        return fact.value if fact is not None else None

    def ints(self, slot: int, name: str = "") -> tuple[int, ...] | None:
        """Whole numbers given as an input, or as the attribute of older opsets."""
        found = ints(self.value(slot))
        return found if found is not None else (self.attr(name) if name else None)

    def number(self, slot: int, name: str = "", default: float | None = None) -> float | None:
        value = self.value(slot)
        if value is not None and value.size == 1:
            return float(value.ravel()[0])
        return float(self.attr(name)) if name and self.attr(name) is not None else default


@dataclass(frozen=True)
class Translated:
    """The op by the name that formulas know. `roles` names what stored inputs are; those in
    `buffers` are persistent state. `order` are the slots that are operands: the others only say
    how, or are scales."""

    op: str
    attributes: Attributes = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    buffers: frozenset[int] = frozenset()
    order: tuple[int, ...] | None = None
    shares: bool = False
