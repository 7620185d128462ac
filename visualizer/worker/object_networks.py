"""Networks that live in the user's own process, looked at without being touched.

Everything is done on twins: their weights are without memory for tracing, and the network's own
for passes, so that these always show what the weights are at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn

from visualizer.costs.observed import TrainingObserved
from visualizer.engine.messages import TimesMeasured
from visualizer.graph.model import LayerGraph
from visualizer.sources import ModelSource, Preprocessing
from visualizer.worker.extraction.routes import own_randomness, place_of, unwrapped
from visualizer.worker.given import Given
from visualizer.worker.live import ForwardRun
from visualizer.worker.loaders import BuildError, Recipe
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.hints import told_by
from visualizer.worker.loaders.twins import hollow_twin, sharing_twin
from visualizer.worker.networks import Network
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import TorchNetwork, traced


def checked_network(network: object) -> nn.Module:
    """`network` if it is one that can be looked at; raises TypeError."""
    if isinstance(network, torch.jit.ScriptModule):
        raise TypeError(
            "this is a TorchScript module, which cannot be copied without its weights: save it "
            "with torch.jit.save, and open the file"
        )
    if not isinstance(network, nn.Module):
        is_class = isinstance(network, type) and issubclass(network, nn.Module)
        hint = ": make a network of it, by calling it" if is_class else ""
        raise TypeError(f"not a torch.nn.Module but {_a(network)}{hint}")
    return network


def _a(thing: object) -> str:
    return f"the class {thing.__name__}" if isinstance(thing, type) else type(thing).__name__


@dataclass(frozen=True)
class LiveObject:
    """A network of the user's and what it was given."""

    network: nn.Module
    given: Given = field(default_factory=Given)

    @property
    def name(self) -> str:
        return type(unwrapped(self.network)).__name__

    def build(self, device: str) -> nn.Module:
        """A twin; its own weights where they are for "cpu". Raises BuildError."""
        network = unwrapped(self.network)
        if device == "meta":
            return self.given.bound_to(hollow_twin(network))
        if any(parameter.is_meta for parameter in network.parameters()):
            raise BuildError(
                f"{self.name} is on the meta device: its weights have no numbers to run with"
            )
        return self.given.bound_to(sharing_twin(network))

    def traced(self, inputs: Inputs, running: Running) -> TorchNetwork:
        """Traced for the inputs asked for, those given, or guessed ones. Raises LoadError or
        TraceError."""
        inputs = inputs or self.given.inputs
        values = self.given.values if inputs == self.given.inputs else ()
        return traced(self._recipe(), inputs, running, values)

    def _recipe(self) -> Recipe:
        inputs, preprocessing = told_by(unwrapped(self.network))
        return Recipe(
            name=self.name,
            build=self.build,
            weights_text="the weights it has now",
            trained=False,
            default_inputs=inputs,
            preprocessing=preprocessing,
        )


@dataclass(frozen=True)
class ObjectNetwork(Network):
    """A traced live object. `traced` knows its shapes; for each pass there is a new twin."""

    held: LiveObject
    traced: TorchNetwork

    @property
    def inputs(self) -> Inputs:  # type: ignore[override]
        return self.traced.inputs

    @property
    def graph(self) -> LayerGraph:  # type: ignore[override]
        return self.traced.graph

    @property
    def name(self) -> str:
        return self.traced.name

    @property
    def weights_text(self) -> str:
        return self.traced.weights_text

    @property
    def trained(self) -> bool:
        return self.traced.trained

    @property
    def preprocessing(self) -> Preprocessing | None:
        return self.traced.preprocessing

    def choose_device(self, wanted: str) -> str:
        """Where the object is, unless the user wants it elsewhere."""
        if wanted == "auto":
            return place_of(self.held.network).type
        return self.traced.choose_device(wanted)

    def run(
        self,
        picture: Tensor,
        device: str,
        capture: frozenset[str] | None,
        keep_bytes: int,
        running: Running,
    ) -> ForwardRun:
        with own_randomness(torch.device(device)):
            return self._fresh().run(picture, device, capture, keep_bytes, running)

    def for_inputs(self, inputs: Inputs, running: Running) -> ObjectNetwork:
        return replace(self, traced=self.held.traced(inputs, running))

    def measure_times(self, device: str, running: Running) -> TimesMeasured:
        with own_randomness(torch.device(device)):
            return self._fresh().measure_times(device, running)

    def observe_training(self, mixed: bool, running: Running) -> TrainingObserved:
        return self._fresh().observe_training(mixed, running)

    def _fresh(self) -> TorchNetwork:
        """With the weights that the object has now; raises BuildError."""
        return self.traced.with_weights(self.held.build("cpu"))


class ObjectOpener:
    """Opens the one object that a window was opened on."""

    def __init__(self, held: LiveObject) -> None:
        self._held = held

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "object"

    def open(self, source: ModelSource, inputs: Inputs, running: Running) -> ObjectNetwork:
        return ObjectNetwork(self._held, self._held.traced(inputs, running))
