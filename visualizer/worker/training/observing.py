"""From three training steps with different batches to what a step keeps as a function of the
batch: on fake tensors, else on real ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any, cast

import torch
from msgspec.structs import replace
from torch import Tensor, nn

from visualizer.costs.observed import Law, Moment, Phase, SavedTensor, TrainingObserved
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec
from visualizer.worker.extraction.errors import TraceError, asks_for_values
from visualizer.worker.extraction.routes import FAKE, REAL, example_inputs
from visualizer.worker.extraction.swapping import Convert, cloned, evaluated, stand_in
from visualizer.worker.failures import RunError
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import TorchNetwork
from visualizer.worker.training.stepping import Key, Step, run_step
from visualizer.worker.training.storages import Lived, alive_at_each

_SMALL, _LARGE, _CHECKED = 2, 4, 3
_SEED = 0

Take = Callable[[int], Step]
"""One step with a batch of this size."""


def observe_training(network: TorchNetwork, mixed: bool, running: Running) -> TrainingObserved:
    """What one training step of an open network keeps.

    Raises RunError when it cannot be trained as it is or its steps differ with the batch in
    more than size, TraceError when its forward pass in training mode fails, and what building
    it and `running` raise.
    """
    firsts = {spec.shape[0] for spec in network.inputs if len(spec.shape) > 1}
    if len(firsts) > 1:
        raise RunError(
            f"the inputs of {network.name} have no batch in common: give them shapes that begin "
            "with the same number"
        )
    route = FAKE
    try:
        steps = _steps(partial(_on_fakes, network, mixed, running), network, running)
    except Exception as error:
        if not _wants_numbers(error):
            raise
        route = REAL
        steps = _steps(partial(_on_real, network, mixed, running), network, running)
    return _observed(network, mixed, route, steps)


def _wants_numbers(error: Exception) -> bool:
    return error.asks_for_values if isinstance(error, TraceError) else asks_for_values(error)


def _steps(take: Take, network: TorchNetwork, running: Running) -> tuple[Step, Step, Step]:
    found = []
    for number, batch in enumerate((_SMALL, _LARGE, _CHECKED)):
        text = f"Watching a training step of {network.name} with a batch of {batch}"
        running.stage(text, number / 3)
        found.append(take(batch))
    small, large, checked = found
    return small, large, checked


def _on_fakes(network: TorchNetwork, mixed: bool, running: Running, batch: int) -> Step:
    from torch._subclasses.fake_tensor import FakeTensorMode  # late: a second of imports

    convert = stand_in("cpu")
    fakes = FakeTensorMode(allow_non_fake_inputs=True)
    with fakes, evaluated(network.traced, _trainable(convert), convert):
        network.traced.train()
        args, kwargs = example_inputs(_with_batch(network.inputs, batch), "cpu")
        return run_step(network.traced, args, kwargs, mixed, running.check)


def _trainable(convert: Convert) -> Convert:
    """The conversion, but what can be trained still can."""
    return lambda tensor: convert(tensor).requires_grad_(tensor.requires_grad)


def _on_real(network: TorchNetwork, mixed: bool, running: Running, batch: int) -> Step:
    module = network.real().to("cpu")
    with torch.random.fork_rng(devices=[]), evaluated(module, _detached, cloned):
        torch.manual_seed(_SEED)
        module.train()
        args, kwargs = example_inputs(_with_batch(network.inputs, batch), "cpu")
        return run_step(module, args, kwargs, mixed, running.check)


def _detached(tensor: Tensor) -> Tensor:
    """The same numbers in another parameter, so that gradients are not left in the network's."""
    if isinstance(tensor, nn.parameter.UninitializedParameter):
        return tensor
    return nn.Parameter(tensor.detach(), tensor.requires_grad)


def _with_batch(inputs: Sequence[InputSpec], batch: int) -> tuple[InputSpec, ...]:
    return tuple(
        replace(spec, shape=(batch, *spec.shape[1:])) if spec.shape else spec for spec in inputs
    )


# ---------------------------------------------------------------------- laws from steps


