"""What is known of the tensors and ops of an ONNX file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from onnx import AttributeProto, NodeProto, helper

from visualizer.graph.model import TensorSpec
from visualizer.worker.onnx_networks.dtypes import dtype_name
from visualizer.worker.onnx_networks.placing import Placed
from visualizer.worker.onnx_networks.values import Array


@dataclass(frozen=True)
class Fact:
    """What is known of a tensor. `elem_type` is ONNX's number; `shape` None: unknown.

    `root` is the weight that it is, as stored or laid out anew. `constant`: it depends on no
    input. `computed`: its value was worked out from shapes.
    """

    elem_type: int = 0
    shape: tuple[int, ...] | None = None
    value: Array | None = None
    root: str = ""
    constant: bool = False
    computed: bool = False

    @property
    def spec(self) -> TensorSpec:
        """Shape and type; raises ValueError where the shape is unknown."""
        if self.shape is None:
            raise ValueError("a tensor of unknown shape")
        return TensorSpec(self.shape, dtype_name(self.elem_type))

    @property
    def is_number(self) -> bool:
        """A single constant, such as the 3 in x + 3: no weight unless an op says so."""
        return self.constant and self.shape is not None and math.prod(self.shape) <= 1

    @property
    def is_weight(self) -> bool:
        return bool(self.root) and not self.is_number and not self.computed


@dataclass(frozen=True)
class Step:
    """An op that stays in the picture: its inputs under the names of those who made them.

    `loop` is the outermost Loop or Scan around it, with the `group` of its turn. A loop that is
    drawn as one op makes `turns` turns, where that is known, of the ops `body`.
    """

    node: NodeProto
    attributes: dict[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    outer: tuple[str, ...] = ()
    loop: NodeProto | None = None
    group: tuple[str, ...] = ()
    turns: int = 0
    body: tuple[Step, ...] = ()


@dataclass
class Walk:
    """The outcome. `facts` by tensor name, `steps` in order, `weights` the stored tensors that
    are weights, `folded` how many ops carry no activations, `unknown` outputs without a shape
    with the reason.

    `turns` are the loops that were put in place, with how many turns they made, `undecided` the
    conditions of the Ifs that depend on numbers and `decided` those that were known from a run,
    with what they were. `placed` has all ops of the file with branches and turns in place."""

    facts: dict[str, Fact] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    weights: dict[str, TensorSpec] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    folded: int = 0
    unknown: dict[str, str] = field(default_factory=dict)
    turns: list[tuple[str, int]] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    decided: dict[str, bool] = field(default_factory=dict)
    placed: Placed = field(default_factory=Placed)

    def source(self, name: str) -> str:
        """The tensor that `name` is passed on from."""
        return self.renamed.get(name, name)


def attributes_of(node: NodeProto) -> dict[str, Any]:
    """An op's attributes as plain values; text decoded, tensors and graphs as they are."""
    found = {}
    for attribute in node.attribute:
        if attribute.type == AttributeProto.UNDEFINED:
            continue
        value = helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        elif attribute.type in (AttributeProto.INTS, AttributeProto.FLOATS):
            value = tuple(value)
        elif attribute.type == AttributeProto.STRINGS:
            value = tuple(text.decode(errors="replace") for text in value)
        found[attribute.name] = value
    return found
