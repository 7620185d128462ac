"""How long each op of a torch network takes: the median of several passes.

The recorder of the extraction watches the passes; time is taken around each op alone, so that
the recorder's own work is not in it. What is left is the call from Python and two readings of
the clock, about a microsecond an op. Passes that nothing watches are run between the watched
ones, for comparison: all ops together should take about as long as one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import torch
from torch import nn

from visualizer.engine.messages import TimesMeasured
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec
from visualizer.worker.extraction.recorder import Recorder
from visualizer.worker.extraction.records import Record, tensors_in
from visualizer.worker.extraction.routes import example_inputs, own_randomness, unwrapped
from visualizer.worker.live.capture import checking
from visualizer.worker.live.matching import Matching
from visualizer.worker.measuring.clocks import Clock, clock_of
from visualizer.worker.measuring.repeats import medians, repeats_for
from visualizer.worker.running import Running

_NOT_EXECUTED = ("input", "parameter", "constant")

Given = tuple[Sequence[Any], Mapping[str, Any]]


def measure_times(
    module: nn.Module,
    graph: LayerGraph,
    inputs: Sequence[InputSpec],
    device: str,
    running: Running,
) -> TimesMeasured:
    """Median seconds of every op of `module`, which is on `device`, for made-up inputs.

    `graph` is the module's own. Raises TraceError or torch's own errors where a pass fails, and
    what `running.check` raises.
    """
    network, place, clock = unwrapped(module).eval(), torch.device(device), clock_of(device)
    with torch.no_grad(), own_randomness(place):
        args, kwargs = example_inputs(inputs, "cpu")
        given = _moved(args, place), _moved(kwargs, place)
        running.stage("Warming up")
        _bare(network, given, clock, running.check)
        repeats = repeats_for(2 * _bare(network, given, clock, running.check))
        watched: list[_Watched] = []
        bare: list[float] = []
        for number in range(repeats):
            running.stage(f"Measuring pass {number + 1} of {repeats}", number / repeats)
            bare.append(_bare(network, given, clock, running.check))
            watched.append(_Watched.run(network, graph, given, clock, running.check))
    parted = next((one.parted for one in watched if one.parted), "")
    seconds = medians(one.seconds for one in watched)
    return TimesMeasured(running.run, device, repeats, seconds, median(bare), parted)


def _moved(given: Any, place: torch.device) -> Any:
    """The same nest of tensors on a device."""
    if isinstance(given, torch.Tensor):
        return given.to(place)
    if isinstance(given, Mapping):
        return {name: _moved(one, place) for name, one in given.items()}
    if isinstance(given, list | tuple):
        return type(given)(_moved(one, place) for one in given)
    return given


def _bare(network: nn.Module, given: Given, clock: Clock, check: Callable[[], None]) -> float:
    """Seconds of a pass as it is, but for a few modules before which `check` is called."""
    check()
    with checking(check, network):
        begun = clock.mark()
        network(*given[0], **given[1])
        ended = clock.mark()
    clock.settle()
    return clock.seconds(begun, ended)


class _Watched:
    """One pass with the time of each op taken; `seconds` by node."""

    def __init__(self, graph: LayerGraph, clock: Clock) -> None:
        self.seconds: dict[str, float] = {}
        self._matching = Matching(graph)
        self._clock = clock
        self._running: list[tuple[Any, Any]] = []
        self._spans: list[tuple[str, Any, Any]] = []

    @classmethod
    def run(
        cls,
        network: nn.Module,
        graph: LayerGraph,
        given: Given,
        clock: Clock,
        check: Callable[[], None],
    ) -> _Watched:
        watched = cls(graph.in_evaluation, clock)
        recorder = Recorder(
            network, check, watch=watched._note, describe=False, execute=watched._execute
        )
        for tensor in (*tensors_in(list(given[0])), *tensors_in(dict(given[1]))):
            recorder.add_input(tensor)
        recorder.run(*given)
        watched._matching.end(len(recorder.records))
        clock.settle()
        for node, begun, ended in watched._spans:
            taken = clock.seconds(begun, ended)
            watched.seconds[node] = watched.seconds.get(node, 0.0) + taken
        return watched

    @property
    def parted(self) -> str:
        """Where the pass took another path than the graph, or empty."""
        return self._matching.parted

    def _execute(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        begun = self._clock.mark()
        result = function(*args, **kwargs)
        self._running.append((begun, self._clock.mark()))
        return result

    def _note(self, number: int, record: Record, outputs: Sequence[torch.Tensor]) -> None:
        """What was executed since the last op belongs to this one: a recurrent layer is one op."""
        node = self._matching.node_of(number, record)
        if record.op in _NOT_EXECUTED:
            return  # a weight is noticed by the op that reads it
        spans, self._running = self._running, []
        if node is not None:
            self._spans.extend((node.id, begun, ended) for begun, ended in spans)
