"""The networks the worker has open, whatever their format, and who can open which source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from typing import Protocol

from torch import Tensor

from visualizer.costs.observed import TrainingObserved
from visualizer.engine.messages import TimesMeasured
from visualizer.graph.model import LayerGraph
from visualizer.sources import ModelSource, Preprocessing
from visualizer.worker.live.capture import ForwardRun
from visualizer.worker.loaders import LoadError
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.pictures import channels_of, fitted, picture_spec
from visualizer.worker.running import Running

Key = tuple[ModelSource, Inputs]

_MOST_OPEN = 2


class Network(ABC):
    """An open network: its layer graph for inputs of given shapes, and what can be run of it."""

    inputs: Inputs
    graph: LayerGraph

    @property
    @abstractmethod
    def name(self) -> str:
        """What people call it."""

    @property
    @abstractmethod
    def weights_text(self) -> str:
        """Where its weights come from, in words."""

    @property
    @abstractmethod
    def trained(self) -> bool:
        """Whether its weights are more than random numbers."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of its classes, empty when nobody says."""
        return ()

    @property
    def picture_channels(self) -> int | None:
        """1 or 3, None when it takes no picture."""
        spec = picture_spec(self.inputs)
        return None if spec is None else channels_of(spec)

    @property
    def preprocessing(self) -> Preprocessing | None:
        """The network's own, cropping to its inputs; None when it takes no picture."""
        return fitted(None, self.inputs)

    @abstractmethod
    def choose_device(self, wanted: str) -> str:
        """Where it runs when `wanted` is asked for, "auto" included; raises DeviceError."""

    @abstractmethod
    def run(
        self,
        picture: Tensor,
        device: str,
        capture: frozenset[str] | None,
        keep_bytes: int,
        running: Running,
    ) -> ForwardRun:
        """One pass over a prepared picture, (1, C, H, W), made-up values for other inputs.

        Keeps the first outputs of the nodes in `capture`, None: of all as far as `keep_bytes`
        allows. Raises what building and running raise.
        """

    @abstractmethod
    def for_inputs(self, inputs: Inputs, running: Running) -> Network:
        """The same network for other inputs, sharing what it can; raises LoadError, TraceError."""

    @abstractmethod
    def measure_times(self, device: str, running: Running) -> TimesMeasured:
        """How long its ops take on made-up inputs; raises RunError where that cannot be said."""

    @abstractmethod
    def observe_training(self, mixed: bool, running: Running) -> TrainingObserved:
        """What a training step keeps; raises RunError for a format that cannot be trained."""


class Opener(Protocol):
    """One way to open networks."""

    def supports(self, source: ModelSource) -> bool:
        """Whether this is the way for `source`; raises LoadError for a file that is not there."""

    def open(self, source: ModelSource, inputs: Inputs, running: Running) -> Network:
        """The network for `inputs`, or for those it is known to take when there are none given.

        Raises LoadError or TraceError.
        """


class Networks:
    """The last networks opened, by source and inputs, whether inferred or asked for.

    Of `openers` the first that says yes opens a source.
    """

    def __init__(self, openers: tuple[Opener, ...] = ()) -> None:
        self._openers = openers or _all_openers()
        self._open: OrderedDict[Key, Network] = OrderedDict()

    def find(self, source: ModelSource, inputs: Inputs) -> Network | None:
        """An open network; None when it has to be opened (again)."""
        network = self._open.get((source, inputs))
        if network is not None:
            self._open.move_to_end((source, inputs))
        return network

    def retrace(self, source: ModelSource, inputs: Inputs, running: Running, keep: bool) -> Network:
        """The network with these inputs: found, or traced anew if it is open with others, whose
        weights it shares, or opened. With `keep` it is open from now on. Raises LoadError or
        TraceError."""
        if (found := self.find(source, inputs)) is not None:
            return found
        known = next((key for key in reversed(self._open) if key[0] == source), None)
        if known is None:
            return self.open(source, inputs, running, keep)
        network = self._open[known].for_inputs(inputs, running)
        if keep:
            self._remember(source, network)
        return network

    def open(
        self, source: ModelSource, inputs: Inputs, running: Running, keep: bool = True
    ) -> Network:
        """Load and trace `source`, from scratch; raises LoadError or TraceError. One that is not
        to be kept takes nobody's place."""
        running.stage(f"Reading {source.text}")
        network = self._opener(source).open(source, inputs, running)
        if keep:
            self._remember(source, network)
        return network

    def _opener(self, source: ModelSource) -> Opener:
        for opener in self._openers:
            if opener.supports(source):
                return opener
        raise LoadError(f"nothing here can open {source.text}")

    def _remember(self, source: ModelSource, network: Network) -> None:
        self._open[source, network.inputs] = network
        self._open.move_to_end((source, network.inputs))
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)


def _all_openers() -> tuple[Opener, ...]:
    """All that there are; the one for torch modules takes whatever the others do not."""
    from visualizer.worker.onnx_networks import OnnxOpener
    from visualizer.worker.torch_networks import TorchOpener

    return (OnnxOpener(), TorchOpener())
