"""An open ONNX file: its graph for given inputs, and passes by onnxruntime."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnx import ModelProto
from torch import Tensor

from visualizer.costs.observed import TrainingObserved
from visualizer.engine.messages import TimesMeasured
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec, Preprocessing
from visualizer.worker.failures import RunError
from visualizer.worker.live import ForwardRun
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.pictures import fitted, picture_spec
from visualizer.worker.networks import Network
from visualizer.worker.onnx_networks import sessions
from visualizer.worker.onnx_networks.deadline import Deadline
from visualizer.worker.onnx_networks.declared import Declared
from visualizer.worker.onnx_networks.following import fitting, followed, inlined
from visualizer.worker.onnx_networks.measuring import made_up
from visualizer.worker.onnx_networks.placing import Placed
from visualizer.worker.onnx_networks.reading import read_model
from visualizer.worker.onnx_networks.sessions import Session
from visualizer.worker.onnx_networks.signature import Signature, signature
from visualizer.worker.onnx_networks.values import Array
from visualizer.worker.running import Running

_MOST_CATEGORIES = 100_000

Found = Mapping[str, Tensor | None]
"""Tensors by their names in the file, None for what is none."""


@dataclass
class OnnxNetwork(Network):
    """`model` has its functions inlined; `tensors` has the name of each node's output, in the file
    or in `placed`, its ops with branches and turns in place. `decided` are the conditions of Ifs
    that were known from a run only: what they are may change with the numbers of the inputs."""

    path: Path
    model: ModelProto = field(repr=False)
    signature: Signature = field(repr=False)
    graph: LayerGraph = field(repr=False)
    tensors: dict[str, str] = field(repr=False)
    placed: Placed = field(repr=False)
    decided: dict[str, bool] = field(repr=False)
    inputs: Inputs = ()
    session: Session | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def weights_text(self) -> str:
        return f"weights from {self.path.name}"

    @property
    def trained(self) -> bool:
        return True

    @property
    def categories(self) -> tuple[str, ...]:
        return _categories(self.model)

    @property
    def picture_channels(self) -> int | None:
        spec = self._picture_spec()
        return None if spec is None else spec.shape[1]

    @property
    def preprocessing(self) -> Preprocessing | None:
        spec = self._picture_spec()
        return None if spec is None else fitted(None, (spec,))

    def _picture_spec(self) -> InputSpec | None:
        """The first input that takes a picture, as if its channels came first."""
        pairs = zip(self.signature.declared, self.inputs, strict=True)
        return picture_spec(tuple(_channels_first(one, spec) for one, spec in pairs))

    def choose_device(self, wanted: str) -> str:
        return sessions.choose_device(wanted)

    def run(
        self,
        picture: Tensor,
        device: str,
        capture: frozenset[str] | None,
        keep_bytes: int,
        running: Running,
    ) -> ForwardRun:
        """As for any network; kept outputs are onnxruntime's own, bit for bit. Where the numbers
        of the picture take another branch of an If, the file is run as it is, and there is nothing
        of the branch that is drawn."""
        chosen, left_out = self._chosen(capture, keep_bytes)
        feeds = self._feeds(picture)
        found, seconds, parted = self._as_drawn(chosen, feeds, device, running)
        if parted:
            chosen = self._outside(chosen, capture)
            found, seconds = self._as_it_is(chosen, feeds, device, running)
        kept = {
            node: tensor for node, name in chosen.items() if (tensor := found[name]) is not None
        }
        own = (found[value.name] for value in self.model.graph.output)
        outputs = tuple(tensor for tensor in own if tensor is not None)
        return ForwardRun(kept, outputs, seconds, left_out, parted)

    def _as_drawn(
        self, chosen: Mapping[str, str], feeds: dict[str, Array], device: str, running: Running
    ) -> tuple[Found, float, str]:
        """As `_found`, branches and turns in place; and which branch should not be, "" for none."""
        wanted = (*chosen.values(), *self.decided)
        session = self._session(wanted, device, running)
        running.stage(f"Running {self.name} on {device}")
        try:
            found, seconds = self._found(session, wanted, feeds, running)
        except sessions.PassError:
            if not self.decided:
                raise
            return {}, 0.0, "a branch of an If does not fit these numbers"
        return found, seconds, self._parted(found)

    def _as_it_is(
        self, chosen: Mapping[str, str], feeds: dict[str, Array], device: str, running: Running
    ) -> tuple[Found, float]:
        self.session = None  # its memory first
        session = sessions.open_session(self.model, self.path, chosen.values(), device)
        return self._found(session, chosen.values(), feeds, running)

    def _found(
        self, session: Session, names: Iterable[str], feeds: dict[str, Array], running: Running
    ) -> tuple[Found, float]:
        """These tensors and the file's results, None for what is none; and the seconds it took."""
        own = (value.name for value in self.model.graph.output)
        fetched = [name for name in dict.fromkeys((*own, *names)) if name not in feeds]
        started = time.perf_counter()
        results = session.run(fetched, feeds, running.check)
        seconds = time.perf_counter() - started
        found = dict(feeds) | dict(zip(fetched, results, strict=True))
        return {name: as_tensor(value) for name, value in found.items()}, seconds

    def _parted(self, found: Found) -> str:
        """Which If takes the branch that is not drawn; "" for none."""
        for name, drawn in self.decided.items():
            told = found[name]
            if told is not None and bool(told.ravel()[0]) != drawn:
                return f"{name} is {not drawn}, the graph has the branch for {drawn}"
        return ""

    def _outside(self, chosen: Mapping[str, str], capture: frozenset[str] | None) -> dict[str, str]:
        """Those whose tensors the file makes whatever branches it takes."""
        there = {name for node in self.model.graph.node for name in node.output}
        there |= {one.name for one in self.signature.declared}
        inside = [node for node, name in chosen.items() if name not in there]
        if capture is not None and inside:
            raise RunError(
                f"there are no maps of {inside[0]}: for this picture the network takes another "
                "branch than the one drawn; choose another layer"
            )
        return {node: name for node, name in chosen.items() if name in there}

    def _chosen(
        self, capture: frozenset[str] | None, keep_bytes: int
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        """Tensors to fetch by node, in execution order, and the nodes there is no room for."""
        chosen: dict[str, str] = {}
        left_out = []
        for node in self.graph.nodes:
            if capture is not None and node.id not in capture:
                continue
            if node.id not in self.tensors:
                if capture is None:
                    continue
                raise RunError(f"there are no maps of {node.id}: it gives nothing out")
            size = node.output.bytes if node.output.dtype in _SIZED else 0
            if size > keep_bytes:
                left_out.append(node.id)
                continue
            keep_bytes -= size
            chosen[node.id] = self.tensors[node.id]
        return chosen, tuple(left_out)

    def _session(self, tensors: Iterable[str], device: str, running: Running) -> Session:
        """One that gives these tensors: the last one where it does."""
        wanted = frozenset(tensors) - {one.name for one in self.signature.declared}
        last = self.session
        if last is None or last.device != device or not wanted <= last.tensors:
            running.stage(f"Loading {self.name} into onnxruntime")
            self.session = last = None  # its memory first
            model = self.placed.model(self.model)
            self.session = last = sessions.open_session(model, self.path, wanted, device)
        return last

    def _feeds(self, picture: Tensor) -> dict[str, Array]:
        feeds = {}
        for one, spec in zip(self.signature.declared, self.inputs, strict=True):
            first = _channels_first(one, spec)
            if picture_spec((first,)) is None:
                feeds[one.name] = made_up(spec)
                continue
            batch, channels, *rest = first.shape
            laid = picture if channels == picture.shape[1] else picture.mean(1, keepdim=True)
            laid = laid.reshape(1, laid.shape[1], *(1,) * (len(rest) - 2), *laid.shape[2:])
            laid = laid.expand(batch, channels, *rest[:-2], *laid.shape[-2:])
            laid = laid if first is spec else laid.permute(0, 2, 3, 1)
            feeds[one.name] = sessions.as_array(laid.numpy(), spec.dtype)
        return feeds

    def for_inputs(self, inputs: Inputs, running: Running) -> OnnxNetwork:
        """The same file, its shapes worked out for other inputs."""
        running.stage(f"Working out the shapes of {self.name}")
        chosen = signature(self.signature.declared, inputs, self.model)
        built = followed(self.model, self.path, chosen, running, Deadline())
        is_placed = built.placed.changed or self.placed.changed
        return replace(
            self, signature=chosen, graph=built.graph, tensors=built.tensors,
            placed=built.placed, decided=built.decided, inputs=chosen.inputs,
            session=None if is_placed else self.session,
        )  # fmt: skip

    def measure_times(self, device: str, running: Running) -> TimesMeasured:
        # Late: rarely asked for.
        from visualizer.worker.measuring.profiles import measure_times

        running.stage(f"Loading {self.name} into onnxruntime")
        declared = zip(self.signature.declared, self.inputs, strict=True)
        feeds = {one.name: made_up(spec) for one, spec in declared}
        model = self.placed.model(self.model)
        return measure_times(model, self.path, self.tensors, feeds, device, running)

    def observe_training(self, mixed: bool, running: Running) -> TrainingObserved:
        raise RunError(
            f"{self.path.name} is an ONNX file, made for running a network, not for training it: "
            "open the network that it was exported from"
        )


_SIZED = frozenset((
    "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool",
    "bfloat16", "uint16", "uint32", "uint64",
))  # fmt: skip


def open_network(location: str, inputs: Inputs, running: Running) -> OnnxNetwork:
    """Open a file for `inputs`, or for those it takes; raises LoadError."""
    path = Path(location).expanduser()
    deadline = Deadline()
    model = inlined(read_model(location), location)
    running.stage(f"Working out the shapes of {path.stem}")
    chosen, built = fitting(model, path, inputs, running, deadline)
    return OnnxNetwork(
        path, model, chosen, built.graph, built.tensors, built.placed, built.decided, chosen.inputs
    )


def as_tensor(value: Any) -> Tensor | None:
    """The same memory as a tensor; None for what is none."""
    if not isinstance(value, np.ndarray) or value.dtype == object:
        return None
    try:
        return torch.from_numpy(value if value.flags.writeable else value.copy())
    except TypeError:  # a type that torch has not
        return None


def _channels_first(one: Declared, spec: InputSpec) -> InputSpec:
    if not one.is_channels_last or len(spec.shape) != 4:
        return spec
    batch, height, width, channels = spec.shape
    return InputSpec((batch, channels, height, width), spec.dtype, spec.name)


def _categories(model: ModelProto) -> tuple[str, ...]:
    """Names of classes as some exporters write them into the file: {0: 'person', 1: …}."""
    told: Mapping[str, str] = {entry.key: entry.value for entry in model.metadata_props}
    try:
        names = ast.literal_eval(told.get("names", "")) if told.get("names") else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(names, dict) and list(names) == list(range(len(names))):
        names = list(names.values())
    if not isinstance(names, list) or len(names) > _MOST_CATEGORIES:
        return ()
    return tuple(names) if all(isinstance(name, str) for name in names) else ()
