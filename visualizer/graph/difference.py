"""What changed between two versions of a network: ops matched by name, then by what they do."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from visualizer.graph.model import AttributeValue, LayerGraph, Node, TensorSpec, shape_text

Change = Literal["same", "resized", "changed", "renamed", "added", "removed"]


class Match(msgspec.Struct, frozen=True):
    """An op of the first network and the one that stands for it in the second.

    `before` is "" for one that was added, `after` for one that was removed. "resized" is what
    only reads or gives other shapes, "changed" what is made otherwise. `what` lists the
    differences in words: `kernel_size 5×5 → 3×3`.
    """

    before: str
    after: str
    change: Change
    what: tuple[str, ...] = ()


def differences(before: LayerGraph, after: LayerGraph) -> tuple[Match, ...]:
    """Every op of both networks, matched, in the order of execution.

    Ops of one name that do the same kind of thing are one op, changed or not. Between them, ops
    that do the same on the same shapes are one op with another name; what is left was removed
    or added.
    """
    found: list[Match] = []
    for ours, theirs, is_same in _aligned(before.ops, after.ops, lambda node: (node.id, node.op)):
        if is_same:
            pairs = zip(ours, theirs, strict=True)
            found += [_compared(before, old, after, new) for old, new in pairs]
        else:
            found += _in_gap(before, ours, after, theirs)
    return tuple(found)


def kept_share(matches: Sequence[Match]) -> float:
    """Share (0..1) of all ops that have a counterpart; low for two unrelated networks."""
    kept = sum(match.change not in ("added", "removed") for match in matches)
    return kept / len(matches) if matches else 1.0


def _in_gap(
    before: LayerGraph, ours: Sequence[Node], after: LayerGraph, theirs: Sequence[Node]
) -> list[Match]:
    found: list[Match] = []
    does = {id(node): _does(before, node) for node in ours}
    does |= {id(node): _does(after, node) for node in theirs}
    for gone, come, is_same in _aligned(ours, theirs, lambda node: does[id(node)]):
        if is_same:
            pairs = zip(gone, come, strict=True)
            found += [Match(old.id, new.id, "renamed") for old, new in pairs]
        else:
            found += [Match(node.id, "", "removed") for node in gone]
            found += [Match("", node.id, "added") for node in come]
    return found


def _aligned(
    ours: Sequence[Node], theirs: Sequence[Node], key: Callable[[Node], Hashable]
) -> list[tuple[Sequence[Node], Sequence[Node], bool]]:
    """Runs of both that have the same keys, and the gaps between them."""
    left, right = [key(node) for node in ours], [key(node) for node in theirs]
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return [(ours[a:b], theirs[c:d], tag == "equal") for tag, a, b, c, d in codes]


def _does(graph: LayerGraph, node: Node) -> Hashable:
    """All that is known of an op but its name."""
    return (
        node.op, tuple(node.attributes.items()), graph.input_specs(node), node.outputs,
        tuple(_weights(graph, node).items()),
    )  # fmt: skip


def _compared(before: LayerGraph, old: Node, after: LayerGraph, new: Node) -> Match:
    made = _changed(old.attributes, new.attributes)
    made += _changed(_weights(before, old), _weights(after, new))
    if made:
        return Match(old.id, new.id, "changed", tuple(made))
    sizes = (
        ("input", before.input_specs(old), after.input_specs(new)),
        ("output", old.outputs, new.outputs),
    )
    resized = [f"{word} {_texts(was)} → {_texts(now)}" for word, was, now in sizes if was != now]
    return Match(old.id, new.id, "resized" if resized else "same", tuple(resized))


def _weights(graph: LayerGraph, node: Node) -> dict[str, AttributeValue]:
    parameters = ((role, graph.parameter_by_name[name]) for role, name in node.parameters.items())
    return {role: owned.spec.shape for role, owned in parameters if not owned.is_buffer}


def _changed(old: dict[str, AttributeValue], new: dict[str, AttributeValue]) -> list[str]:
    return [
        f"{name} {_text(old.get(name))} → {_text(new.get(name))}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _texts(specs: tuple[TensorSpec, ...]) -> str:
    return " + ".join(map(shape_text, specs))


def _text(value: AttributeValue) -> str:
    if value is None:
        return "none"
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
