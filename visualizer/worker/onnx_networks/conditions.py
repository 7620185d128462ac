"""What ends a Loop, apart from what it is there for: so its turns can be counted in little time."""

from __future__ import annotations

from onnx import GraphProto, NodeProto, helper

from visualizer.worker.onnx_networks.ordering import reads

_OWN_INPUTS = 2
"""A body is first given the number of the turn and whether it goes on."""


def condition_alone(node: NodeProto, body: GraphProto) -> tuple[NodeProto, tuple[int, ...]]:
    """A Loop that does no more than work out whether it goes on, and the inputs of `node` that it
    takes: the first two, and the states that its end depends on."""
    nodes, states, needed = _behind(body)
    slots = (0, 1, *(_OWN_INPUTS + state for state in states))
    small = GraphProto()
    small.name = body.name
    small.node.extend(body.node[number] for number in nodes)
    small.initializer.extend(stored for stored in body.initializer if stored.name in needed)
    small.input.extend(body.input[slot] for slot in slots)
    small.output.append(body.output[0])
    small.output.extend(body.output[1 + state] for state in states)
    first = next(filter(None, node.output))
    outputs = [f"{first}.{state}" for state in states] or [first]
    return helper.make_node("Loop", [], outputs, node.name, body=small), slots


def _behind(body: GraphProto) -> tuple[list[int], list[int], set[str]]:
    """Numbers of the ops and of the states that the condition depends on, and all their tensors."""
    makers = {name: number for number, node in enumerate(body.node) for name in node.output}
    states = {value.name: number for number, value in enumerate(body.input[_OWN_INPUTS:])}
    seen: set[str] = set()
    waiting = [body.output[0].name]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in states:
            waiting.append(body.output[1 + states[name]].name)
        elif name in makers:
            waiting.extend(reads(body.node[makers[name]]))
    found = {makers[name] for name in seen if name in makers}
    return sorted(found), sorted(states[name] for name in seen if name in states), seen
