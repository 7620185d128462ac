"""The layer graph: what a network executed, as immutable plain data.

A node is one executed op. Nodes stand in execution order, which is a topological order, so
the graph is acyclic by construction: every input refers to an earlier node.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import msgspec

AttributeValue = int | float | bool | str | None | tuple[int | float | str, ...]

BYTES_PER_ELEMENT = {
    "float64": 8, "int64": 8, "complex64": 8, "complex128": 16, "uint64": 8,
    "float32": 4, "int32": 4, "uint32": 4, "float16": 2, "bfloat16": 2, "int16": 2, "uint16": 2,
    "int8": 1, "uint8": 1, "bool": 1, "float8_e4m3fn": 1, "float8_e5m2": 1,
    "qint8": 1, "quint8": 1, "qint32": 4,
}  # fmt: skip


_NEW_MEMORY = ((), (-1,))


class GraphError(ValueError):
    """The data does not describe an acyclic layer graph."""


# Of plain values there are no cycles: `gc=False` spares the collector, which has tens of
# thousands of these to look through, the trouble.


class TensorSpec(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Shape (batch first) and dtype of a tensor that flows along an edge."""

    shape: tuple[int, ...]
    dtype: str = "float32"

    @property
    def elements(self) -> int:
        """How many numbers the tensor holds, the batch included."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Memory of the tensor; raises KeyError for a dtype of unknown size."""
        return self.elements * BYTES_PER_ELEMENT[self.dtype]


class TensorRef(msgspec.Struct, frozen=True, gc=False):
    """Output number `output` of node `node`."""

    node: str
    output: int = 0


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """A weight (`persistent state` when `is_buffer`). Tied names share one entry: `aliases`."""

    name: str
    spec: TensorSpec
    is_buffer: bool = False
    aliases: tuple[str, ...] = ()


class Module(msgspec.Struct, frozen=True):
    """A torch module as constructed: its path, class name and constructor summary."""

    path: str
    type_name: str
    summary: str = ""


