"""A classifier's output: which layer makes it, and its numbers as logits. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from visualizer.bottlenecks.tensors import main_outputs
from visualizer.graph import LayerGraph, Node
from visualizer.graph.families import family_of
from visualizer.lessons.label_smoothing import are_probabilities, logits_of
from visualizer.session.maps import Floats

_SCORING = ("linear", "conv")
# These only hand the scores on, or normalize them.
_HANDED_ON = (
    "flatten", "view", "reshape", "squeeze", "contiguous", "softmax", "log_softmax", "dropout",
)  # fmt: skip


class Scores(msgspec.Struct, frozen=True):
    """The logits of one example, (K,). `from_probabilities`: they are the logarithms of an
    output that was a distribution already. `names` are those of the classes that are known."""

    logits: tuple[float, ...]
    from_probabilities: bool = False
    names: Mapping[int, str] = {}


def _score_nodes(graph: LayerGraph) -> Mapping[str, int]:
    """The ops whose output is a score for each class, and how many classes there are."""
    found: dict[str, int] = {}
    waiting = [ref.node for ref in main_outputs(graph)]
    while waiting:
        node = graph.by_id[waiting.pop()]
        classes = _classes_of(node)
        if classes and node.id not in found:
            found[node.id] = classes
            waiting += [ref.node for ref in node.inputs if node.op in _HANDED_ON]
    return found


def _classes_of(node: Node) -> int:
    """K for a float output (N, K), K ≥ 2, of an op that makes or hands on scores; else 0."""
    scoring = family_of(node.op) in _SCORING or node.op in _HANDED_ON
    shape = node.output.shape
    if not scoring or len(shape) != 2 or "float" not in node.output.dtype:
        return 0
    return shape[1] if shape[1] > 1 else 0


def classes_at(graph: LayerGraph, node: str) -> int:
    """How many classes the output of `node` has scores for; 0 where it is no classifier's."""
    return _score_nodes(graph).get(node, 0)


def scores_of(array: Floats, classes: int, names: Mapping[int, str] | None = None) -> Scores:
    """The output of one example as logits; the logarithms where it is a distribution.

    Raises ValueError for another number of values, and for values that are not finite.
    """
    values = array.reshape(-1).astype(np.float64)
    if values.size != classes:
        raise ValueError(f"{values.size:,} values for {classes:,} classes")
    if not np.isfinite(values).all():
        raise ValueError("some of its numbers are infinite or not a number")
    plain = values.tolist()
    known = dict(names or {})
    if are_probabilities(plain):
        return Scores(logits_of(plain), True, known)
    return Scores(tuple(plain), False, known)
