"""A file followed for given inputs, and for the likeliest ones that it can be run on."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import onnx.inliner
from onnx import ModelProto

from visualizer.graph.model import GraphError
from visualizer.worker.loaders import InputsError, LoadError
from visualizer.worker.loaders.base import Inputs, one_line
from visualizer.worker.onnx_networks.building import Built, build_graph
from visualizer.worker.onnx_networks.deadline import Deadline
from visualizer.worker.onnx_networks.declared import declared_inputs
from visualizer.worker.onnx_networks.domains import opset_of
from visualizer.worker.onnx_networks.facts import Walk
from visualizer.worker.onnx_networks.measuring import (
    MisfitError,
    Trial,
    measured_conditions,
    measured_shapes,
    no_shape,
)
from visualizer.worker.onnx_networks.signature import Signature, signatures
from visualizer.worker.onnx_networks.walk import walk
from visualizer.worker.running import Running

_MISFITS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What parts of a damaged file that do not fit each other end in."""


def fitting(
    model: ModelProto, path: Path, inputs: Inputs, running: Running, deadline: Deadline
) -> tuple[Signature, Built]:
    """The likeliest inputs that the file can be run on; raises LoadError."""
    failed: tuple[MisfitError, Signature] | None = None
    for chosen in signatures(declared_inputs(model), inputs, model):
        try:
            return chosen, followed(model, path, chosen, running, deadline)
        except MisfitError as error:
            failed = failed or (error, chosen)
        if deadline.is_over:
            break
    assert failed is not None  # there is always a first one
    misfit, first = failed
    if not first.chosen:
        raise misfit
    shapes = ", ".join(spec.text for spec in first.inputs)
    raise InputsError(
        f"{shapes} was only guessed, and does not fit: give the network's own inputs, --input in a "
        f"command; {misfit}", first.inputs
    ) from misfit  # fmt: skip


def inlined(model: ModelProto, location: str) -> ModelProto:
    """Functions of the file's own put in the place of their calls."""
    if not model.functions:
        return model
    try:
        return onnx.inliner.inline_local_functions(model)
    except Exception as error:
        raise LoadError(
            f"the functions in {location} cannot be put in place: {one_line(error)}"
        ) from error


def followed(
    model: ModelProto, path: Path, chosen: Signature, running: Running, deadline: Deadline
) -> Built:
    """The graph of the file for these inputs, shapes and branches that only numbers tell read in
    a run; raises LoadError, a MisfitError where the inputs do not fit."""
    try:
        return _followed(model, path, chosen, running, deadline)
    except (GraphError, msgspec.ValidationError) as error:
        raise LoadError(f"{path.name} describes no acyclic graph: {one_line(error)}") from error
    except RecursionError as error:
        raise LoadError(f"{path.name} is nested too deep: the file is damaged") from error
    except _MISFITS as error:
        raise LoadError(
            f"{path.name} describes no network that can be read: {type(error).__name__}: "
            f"{one_line(error)}",
            "".join(traceback.format_exception(error)),
        ) from error


def _followed(
    model: ModelProto, path: Path, chosen: Signature, running: Running, deadline: Deadline
) -> Built:
    route = f"ONNX shape inference, opset {opset_of(model)}"
    follow = partial(
        walk, model, chosen.specs, chosen.elem_types, batch=chosen.batch,
        numbers=chosen.numbers, check=running.check, deadline=deadline,
    )  # fmt: skip
    trial = Trial(model, path, chosen, running, deadline)
    walked, decided = _decided(follow, trial)
    if walked.unknown:
        known = measured_shapes(trial, walked)
        walked = follow(known=known, decided=decided)
        shapes = "1 shape" if len(known) == 1 else f"{len(known):,} shapes"
        route = f"{route}; {shapes} from an onnxruntime run"
        if walked.unknown:
            raise no_shape(walked, "")
    running.check()
    _expect_batch(model, walked, chosen, path)
    return build_graph(model, walked, chosen, path.stem, route)


def _decided(follow: Callable[..., Walk], trial: Trial) -> tuple[Walk, dict[str, bool]]:
    """The walk with all branches that runs tell of, and what they told: an If in a branch can
    only be asked for once that branch is in place."""
    decided: dict[str, bool] = {}
    while True:
        walked = follow(decided=decided)
        told = measured_conditions(trial, walked) if walked.undecided else {}
        if told.keys() <= decided.keys():
            return walked, decided
        decided |= told


def _expect_batch(model: ModelProto, walked: Walk, chosen: Signature, path: Path) -> None:
    """Raises LoadError where a batch that the file fixes is still in the results."""
    declared, asked = chosen.batch
    for value in model.graph.output if declared != asked else ():
        shape = walked.facts[walked.source(value.name)].shape
        if shape and shape[0] % asked:
            raise LoadError(
                f"{path.name} was exported for batches of {declared}: it cannot be followed for "
                f"{asked}; export it with a dynamic batch"
            )
