"""How long each op of an ONNX file takes, by onnxruntime's own profiler.

The ops are executed as they stand in the file, without the fusing that onnxruntime does when it
is left to itself: so that there is a time for each of them.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from onnx import ModelProto

from visualizer.engine.messages import TimesMeasured
from visualizer.worker.failures import RunError
from visualizer.worker.measuring.repeats import repeats_for
from visualizer.worker.onnx_networks import sessions
from visualizer.worker.onnx_networks.sessions import Session
from visualizer.worker.onnx_networks.values import Array
from visualizer.worker.running import Running

_ENDING = "_kernel_time"


def measure_times(
    model: ModelProto,
    path: Path,
    tensors: Mapping[str, str],
    feeds: dict[str, Array],
    device: str,
    running: Running,
) -> TimesMeasured:
    """Median seconds of each node, whose first output is called `tensors[node]` in the file.

    Raises RunError where onnxruntime cannot load or run it, and what `running.check` raises.
    """
    own = [value.name for value in model.graph.output]
    plain = sessions.open_session(model, path, (), device)
    running.stage("Warming up")
    _run(plain, own, feeds, running)
    repeats = repeats_for(2 * _run(plain, own, feeds, running))
    with tempfile.TemporaryDirectory() as folder, _numbered(model):
        profiled = sessions.open_session(model, path, (), device, f"{folder}/profile")
        _run(profiled, own, feeds, running)
        bare = []
        for number in range(repeats):
            running.stage(f"Measuring pass {number + 1} of {repeats}", number / repeats)
            bare.append(_run(plain, own, feeds, running))
            _run(profiled, own, feeds, running)
        taken = _by_number(Path(profiled.runtime.end_profiling()))
    numbers = {
        node.output[0]: number for number, node in enumerate(model.graph.node) if node.output
    }
    seconds = {
        node: median(taken[numbers[tensor]][-repeats:])  # the first is a warming up
        for node, tensor in tensors.items()
        if numbers.get(tensor) in taken
    }
    if not seconds:
        raise RunError(f"onnxruntime's profiler says nothing of the ops of {path.name}")
    return TimesMeasured(running.run, device, repeats, seconds, median(bare))


def _run(session: Session, wanted: list[str], feeds: dict[str, Array], running: Running) -> float:
    begun = time.perf_counter()
    session.run(wanted, feeds, running.check)
    return time.perf_counter() - begun


@contextmanager
def _numbered(model: ModelProto) -> Iterator[None]:
    """Nodes are called by their number meanwhile: in the file, names may repeat or be missing."""
    names = [node.name for node in model.graph.node]
    try:
        for number, node in enumerate(model.graph.node):
            node.name = f"number-{number}"
        yield
    finally:
        for node, name in zip(model.graph.node, names, strict=True):
            node.name = name


def _by_number(profile: Path) -> dict[int, list[float]]:
    """Seconds of each node in each run, from the profiler's file (microseconds)."""
    found: dict[int, list[float]] = {}
    for event in json.loads(profile.read_text(encoding="utf-8")):
        name = str(event.get("name", ""))
        if event.get("cat") == "Node" and name.endswith(_ENDING) and name.startswith("number-"):
            number = int(name.removeprefix("number-").removesuffix(_ENDING))
            found.setdefault(number, []).append(event["dur"] / 1e6)
    return found
