"""Auxiliary heads: classifiers that run only in training, added to the graph of evaluation.

GoogLeNet and Inception-v3 call theirs under `if self.training`. A second pass, in which only
the module that holds the head believes that it trains, shows them: its layers stay in
evaluation, so that nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from visualizer.graph.model import LayerGraph, Node, TensorRef
from visualizer.worker.extraction.errors import TraceError
from visualizer.worker.extraction.frames import fresh

Retrace = Callable[[tuple[str, ...]], LayerGraph]
"""Traces once more with the modules at these paths in training mode."""


def with_heads(graph: LayerGraph, retrace: Retrace) -> LayerGraph:
    """The graph with its idle heads, each of their ops `training_only`.

    `retrace` is called only when there is a module named aux... of which nothing ran. The
    graph comes back as it is when that pass fails, or differs in more than the heads.
    """
    heads = idle_heads(graph)
    if not heads:
        return graph
    owners = tuple(dict.fromkeys(head.rpartition(".")[0] for head in heads))
    try:
        training = retrace(owners)
    except TraceError:  # training may need what nobody can give here, such as targets
        return graph
    extra = _head_nodes(training, heads)
    kept = [node for node in training.nodes if node.id not in extra]
    if not extra or not _is_same(graph.nodes, kept):
        return graph
    nodes = tuple(_merged(graph.nodes, training.nodes, extra))
    return replace(graph, nodes=nodes, notes=(*graph.notes, _note(nodes, heads)))


def idle_heads(graph: LayerGraph) -> tuple[str, ...]:
    """Paths of the outermost modules named aux... that have parameters, none of them read."""
    named = [m.path for m in graph.modules if _name(m.path).lower().startswith("aux")]
    if not named:
        return ()
    used = {name for node in graph.nodes for name in node.parameters.values()}
    idle: list[str] = []
    for path in named:
        own = [p.name for p in graph.parameters if _is_within(p.name, path) and not p.is_buffer]
        inside_another = any(_is_within(path, other) for other in idle)
        if own and used.isdisjoint(own) and not inside_another:
            idle.append(path)
    return tuple(idle)


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}.")


def _head_nodes(training: LayerGraph, heads: Sequence[str]) -> frozenset[str]:
    """The ops of the heads, what is computed from them, and what is computed for them alone."""
    found: set[str] = set()
    for node in training.nodes:
        inside = any(_is_within(node.module_path, head) for head in heads)
        if inside or any(ref.node in found for ref in node.inputs):
            found.add(node.id)
    results = {ref.node for ref in training.outputs}
    for node in reversed(training.nodes):
        readers = training.consumers[node.id]
        if readers and found.issuperset(readers) and node.op != "input" and node.id not in results:
            found.add(node.id)
    return frozenset(found)


def _is_same(executed: Sequence[Node], others: Sequence[Node]) -> bool:
    """Whether both are the same ops of the same modules, connected in the same way."""
    if len(executed) != len(others):
        return False
    same = {other.id: node.id for node, other in zip(executed, others, strict=True)}
    return all(
        _what(node) == _what(other) and node.inputs == _renamed(other.inputs, same)
        for node, other in zip(executed, others, strict=True)
    )


def _what(node: Node) -> tuple[object, ...]:
    return node.op, node.module_path, node.call_index, node.outputs


def _renamed(refs: Sequence[TensorRef], names: dict[str, str]) -> tuple[TensorRef, ...]:
    return tuple(TensorRef(names.get(ref.node, ref.node), ref.output) for ref in refs)


def _merged(
    executed: Sequence[Node], training: Sequence[Node], extra: frozenset[str]
) -> Iterator[Node]:
    """The ops of evaluation as they are, those of the heads between them in their place."""
    waiting = iter(executed)
    names: dict[str, str] = {}
    taken = {node.id for node in executed}
    for node in training:
        if node.id in extra:
            names[node.id] = fresh(node.id, taken)
            inputs = _renamed(node.inputs, names)
            yield replace(node, id=names[node.id], inputs=inputs, training_only=True)
        else:
            same = next(waiting)
            names[node.id] = same.id
            yield same


def _note(nodes: Sequence[Node], heads: Sequence[str]) -> str:
    ran = [h for h in heads if any(n.training_only and _is_within(n.module_path, h) for n in nodes)]
    verb = "runs" if len(ran) == 1 else "run"
    return f"{' and '.join(ran)} {verb} only in training: drawn dashed and part of no total"
