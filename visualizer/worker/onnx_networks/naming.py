"""Where an ONNX op stands in the network it was exported from, and what it is called here.

torch's exporters say it in the node's name ("/layer1/layer1.0/conv1/Conv") or, the newer one,
in its metadata; others write "block1/conv/Conv2D". Files without either are flat.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from onnx import NodeProto

from visualizer.graph.model import Module

_SCOPES = "pkg.torch.onnx.name_scopes"
_CLASSES = "pkg.torch.onnx.class_hierarchy"
_LONGEST = 120
_MOST_DEPTH = 40
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f]+")

GENERATED = re.compile(
    r"^(onnx::\w+|val_\d+|.*Constant(_\d+)?(_output_\d+)?|_?const\w*|\d+|.*scalar_tensor\w*)$"
)
"""Names that exporters make up for tensors: whoever wrote the network gave none."""


Turn = tuple[NodeProto | None, tuple[str, ...]]
"""The outermost loop around an op and the groups of its turn in it; (None, ()) for no loop."""


@dataclass(frozen=True)
class Place:
    """`id` of the node, the module it is or stands in, and the groups around it."""

    id: str
    path: str
    type_name: str
    call_index: int
    scope: tuple[str, ...]


@dataclass
class Places:
    """Places of all ops, and the modules they tell of."""

    of: list[Place] = field(default_factory=list)
    modules: dict[str, Module] = field(default_factory=dict)


def places(
    nodes: Sequence[NodeProto],
    ops: Sequence[str],
    owners: Sequence[str],
    taken: Sequence[str],
    turns: Sequence[Turn] = (),
) -> Places:
    """Where each op stands. `ops` are their names here, `owners` the modules that own their
    weights by the weights' names, "" for none, `taken` ids that are used already, `turns` the
    turns of loops that they belong to."""
    turns = turns or [(None, ())] * len(nodes)
    told = [loop or node for node, (loop, _) in zip(nodes, turns, strict=True)]
    chains, classes = _chains(told, owners)
    chains = [_with_turn(chain, *turn, classes) for chain, turn in zip(chains, turns, strict=True)]
    found = Places()
    paths = [chain[-1] if chain else "" for chain in chains]
    above = {path for chain in chains for path in chain[:-1]}
    kinds: dict[str, set[str]] = {}
    for node, path in zip(nodes, paths, strict=True):
        kinds.setdefault(path, set()).add(node.op_type)
    adjacent = {a for a, b in pairwise(paths) if a and a == b}
    used = set(taken) | above
    used |= {path for path in kinds if path}
    calls: Counter[str] = Counter()
    for node, op, chain in zip(nodes, ops, chains, strict=True):
        path = chain[-1] if chain else ""
        is_leaf = bool(path) and path not in above | adjacent and len(kinds[path]) == 1
        if is_leaf:
            calls[path] += 1
            place = _leaf(path, calls[path], classes.get(path) or node.op_type, chain)
        else:
            place = _inner(node, op, path, classes.get(path, ""), chain, used)
        used.add(place.id)
        found.of.append(place)
    for path in dict.fromkeys(path for chain in chains for path in chain):
        found.modules[path] = Module(path, classes.get(path, ""))
    return found


def _with_turn(
    chain: tuple[str, ...], loop: NodeProto | None, group: tuple[str, ...], classes: dict[str, str]
) -> tuple[str, ...]:
    """A loop is a group where it stands, each of its turns one in it: `rnn.loop`, `rnn.loop.0`."""
    if loop is None:
        return chain
    full = list(chain)
    for part in group:
        full.append(f"{full[-1]}.{part}" if full else part)
        if not part.isdigit():
            classes.setdefault(full[-1], loop.op_type)
    return tuple(full)


def _leaf(path: str, call: int, type_name: str, chain: Sequence[str]) -> Place:
    name = path if call == 1 else f"{path}#{call}"
    return Place(name, path, type_name, call, tuple(chain[:-1]))


def _inner(
    node: NodeProto, op: str, path: str, type_name: str, chain: Sequence[str], used: set[str]
) -> Place:
    """An op of a module that does several, or of no module: the file's own name where flat."""
    own = "" if chain else _readable(node.name.strip("/").replace(".", "_").replace("#", "_"))
    base = own or op.replace(".", "_")
    name = wanted = f"{path}.{base}" if path else base
    number = 1
    while name in used:
        number += 1
        name = f"{wanted}#{number}"
    return Place(name, path, type_name, 1, tuple(chain))


