"""Loop and Scan as the turns they make, each a group of its own, where their number is known.

A network in Python is recorded as it ran, every turn of its loops with ops of its own; so is a
file's. Weights of the body are stored once and shared by all turns. Where the turns would be too
many to be drawn, the loop stays one op that says how many it makes and what one of them holds.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnx import NodeProto

from visualizer.worker.onnx_networks.conditions import condition_alone
from visualizer.worker.onnx_networks.facts import Fact, Step, Walk, attributes_of
from visualizer.worker.onnx_networks.turning import Loop, TooLongError, UnknownError

if TYPE_CHECKING:
    from visualizer.worker.onnx_networks.walk import Walker

_FACTS_COPIED = 50
"""So many are copied in the time of one op."""
_MOST_NESTED = 2
"""Loops inside of more others are one op each."""


@dataclass(frozen=True)
class Turns:
    """How many turns a loop makes, the ops of one (all are alike), and what the loop gives."""

    count: int
    ops: tuple[Step, ...]
    weights: tuple[str, ...]
    facts: dict[str, Fact]


def unrolled(walker: Walker, node: NodeProto, given: Sequence[str], depth: int) -> bool | Turns:
    """True when the turns stand in place of the op; what it turns over where they are too many;
    False where that is not known, and nothing has changed."""
    if walker.is_tired:
        return False
    is_deep = len(walker.loops) >= _MOST_NESTED
    if is_deep or walker.is_counting:
        turns = _one_turn(walker, node, given, depth)
        if turns is not None or is_deep:
            return turns or False
    before = _copied(walker.done)
    try:
        Loop(walker, node, given, depth).place()
    except UnknownError:
        _restore(walker.done, before)
        return False
    except TooLongError:
        _restore(walker.done, before)
        return _one_turn(walker, node, given, depth) or False
    return True


def _copied(done: Walk) -> dict[str, Any]:
    return {name: copy.copy(value) for name, value in vars(done).items()}


def _restore(done: Walk, before: dict[str, Any]) -> None:
    vars(done).update(before)


def _one_turn(walker: Walker, node: NodeProto, given: Sequence[str], depth: int) -> Turns | None:
    """What a loop of many turns does each time; None where its turns may differ."""
    before, was_counting = _copied(walker.done), walker.is_counting
    walker.is_counting = True  # what is in it is in no picture
    walker.loop_work += len(walker.done.facts) // _FACTS_COPIED
    try:
        loop = Loop(walker, node, given, depth)
        count = loop.plain_count()
        if count is None and not loop.is_scan:
            count = _turns_counted(walker, node, given, depth)
        shapes = [walker.done.facts[name].shape for name in loop.states]
        loop.turn(0)
        if count is None or shapes != [walker.done.facts[name].shape for name in loop.states]:
            raise UnknownError
        given_out = loop.given_out(count)
    except UnknownError:
        _restore(walker.done, before)
        return None
    finally:
        walker.is_counting = was_counting
    made = tuple(walker.done.steps[len(before["steps"]) :])
    for name in ("steps", "folded", "placed"):  # of the turn, the file's loop is left in its place
        setattr(walker.done, name, before[name])
    return Turns(count, made, loop.stored, given_out)


def _turns_counted(walker: Walker, node: NodeProto, given: Sequence[str], depth: int) -> int:
    """How many turns a Loop makes, by following nothing but its condition."""
    before = _copied(walker.done)
    try:
        small, slots = condition_alone(node, attributes_of(node)["body"])
        loop = Loop(walker, small, [given[k] if k < len(given) else "" for k in slots], depth)
        turn = 0
        while loop.going and (loop.bound is None or turn < loop.bound):
            if walker.is_tired:
                raise UnknownError
            loop.turn(turn)
            turn += 1
        return turn
    finally:
        _restore(walker.done, before)