class Node(msgspec.Struct, frozen=True, gc=False):
    """One executed op.

    `scope` is the chain of groups around the op, outermost first, as it was *called*
    ("layer1", "layer1.0"); a module that ran just this one op is the node itself and not in
    its scope. `parameters` maps the op's role to a parameter name ("weight" ->
    "layer1.0.conv1.weight"). `aliases` has, for each output, the input number whose memory
    it shares (a view or in-place result), or -1. `training_only` ops (auxiliary heads) are not
    executed by the trained network: they are shown, and in no total.
    """

    id: str
    op: str
    module_path: str = ""
    module_type: str = ""
    call_index: int = 1
    inputs: tuple[TensorRef, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    attributes: dict[str, AttributeValue] = {}
    parameters: dict[str, str] = {}
    scope: tuple[str, ...] = ()
    in_place: bool = False
    aliases: tuple[int, ...] = ()
    source_line: str = ""
    training_only: bool = False

    @property
    def output(self) -> TensorSpec:
        """The first output."""
        return self.outputs[0]

    @property
    def aliased_inputs(self) -> tuple[TensorRef | None, ...]:
        """For each output the input whose memory it shares, None for new memory."""
        slots, given = self.aliases, self.inputs
        if not slots or max(slots) < 0:
            return (None,) * len(self.outputs)
        known = (slots[k] if k < len(slots) else -1 for k in range(len(self.outputs)))
        return tuple(given[slot] if 0 <= slot < len(given) else None for slot in known)

    @property
    def name(self) -> str:
        """Last part of the id: `conv1`, `add`."""
        return self.id.rpartition(".")[2]

    @property
    def is_module(self) -> bool:
        """Whether the op is all that its module does, so that it stands for the module."""
        return bool(self.module_type) and self.id.partition("#")[0] == self.module_path

    @property
    def kind(self) -> str:
        """What people call it: the module's type (`Conv2d`), or the op (`add`)."""
        return self.module_type if self.is_module else self.op


class Edge(msgspec.Struct, frozen=True):
    """A tensor on its way: output `ref` arrives at input number `slot` of node `target`."""

    ref: TensorRef
    target: str
    slot: int
    spec: TensorSpec


class Kept(msgspec.Struct, frozen=True):
    """Memory that the network's own code still holds after its last reader: a list of features,
    a local variable, an argument of a call that has not returned. `until` is the last op that
    runs meanwhile; `ref` the tensor that made the memory, not one of its views."""

    ref: TensorRef
    until: str


class LayerGraph(msgspec.Struct, frozen=True, dict=True):
    """Everything known about a network without its weights.

    `nodes` are in execution order, network inputs first as nodes with op "input".
    `route` says how the graph was obtained ("meta tensors", "fake tensors", ...), `notes`
    what the user must know about it. `assumed` are the inputs whose shape or numbers the file
    leaves open, so that somebody chose them. `kept` are the tensors that were seen to outlive their
    last reader while the network ran, None when nobody watched (a graph read from a file).
    Raises GraphError when an input refers to nothing earlier or an id occurs twice.
    """

    name: str
    nodes: tuple[Node, ...]
    outputs: tuple[TensorRef, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    modules: tuple[Module, ...] = ()
    route: str = ""
    notes: tuple[str, ...] = ()
    kept: tuple[Kept, ...] | None = None
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        seen: dict[str, int] = {}
        for node in self.nodes:
            for ref in node.inputs:
                if ref.node not in seen or ref.output >= seen[ref.node]:
                    raise GraphError(
                        f"{node.id} reads {ref.node}[{ref.output}], which is not computed before it"
                    )
            if node.id in seen:
                raise GraphError(f"two nodes are called {node.id}")
            seen[node.id] = len(node.outputs)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each node in execution order."""
        return {node.id: number for number, node in enumerate(self.nodes)}

    @cached_property
    def parameter_by_name(self) -> dict[str, Parameter]:
        """Parameters and buffers under every name they have."""
        return {name: p for p in self.parameters for name in (p.name, *p.aliases)}

    @cached_property
    def module_by_path(self) -> dict[str, Module]:
        return {module.path: module for module in self.modules}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(
            Edge(ref, node.id, slot, self.spec(ref))
            for node in self.nodes
            for slot, ref in enumerate(node.inputs)
        )

    def sharing(self, node: Node) -> str:
        """`in place, shares conv1's memory`, `a view, shares conv1's memory`; "" for an op with
        memory of its own."""
        roots = self.storages[node.id]
        if not roots or any(owner == node.id for owner, _ in roots):
            return ""
        how = "in place" if node.in_place else "a view"
        return f"{how}, shares {roots[0][0]}'s memory"

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """Who reads each node's outputs, in execution order, once each."""
        found: dict[str, dict[str, None]] = {node.id: {} for node in self.nodes}
        for node in self.nodes:
            for ref in node.inputs:
                found[ref.node][node.id] = None
        return {node: tuple(readers) for node, readers in found.items()}

    @cached_property
    def storages(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """For each output of each node the (node, output) whose memory it lives in: its own, or
        what it is a view or an in-place result of."""
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        for node in self.nodes:
            aliases, refs = node.aliases, node.inputs
            if len(node.outputs) == 1 and aliases in _NEW_MEMORY:  # most, so without ado
                found[node.id] = ((node.id, 0),)
                continue
            if len(node.outputs) == len(aliases) == 1 and 0 <= aliases[0] < len(refs):
                ref = refs[aliases[0]]
                found[node.id] = (found[ref.node][ref.output],)
                continue
            sources = [ref and found[ref.node][ref.output] for ref in node.aliased_inputs]
            found[node.id] = tuple(
                source or (node.id, output) for output, source in enumerate(sources)
            )
        return found

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.op == "input")

    @cached_property
    def ops(self) -> tuple[Node, ...]:
        """The executed ops: every node but the inputs and what runs only in training."""
        return tuple(n for n in self.nodes if n.op != "input" and not n.training_only)

    @cached_property
    def training_ops(self) -> tuple[Node, ...]:
        """The ops that run only in training, such as those of auxiliary heads."""
        return tuple(node for node in self.nodes if node.training_only)

    @cached_property
    def in_evaluation(self) -> LayerGraph:
        """The graph without what runs only in training; itself when nothing does."""
        if not self.training_ops:
            return self
        nodes = tuple(node for node in self.nodes if not node.training_only)
        return msgspec.structs.replace(self, nodes=nodes)

    def counted(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the nodes in `names` that the totals of a part count: what runs only in
        training is left out, unless the part holds nothing else."""
        given = tuple(names)
        executed = tuple(name for name in given if not self.by_id[name].training_only)
        return executed or given

    def spec(self, ref: TensorRef) -> TensorSpec:
        return self.by_id[ref.node].outputs[ref.output]

    def input_specs(self, node: Node) -> tuple[TensorSpec, ...]:
        return tuple(self.spec(ref) for ref in node.inputs)

    def parameter_spec(self, node: Node, role: str) -> TensorSpec | None:
        """Spec of the parameter in `role` ("weight", "bias", ...), or None when there is none."""
        name = node.parameters.get(role)
        return self.parameter_by_name[name].spec if name is not None else None


def decode_graph(data: bytes) -> LayerGraph:
    """A graph from its JSON; raises msgspec.ValidationError or GraphError."""
    return msgspec.json.decode(data, type=LayerGraph)


def encode_graph(graph: LayerGraph) -> bytes:
    """The graph as JSON that `decode_graph` reads back."""
    return msgspec.json.encode(graph)


def shape_text(spec: TensorSpec | None, batch: bool = False) -> str:
    """`64×56×56`: the shape as shown to people, without a batch of one unless asked."""
    if spec is None:
        return "?"
    of_one = len(spec.shape) > 1 and spec.shape[0] == 1 and not batch
    sides = spec.shape[1:] if of_one else spec.shape
    return "×".join(str(side) for side in sides) or "scalar"


def as_plain(value: Any) -> Any:
    """Structs as dictionaries and lists, ready for json or a table."""
    return msgspec.to_builtins(value)
