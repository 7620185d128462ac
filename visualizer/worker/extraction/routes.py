"""Ways to obtain the graph: on meta tensors, else on fake tensors, else on real ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import torch
from msgspec.structs import replace
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec, arranged
from visualizer.uncollected import uncollected
from visualizer.worker.extraction.assemble import assemble, input_names, output_tensors
from visualizer.worker.extraction.control_flow import wants_compiler
from visualizer.worker.extraction.errors import TraceError, first_line
from visualizer.worker.extraction.heads import with_heads
from visualizer.worker.extraction.recorder import Recorder
from visualizer.worker.extraction.records import tensors_in
from visualizer.worker.extraction.sequences import input_tensors, packed_example, with_data
from visualizer.worker.extraction.swapping import (
    already_hollow,
    cloned,
    evaluated,
    stand_in,
    unchanged,
)

META, FAKE, REAL = "meta tensors", "fake tensors", "real tensors"
_SEED = 0
_LONGEST_NOTE = 200


class Build(Protocol):
    """Constructs the network on a device, "meta" or "cpu".

    It may give a network with real (trained) weights whatever the device: their numbers are
    left alone.
    """

    def __call__(self, device: str, /) -> nn.Module: ...


def never_cancelled() -> None:
    """The check of somebody who never cancels."""


def extract(
    build: Build,
    specs: Sequence[InputSpec],
    *,
    name: str,
    check: Callable[[], None] = never_cancelled,
    values: Sequence[torch.Tensor | PackedSequence] = (),
) -> tuple[LayerGraph, nn.Module]:
    """The layer graph of what `build` constructs, for inputs of the given shapes.

    Takes the first route that works and says in `route` and `notes` which and why. Auxiliary
    heads that run only in training are in the graph, marked (`with_heads`). The module
    comes back in the state it was built in (on the meta device where that was possible).
    `values` are the inputs themselves, for the route that needs numbers; without them these are
    made up.
    Raises TraceError when the forward pass fails, whatever `build` raises on the CPU, and
    whatever `check` raises.
    """
    notes: list[str] = []
    module = unwrapped(_construct(build, notes))
    for route in (_on_meta, _on_fakes):
        trace_on = _once_more(partial(route, module, specs, name, notes, check))
        try:
            graph = trace_on()
        except TraceError as error:
            if not error.asks_for_values:
                raise
            notes.append(f"{_NAME_OF[route]} were not enough: {_brief(error.message)}")
        else:
            return with_heads(graph, trace_on), module
    if any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers())):
        module = unwrapped(build("cpu"))
    on_real = partial(_on_real, module, specs, name, notes, check, values=values)
    trace_on = _once_more(on_real)
    return with_heads(trace_on(), trace_on), module


def _once_more(trace_on: Callable[..., LayerGraph]) -> Callable[..., LayerGraph]:
    """The same trace, repeated when the network was the first to import torch's compiler: now
    its parts can be run uncompiled."""

    def traced(*args: Any) -> LayerGraph:
        try:
            return trace_on(*args)
        except TraceError as error:
            if not wants_compiler(error.__cause__):
                raise
        return trace_on(*args)

    return traced


def _construct(build: Build, notes: list[str]) -> nn.Module:
    """On meta, where weights take no memory and no time; on the CPU when that fails."""
    try:
        return build("meta")
    except Exception as error:  # noqa: BLE001 - what a constructor needs values for, fails anyhow
        module = build("cpu")  # a mistake in the network shows again here, and is the one raised
        notes.append(f"built on the CPU, because on meta tensors: {_brief(first_line(error))}")
        return module


def _brief(message: str) -> str:
    """The first sentence, of bearable length."""
    sentence = message.partition(". ")[0]
    return sentence if len(sentence) <= _LONGEST_NOTE else f"{sentence[:_LONGEST_NOTE]}…"


def unwrapped(module: nn.Module) -> nn.Module:
    """The network inside DataParallel and torch.compile wrappers."""
    if isinstance(module, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        return unwrapped(module.module)
    original = getattr(module, "_orig_mod", None)
    return unwrapped(original) if isinstance(original, nn.Module) else module


def _on_meta(
    module: nn.Module,
    specs: Sequence[InputSpec],
    name: str,
    notes: Sequence[str],
    check: Callable[[], None],
    training: Sequence[str] = (),
) -> LayerGraph:
    convert = stand_in("meta")
    args, kwargs = example_inputs(specs, "meta")
    with evaluated(module, already_hollow(convert), convert, training), uncollected():
        recorder = Recorder(module, _without_autocast(check), device="meta")
        return _traced(recorder, args, kwargs, name, META, notes)


def _without_autocast(check: Callable[[], None]) -> Callable[[], None]:
    """`check`, which also fails where autocast would choose another dtype: it leaves meta
    tensors alone."""

    def checked() -> None:
        check()
        if torch._C._is_any_autocast_enabled():
            message = "the network uses autocast, which meta tensors do not take part in"
            raise TraceError(message, "", "", asks_for_values=True)

    return checked


def _on_fakes(
    module: nn.Module,
    specs: Sequence[InputSpec],
    name: str,
    notes: Sequence[str],
    check: Callable[[], None],
    training: Sequence[str] = (),
) -> LayerGraph:
    # A second of imports that most networks never need.
    from visualizer.worker.extraction.fakes import KnowingFakes, ListsOfKnown

    convert = stand_in("cpu")
    fakes = KnowingFakes()
    made = real_examples(specs)
    with fakes, ListsOfKnown(), evaluated(module, convert, convert, training):
        args, kwargs = arranged(specs, fakes.all_taken(specs, made))
        graph = _traced(Recorder(module, check), args, kwargs, name, FAKE, notes)
    return replace(graph, notes=(*graph.notes, _EVENLY)) if fakes.choices_made else graph


_EVENLY = (
    "which scores are the largest (topk) is not known without weights: each is taken to be chosen "
    "as often as any other"
)


def _on_real(
    module: nn.Module,
    specs: Sequence[InputSpec],
    name: str,
    notes: Sequence[str],
    check: Callable[[], None],
    training: Sequence[str] = (),
    values: Sequence[torch.Tensor | PackedSequence] = (),
) -> LayerGraph:
    place = place_of(module)
    made = values or _examples(specs, "cpu")
    args, kwargs = arranged(specs, [with_data(tensor, lambda t: t.to(place)) for tensor in made])
    with own_randomness(place), evaluated(module, unchanged, cloned, training):
        return _traced(Recorder(module, check), args, kwargs, name, REAL, notes)


def place_of(module: nn.Module) -> torch.device:
    """The device that its first weight is on; the CPU for one without weights."""
    tensors = itertools.chain(module.parameters(), module.buffers())
    return next((tensor.device for tensor in tensors), torch.device("cpu"))


@contextmanager
def own_randomness(place: torch.device) -> Iterator[None]:
    """The same random numbers each time, and those of the process are as they were afterwards."""
    on_gpu = [place] if place.type == "cuda" else []
    with torch.random.fork_rng(devices=on_gpu):
        torch.default_generator.manual_seed(_SEED)
        if on_gpu:
            torch.cuda.manual_seed(_SEED)
        yield


_NAME_OF = {_on_meta: META, _on_fakes: FAKE, _on_real: REAL}


def trace(
    module: nn.Module,
    inputs: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    name: str = "",
    check: Callable[[], None] = never_cancelled,
) -> LayerGraph:
    """The layer graph of one forward pass on the tensors given, on their own device.

    Raises TraceError when the pass fails, and whatever `check` raises. The module is left as
    it was.
    """
    device = next((str(t.device) for t in tensors_in(list(inputs)) if t.is_meta), None)
    route = META if device else REAL

    def once() -> LayerGraph:
        with evaluated(module, unchanged, cloned):
            recorder = Recorder(module, check, device=device)
            return _traced(recorder, tuple(inputs), dict(kwargs or {}), name, route, ())

    return _once_more(once)()


def _traced(
    recorder: Recorder,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    name: str,
    route: str,
    notes: Sequence[str],
) -> LayerGraph:
    module = recorder.root.module
    names = input_names(module, args, kwargs)
    for tensor in input_tensors([*args, *kwargs.values()]):
        recorder.add_input(tensor)
    result = recorder.run(args, kwargs)
    outputs = [recorder.source_of_output(tensor) for tensor in output_tensors(result)]
    graph = assemble(recorder, names, outputs, name or type(module).__name__, route, notes)
    return graph if _is_connected(graph) else replace(graph, notes=(*graph.notes, _GAP))


_GAP = (
    "no path leads from the inputs to the outputs: a part of the network runs in code that "
    "cannot be followed (a scripted function or an extension), and its results stand as constants"
)


def _is_connected(graph: LayerGraph) -> bool:
    """Whether some output depends on some input; a graph without either is not judged."""
    reached = {node.id for node in graph.inputs}
    for node in graph.ops:
        if any(ref.node in reached for ref in node.inputs):
            reached.add(node.id)
    return not graph.inputs or not graph.outputs or any(r.node in reached for r in graph.outputs)


def example_inputs(
    specs: Sequence[InputSpec], device: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and named arguments, tensors of the shapes asked for, in lists and dictionaries
    where the names say so; real ones are seeded, but for the values that the specs tell."""
    return arranged(specs, _examples(specs, device))


def real_examples(specs: Sequence[InputSpec]) -> list[Any]:
    """Seeded tensors on the CPU, and packed sequences of them, with the values that are told."""
    return _examples(specs, "cpu")


def _examples(specs: Sequence[InputSpec], device: str) -> list[Any]:
    """Tensors, and packed sequences of them."""
    generator = None if device == "meta" else torch.Generator().manual_seed(_SEED)
    return [_example(spec, device, generator) for spec in specs]


def _example(spec: InputSpec, device: str, generator: torch.Generator | None) -> Any:
    if spec.packed:
        return packed_example(spec, partial(_example, device=device, generator=generator))
    dtype: torch.dtype = getattr(torch, spec.dtype)
    if generator is None:
        return torch.empty(spec.shape, dtype=dtype, device=device)
    if spec.values:
        values = itertools.islice(itertools.cycle(spec.values), math.prod(spec.shape))
        return torch.tensor(list(values)).reshape(spec.shape).to(dtype)
    if dtype.is_floating_point or dtype.is_complex:
        return torch.randn(spec.shape, generator=generator, dtype=torch.float32).to(dtype)
    # Zeros and ones are valid token numbers, labels and masks for every network.
    return torch.randint(0, 2, spec.shape, generator=generator).to(dtype)
