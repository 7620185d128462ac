"""What can be asked of the worker: one method a request, whoever carries it there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from visualizer.engine.messages import (
    Device,
    FetchMaps,
    ListPublished,
    LoadModel,
    MeasureRanks,
    MeasureTimes,
    ObserveTraining,
    Retrace,
    RunForward,
    Work,
)
from visualizer.sources import InputSpec, ModelSource, Preprocessing

RequestFor = Callable[[int], Work]
"""The request with the run number it is given."""


class Asking(ABC):
    """Numbered requests. Each returns its run number at once; the answer comes later."""

    @abstractmethod
    def ask(self, request_for: RequestFor) -> int:
        """Send a request under a new run number, which is returned."""

    def load(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> int:
        """Ask for ModelLoaded; `inputs` empty means: infer them. Returns the run number."""
        return self.ask(lambda run: LoadModel(run, source, inputs))

    def load_beside(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> int:
        """Ask for ModelLoaded of a network that is only compared: nothing that the worker has
        open is closed for it. Returns the run number."""
        return self.ask(lambda run: LoadModel(run, source, inputs, keep=False))

    def list_published(self) -> int:
        """Ask for PublishedListed. Returns the run number."""
        return self.ask(ListPublished)

    def run_forward(
        self,
        source: ModelSource,
        inputs: tuple[InputSpec, ...],
        picture: str,
        device: Device = "auto",
        preprocessing: Preprocessing | None = None,
        capture: tuple[str, ...] = (),
        keep_bytes: int = 1 << 30,
    ) -> int:
        """Ask for ForwardFinished, see `RunForward`. Returns the run number."""
        return self.ask(
            lambda run: RunForward(
                run, source, inputs, picture, device, preprocessing, capture, keep_bytes
            )
        )

    def fetch_maps(self, forward_run: int, node: str) -> int:
        """Ask for MapsFetched: what op `node` put out in pass `forward_run`."""
        return self.ask(lambda run: FetchMaps(run, forward_run, node))

    def retrace(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], keep: bool = False
    ) -> int:
        """Ask for Retraced: the open network for other inputs. Returns the run number."""
        return self.ask(lambda run: Retrace(run, source, inputs, keep))

    def observe_training(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], mixed: bool = False
    ) -> int:
        """Ask for TrainingWatched: what a training step keeps. Returns the run number."""
        return self.ask(lambda run: ObserveTraining(run, source, inputs, mixed))

    def measure_times(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], device: Device = "auto"
    ) -> int:
        """Ask for TimesMeasured: how long each op takes. Returns the run number."""
        return self.ask(lambda run: MeasureTimes(run, source, inputs, device))

    def measure_ranks(self, forward_run: int) -> int:
        """Ask for RanksMeasured of what pass `forward_run` kept. Returns the run number."""
        return self.ask(lambda run: MeasureRanks(run, forward_run))