def _observed(
    network: TorchNetwork, mixed: bool, route: str, steps: tuple[Step, Step, Step]
) -> TrainingObserved:
    small, large, checked = steps
    if small.keys != large.keys or len(small.places) != len(large.places):
        raise RunError(
            f"{network.name} does other work with a batch of {_LARGE} than with one of "
            f"{_SMALL}: its training memory is no straight line of the batch"
        )
    names = _names(network.graph, small.keys)
    moments = tuple(_moments(small, large, names))
    peak = max(_curves(checked)[0])
    expected = max(moment.total.at(_CHECKED) for moment in moments)
    tensors = network.traced
    return TrainingObserved(
        mixed=mixed,
        route=route,
        param_bytes=_bytes(tensors.parameters()),
        buffer_bytes=_bytes(tensors.buffers()),
        gradient_bytes=small.gradient_bytes,
        trained=tuple(small.trained),
        saved=tuple(_saved(small, large, names)),
        made=_made(small, large, names),
        moments=moments,
        batches=(_SMALL, _LARGE),
        checked_batch=_CHECKED,
        off=abs(peak - expected) / peak if peak else 0.0,
    )


def _bytes(tensors: Iterator[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _names(graph: LayerGraph, keys: Sequence[Key]) -> list[str]:
    """The node that each op of the step is, "" for one that the graph has not."""
    seen: Counter[tuple[str, str, int]] = Counter()
    nodes: dict[Key, str] = {}
    for node in graph.nodes:
        call = (node.op, node.module_path, node.call_index)
        seen[call] += 1
        nodes[*call, seen[call]] = node.id
    return [nodes.get(key, "") for key in keys]


def _law(small: int, large: int) -> Law:
    per_example = round((large - small) / (_LARGE - _SMALL))
    return Law(small - _SMALL * per_example, per_example)


def _saved(small: Step, large: Step, names: Sequence[str]) -> Iterator[SavedTensor]:
    makers: dict[int, str] = {}
    for number, lived in small.made.items():
        makers.setdefault(id(lived), names[number])
    for one, other in zip(small.saved, large.saved, strict=True):
        yield SavedTensor(
            node=names[one.op] if one.op >= 0 else "",
            module_path=one.frame.path,
            made_by=makers.get(id(one.lived), ""),
            bytes=_law(one.lived.bytes, other.lived.bytes),
        )


def _made(small: Step, large: Step, names: Sequence[str]) -> dict[str, Law]:
    return {
        names[number]: _law(lived.bytes, large.made[number].bytes)
        for number, lived in small.made.items()
        if names[number] and number in large.made
    }


def _curves(step: Step) -> tuple[list[int], list[int], list[int]]:
    """Bytes alive at each event: all, the parameters' gradients, what autograd holds."""
    events = len(step.places)
    alive: Callable[[Lived], tuple[int, int]] = lambda lived: (lived.born, lived.died)  # noqa: E731
    return (
        alive_at_each(step.storages, events, alive),
        alive_at_each(step.gradients, events, alive),
        alive_at_each(step.storages, events, lambda s: (s.held, min(s.released, s.died))),
    )


def _moments(small: Step, large: Step, names: Sequence[str]) -> Iterator[Moment]:
    """For each op of the pass the events at which most is alive, for some batch size."""
    laws = [
        [_law(*pair) for pair in zip(one, other, strict=True)]
        for one, other in zip(_curves(small), _curves(large), strict=True)
    ]
    named = _named_places(small, names)
    events = list(zip(named, *laws, strict=True))
    for (phase, node), group in groupby(events, key=lambda event: event[0]):
        for _, total, gradients, saved in _highest(list(group)):
            yield Moment(cast(Phase, phase), node, total, gradients, saved)


def _named_places(step: Step, names: Sequence[str]) -> list[tuple[str, str]]:
    """Phase and node of each event; that of the event before where the graph has no such op."""
    found, last = [], ""
    for phase, number in step.places:
        if 0 <= number < len(names):
            last = names[number] or last
        found.append((phase, last))
    return found


def _highest(events: list[Any]) -> Iterator[Any]:
    """Those that no other tops in both the fixed bytes and the bytes an example."""
    best = None
    order = sorted(events, key=lambda e: (e[1].per_example, e[1].fixed), reverse=True)
    for event in order:
        if best is None or event[1].fixed > best:
            best = event[1].fixed
            yield event
