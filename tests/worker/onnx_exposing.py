"""ONNX files changed by hand so that onnxruntime gives out what is inside of an If or a loop."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
import onnxruntime
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper

from visualizer.worker.onnx_networks import sessions


def inner_tensors(graph: GraphProto) -> Iterator[str]:
    """Names of all that is made in the graphs inside of a graph."""
    for node in graph.node:
        for inner in graphs_of(node):
            yield from (name for step in inner.node for name in step.output if name)
            yield from inner_tensors(inner)


def graphs_of(node: NodeProto) -> list[GraphProto]:
    return [attribute.g for attribute in node.attribute if attribute.HasField("g")]


def exposed(graph: GraphProto, name: str, kind: type) -> str:
    """Hand `name` out of the graphs it is made in, as a further output of each If and Loop around
    it, of numbers of this `kind`; the name that `graph` has it under. A loop gives one for each
    turn, stacked."""
    if any(name in node.output for node in graph.node):
        return name
    for node in graph.node:
        inner = graphs_of(node)
        for branch in inner:
            if name not in [*inner_tensors(branch), *(o for n in branch.node for o in n.output)]:
                continue
            given = exposed(branch, name, kind)
            if given in (known := [output.name for output in branch.output]):
                return node.output[known.index(given)]
            branch.output.append(onnx.ValueInfoProto(name=given))
            for other in inner:
                if other is not branch:
                    nothing = numpy_helper.from_array(np.zeros((), kind), f"{name}.not_taken")
                    other.node.append(
                        helper.make_node("Constant", [], [f"{name}.not_taken"], value=nothing)
                    )
                    other.output.append(onnx.ValueInfoProto(name=f"{name}.not_taken"))
            node.output.append(f"{name}.out")
            return f"{name}.out"
    raise LookupError(name)


def by_hand(
    model: ModelProto, name: str, feeds: dict[str, np.ndarray], kind: type = np.float32
) -> np.ndarray:
    """One tensor, wherever it is made, computed by onnxruntime without this program."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    outer = exposed(changed.graph, name, kind)
    changed.graph.output.append(onnx.ValueInfoProto(name=outer))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = sessions.threads()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(changed.SerializeToString(), options)
    return session.run([outer], feeds)[0]
