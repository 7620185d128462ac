"""Shapes that no inference rule gives: written in the file, or read in a run on made-up inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto

from visualizer.graph.model import TensorSpec
from visualizer.sources import InputSpec
from visualizer.worker.failures import RunError
from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.onnx_networks import sessions
from visualizer.worker.onnx_networks.deadline import Deadline
from visualizer.worker.onnx_networks.dtypes import dtype_name
from visualizer.worker.onnx_networks.facts import Walk
from visualizer.worker.onnx_networks.shapes import MOST_ELEMENTS
from visualizer.worker.onnx_networks.signature import Signature
from visualizer.worker.onnx_networks.values import Array
from visualizer.worker.running import Running

_SEED = 0
_MADE_UP_IDS = 2
_MOST_RUN_ELEMENTS = 1 << 28


class MisfitError(LoadError):
    """A run on inputs of these sizes was begun and failed."""


@dataclass(frozen=True)
class Trial:
    """A file `model`, read from `path`, tried with the inputs `chosen`, until `deadline`."""

    model: ModelProto
    path: Path
    chosen: Signature
    running: Running
    deadline: Deadline

    def results(self, walked: Walk, wanted: list[str]) -> list[Array]:
        """Some of what is made of made-up inputs, branches and turns in place; raises RunError."""
        placed = walked.placed.model(self.model)
        try:
            return self._ran(placed, wanted)
        except sessions.LoadingError:
            if placed is not self.model:  # what does not fit in a branch is told by the file itself
                self._ran(self.model, [])
            raise

    def _ran(self, model: ModelProto, wanted: list[str]) -> list[Array]:
        pairs = zip(self.chosen.declared, self.chosen.inputs, strict=True)
        feeds = {one.name: made_up(spec) for one, spec in pairs}
        self._check()  # before what cannot be stopped
        session = sessions.open_session(model, self.path, wanted, "cpu")
        # Where none is wanted, it gives all.
        return session.run(wanted, feeds, self._check)[: len(wanted)]

    def _check(self) -> None:
        self.running.check()
        self.deadline.check()  # a loop in the file may have no end


def measured_shapes(trial: Trial, walked: Walk) -> dict[str, TensorSpec]:
    """Shapes that no rule gives, read in a run on made-up inputs."""
    chosen = trial.chosen
    declared = _written_shapes(trial.model, chosen)
    unknown = [name for name in walked.unknown if name not in declared]
    if not unknown:
        return declared
    missing = _given_out(walked, unknown)  # without any, a run tells at least whether it can be one
    if chosen.differs:
        raise no_shape(walked, "; the file fixes its inputs at other sizes: give those, or "
                        "export it with dynamic axes")  # fmt: skip
    if not sessions.is_runtime_there():
        raise no_shape(walked, '; a run would tell: pip install "architecture-visualizer[onnx]"')
    if _is_large(chosen):
        raise no_shape(walked, "; its inputs are too large for a run that would tell")
    trial.running.stage(f"Running {trial.path.stem} once for shapes that no rule gives")
    try:
        results = trial.results(walked, missing)
    except sessions.PassError as error:
        raise MisfitError(str(no_shape(walked, f"; {error}"))) from error
    except RunError as error:
        raise no_shape(walked, f"; {error}") from error
    found = {name: _spec_of(value) for name, value in zip(missing, results, strict=True)}
    return declared | found


def measured_conditions(trial: Trial, walked: Walk) -> dict[str, bool]:
    """What decides the Ifs that depend on numbers, in a run on made-up inputs; those that stand
    inside of graphs not put in place, and all where a run is not possible, stay unknown."""
    asked = _given_out(walked, dict.fromkeys(walked.undecided))
    is_ready = asked and sessions.is_runtime_there() and not trial.chosen.differs
    if not is_ready or _is_large(trial.chosen):
        return {}
    trial.running.stage(f"Running {trial.path.stem} once for the branches it takes")
    try:
        results = trial.results(walked, asked)
    except RunError:
        return {}  # the If stays one op, and the graph says so
    return {
        name: bool(value.ravel()[0])
        for name, value in zip(asked, results, strict=True)
        if isinstance(value, np.ndarray) and value.size == 1
    }


def _given_out(walked: Walk, names: Iterable[str]) -> list[str]:
    """Those that onnxruntime gives out: not what is made inside of an If or a loop that is not
    put in place."""
    made = {name for node in walked.placed.ops for name in node.output}
    return [name for name in names if name in made]


def _is_large(chosen: Signature) -> bool:
    return sum(spec.elements for spec in chosen.specs.values()) > _MOST_RUN_ELEMENTS


def no_shape(walked: Walk, more: str) -> LoadError:
    """Which tensor's shape is not known and why; `more` says what to do."""
    name, reason = next(iter(walked.unknown.items()))
    return LoadError(f"the shape of {name[:100]!r} is not known ({one_line(reason)}){more}")


def _written_shapes(model: ModelProto, chosen: Signature) -> dict[str, TensorSpec]:
    """Shapes that the file itself says, where the inputs are the ones it was made for."""
    if chosen.differs:
        return {}
    found = {}
    for value in (*model.graph.value_info, *model.graph.output):
        tensor = value.type.tensor_type
        sides = [side.dim_value for side in tensor.shape.dim]
        if tensor.HasField("shape") and all(0 < side <= MOST_ELEMENTS for side in sides):
            found[value.name] = TensorSpec(tuple(sides), dtype_name(tensor.elem_type))
    return found


def _spec_of(value: Any) -> TensorSpec:
    if isinstance(value, np.ndarray):
        kind = "string" if value.dtype == object else str(value.dtype)
        return TensorSpec(tuple(value.shape), kind)
    return TensorSpec((len(value),) if isinstance(value, (list, dict)) else (), "sequence")


def made_up(spec: InputSpec) -> Array:
    """The input's own numbers, else random ones, the same each time; small where they are ids."""
    if spec.values and spec.dtype != "string":
        return sessions.as_array(np.resize(spec.values, spec.shape), spec.dtype)
    generator = np.random.default_rng(_SEED)
    if spec.dtype.startswith(("float", "bfloat")):
        return sessions.as_array(generator.standard_normal(spec.shape), spec.dtype)
    if spec.dtype == "string":
        return np.full(spec.shape, "", dtype=object)
    return sessions.as_array(generator.integers(0, _MADE_UP_IDS, spec.shape), spec.dtype)
