"""The real forward pass, with the outputs of chosen ops kept.

Ops that are a whole module are caught by a plain hook on it, which costs nothing elsewhere.
For anything else the recorder of the extraction runs again, and its ops are matched with the
graph's. A pass that takes another path than the graph has keeps what can still be told apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from visualizer.graph.model import LayerGraph
from visualizer.worker.extraction.assemble import output_tensors
from visualizer.worker.extraction.recorder import Recorder
from visualizer.worker.extraction.records import Record, drained, tensors_in
from visualizer.worker.extraction.routes import unwrapped
from visualizer.worker.extraction.sequences import input_tensors
from visualizer.worker.live.matching import Matching, is_whole_module

_MOST_CHECKS = 16
_is_alias_of: Callable[[torch.Tensor, torch.Tensor], bool] = torch._C._is_alias_of  # type: ignore[attr-defined]
_TAKES_A_SHORT_CUT = ("torch.nn.modules.transformer", "torch.nn.modules.activation")


class CaptureMismatchError(RuntimeError):
    """This pass did not execute an op that was asked for, or not so that it can be told apart."""


@dataclass
class ForwardRun:
    """`kept` has the first output of each captured op, on the device of the pass; `outputs`
    are the network's own in order, `seconds` the time of the pass itself. `left_out` are ops
    asked for that did not fit into the memory allowed. `parted` says where the pass took
    another path than the graph, or is empty: ops that could not be told apart are not kept."""

    kept: dict[str, torch.Tensor]
    outputs: tuple[torch.Tensor, ...]
    seconds: float
    left_out: tuple[str, ...] = ()
    parted: str = ""


def run_forward(
    module: nn.Module,
    graph: LayerGraph,
    inputs: Sequence[torch.Tensor],
    capture: frozenset[str] | None,
    keep_bytes: int,
    check: Callable[[], None],
    kwargs: Mapping[str, torch.Tensor] | None = None,
) -> ForwardRun:
    """Run `module` on `inputs` and keep the first outputs of the nodes in `capture`.

    None keeps those of all nodes, in execution order, as far as `keep_bytes` allows. `graph`
    is the module's own. Kept tensors are as the op left them, even when a later op changes
    them in place. Raises CaptureMismatchError when a node in `capture` was not executed or
    cannot be told apart, TraceError, KeyError for a node that is not in the graph, torch's own
    errors, and what `check` raises.
    """
    _refuse_training(graph, capture or ())
    graph = graph.in_evaluation
    module = unwrapped(module)
    if any(part.training for part in module.modules()):
        module.eval()
    keeper = _Keeper(graph, capture, keep_bytes)
    modules = _whole_modules(module, graph, capture)
    run = _hooked if modules is not None else _recorded
    with torch.no_grad():
        started = _now(inputs)
        result = run(module, modules or {}, keeper, (inputs, kwargs or {}), check)
        seconds = _now(inputs) - started
    check()
    keeper.require(capture or ())
    outputs = tuple(output_tensors(result))
    parted = keeper.matching.parted
    return ForwardRun(keeper.kept, outputs, seconds, tuple(keeper.left_out), parted)


def _refuse_training(graph: LayerGraph, capture: Iterable[str]) -> None:
    """Raises CaptureMismatchError for an op that a pass in evaluation does not execute."""
    for node in capture:
        if graph.by_id[node].training_only:
            raise CaptureMismatchError(
                f"there are no maps of {node} ({graph.by_id[node].kind}): it runs only in "
                "training, and a picture is run as the trained network is; choose another layer"
            )


def _now(inputs: Sequence[Any]) -> float:
    """The clock, once the device has done what it was asked."""
    places = {tensor.device.type for tensor in input_tensors(list(inputs))}
    if "cuda" in places:
        torch.cuda.synchronize()
    elif "mps" in places:
        torch.mps.synchronize()
    return time.perf_counter()


class _Keeper:
    """Keeps outputs of wanted nodes within a number of bytes.

    All that the graph has overwritten later are copied; so are the few that were asked for by
    name and all that come after the pass has parted from the graph, for there it is not known.
    """

    def __init__(self, graph: LayerGraph, capture: frozenset[str] | None, keep_bytes: int) -> None:
        self.graph = graph
        self.kept: dict[str, torch.Tensor] = {}
        self.left_out: list[str] = []
        self.matching = Matching(graph)
        self._wanted = (
            [graph.by_id[node] for node in capture] if capture is not None else graph.nodes
        )
        self._names = {node.id for node in self._wanted}
        self._changed = changed_later(graph) if capture is None else self._names
        self._room = keep_bytes

    def offer(self, node: str, tensor: torch.Tensor) -> None:
        if node not in self._names:
            return
        size = tensor.numel() * tensor.element_size()
        if size > self._room:
            self.left_out.append(node)
            return
        self._room -= size
        is_copied = node in self._changed or self.matching.parted
        self.kept[node] = tensor.clone() if is_copied else tensor

    def forget_overwritten(self, tensor: torch.Tensor) -> None:
        """`tensor` was changed in place by an op that the graph does not have there."""
        lost = [node for node, kept in self.kept.items() if _is_alias_of(kept, tensor)]
        for node in lost:
            kept = self.kept.pop(node)
            self._room += kept.numel() * kept.element_size()

    def require(self, wanted: Iterable[str]) -> None:
        """Raises CaptureMismatchError when one of `wanted` did not turn up in the pass."""
        missing = set(wanted) - self.kept.keys() - set(self.left_out)
        if missing:
            raise self._not_found(min(missing, key=self.graph.index.__getitem__))

    def _not_found(self, node: str) -> CaptureMismatchError:
        parted, kind = self.matching.parted, self.graph.by_id[node].kind
        if not parted:
            return CaptureMismatchError(
                f"there are no maps of {node} ({kind}): the network does not call it for this "
                "picture; choose another layer"
            )
        layer = self.matching.layer_near(node)
        return CaptureMismatchError(
            f"there are no maps of {node} ({kind}): the network takes another path for this "
            "picture, so this op cannot be told apart; choose "
            + (f"a layer such as {layer}" if layer else "another layer")
            + f" ({parted})"
        )


def changed_later(graph: LayerGraph) -> frozenset[str]:
    """Nodes whose first output is overwritten by a later op working in place."""
    memory: dict[tuple[str, int], tuple[str, int]] = {}
    last_change: dict[tuple[str, int], int] = {}
    for number, node in enumerate(graph.nodes):
        for output, alias in enumerate(node.aliases):
            ref = node.inputs[alias] if 0 <= alias < len(node.inputs) else None
            own = (node.id, output)
            memory[own] = memory.get((ref.node, ref.output), own) if ref is not None else own
        if node.in_place and node.outputs:
            last_change[memory.get((node.id, 0), (node.id, 0))] = number
    return frozenset(
        node.id
        for number, node in enumerate(graph.nodes)
        if last_change.get(memory.get((node.id, 0), (node.id, 0)), -1) > number
    )


# --------------------------------------------------------------------------- hooks on modules


def _whole_modules(
    module: nn.Module, graph: LayerGraph, capture: frozenset[str] | None
) -> dict[nn.Module, dict[int, str]] | None:
    """Modules whose k-th call gives a wanted node; None when some node is not a whole module."""
    if capture is None:
        return None
    by_path = dict(module.named_modules())
    found: dict[nn.Module, dict[int, str]] = {}
    for name in capture:
        node = graph.by_id[name]
        owner = by_path.get(node.module_path)
        if owner is None or not is_whole_module(node, owner):
            return None
        found.setdefault(owner, {})[node.call_index] = name
    return found


def _hooked(
    module: nn.Module,
    modules: Mapping[nn.Module, Mapping[int, str]],
    keeper: _Keeper,
    given: tuple[Sequence[Any], Mapping[str, Any]],
    check: Callable[[], None],
) -> Any:
    check()
    counts = dict.fromkeys(modules, 0)

    def keep(owner: nn.Module, args: Any, output: Any) -> None:
        counts[owner] += 1
        node = modules[owner].get(counts[owner])
        if node is not None:
            keeper.offer(node, next(tensors_in(output)))

    handles = [owner.register_forward_hook(keep) for owner in modules]
    try:
        with checking(check, module):
            return drained(module(*given[0], **given[1]))
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def checking(check: Callable[[], None], module: nn.Module) -> Iterator[None]:
    """Calls `check` now and then during the pass: at a few modules, for hooks cost time."""
    parts = [part for part in module.modules() if _may_be_hooked(part)]
    step = len(parts) // _MOST_CHECKS + 1
    handles = [part.register_forward_pre_hook(lambda m, args: check()) for part in parts[::step]]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _may_be_hooked(part: nn.Module) -> bool:
    """torch's own transformer layers compute differently, in the last digits, when hooked."""
    has_parts = next(part.children(), None) is not None
    return has_parts and not type(part).__module__.startswith(_TAKES_A_SHORT_CUT)


# --------------------------------------------------------------------------- recording again


def _recorded(
    module: nn.Module,
    modules: Mapping[nn.Module, Mapping[int, str]],
    keeper: _Keeper,
    given: tuple[Sequence[Any], Mapping[str, Any]],
    check: Callable[[], None],
) -> Any:
    matching = keeper.matching

    def watch(number: int, record: Record, outputs: Sequence[torch.Tensor]) -> None:
        node = matching.node_of(number, record)
        if matching.parted and record.in_place:
            keeper.forget_overwritten(outputs[0])
        if node is not None and outputs:
            keeper.offer(node.id, outputs[0])

    recorder = Recorder(module, check, watch=watch, describe=False)
    for tensor in (*tensors_in(list(given[0])), *tensors_in(dict(given[1]))):
        recorder.add_input(tensor)
    result = recorder.run(*given)
    matching.end(len(recorder.records))
    return result