def _readable(text: str) -> str:
    return _UNREADABLE.sub(" ", text)[:_LONGEST]


# --------------------------------------------------------------------------- chains of modules


def _chains(
    nodes: Sequence[NodeProto], owners: Sequence[str]
) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    classes: dict[str, str] = {}
    told = [_from_metadata(node, classes) for node in nodes]
    if any(told):
        told = [_owned(chain, owner) for chain, owner in zip(told, owners, strict=True)]
    else:
        told = _without_common([_from_name(node.name) for node in nodes])
    return [_with_containers(chain) for chain in told], classes


def _from_metadata(node: NodeProto, classes: dict[str, str]) -> tuple[str, ...]:
    told = {entry.key: entry.value for entry in node.metadata_props}
    scopes, kinds = _names(told.get(_SCOPES, "")), _names(told.get(_CLASSES, ""))
    for path, kind in zip(scopes[:-1], kinds, strict=False):
        if path:
            classes.setdefault(path, kind.rpartition(".")[2])
    return tuple(path for path in scopes[:-1] if path)


def _names(text: str) -> list[str]:
    try:
        value = ast.literal_eval(text) if text else []
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    if not isinstance(value, list) or len(value) > _MOST_DEPTH:
        return []
    return [_readable(part) for part in value if isinstance(part, str)]


def _from_name(name: str) -> tuple[str, ...]:
    """`/layer1/layer1.0/conv1/Conv` is in layer1, layer1.0 and layer1.0.conv1."""
    parts = [_readable(part) for part in name.split("/") if part][:-1][:_MOST_DEPTH]
    chain: list[str] = []
    before = ""
    for part in parts:
        path = chain[-1] if chain else ""
        if before and part.startswith(f"{before}."):
            path += part[len(before) :]
        else:
            path = f"{path}.{part}" if path else part
        chain.append(path.replace("#", "_"))
        before = part
    return tuple(chain)


def _without_common(chains: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A first name that all share ("model/…") says nothing."""
    heads = {chain[0] for chain in chains if chain}
    if len(heads) != 1 or sum(not chain for chain in chains) > len(chains) // 2:
        return chains
    head = heads.pop()
    cut = [tuple(p.removeprefix(f"{head}.") for p in chain[1:]) for chain in chains]
    return _without_common(cut) if any(cut) else chains


def _owned(chain: tuple[str, ...], owner: str) -> tuple[str, ...]:
    """A convolution with a norm folded into it is called by the norm's name: its weight's
    module stands beside that and is meant."""
    if not chain or not owner or chain[-1] == owner:
        return chain
    beside = chain[-1].rpartition(".")[0] == owner.rpartition(".")[0]
    return (*chain[:-1], owner) if beside else chain


def _with_containers(chain: tuple[str, ...]) -> tuple[str, ...]:
    """A ModuleList is never called, so nobody names it: `layers` between `enc`, `enc.layers.0`."""
    full: list[str] = []
    for path in chain:
        before = full[-1] if full else ""
        if not before or path.startswith(f"{before}."):
            parts = path[len(before) :].strip(".").split(".")
            for count in range(1, len(parts)):
                inner = ".".join(parts[:count])
                full.append(f"{before}.{inner}" if before else inner)
        if path not in full:
            full.append(path)
    return tuple(full)
