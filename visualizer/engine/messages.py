"""Everything the window and the worker say to each other, in one place.

Requests are imperative, replies past or state. Every request carries a run number and every
reply repeats it, so that late answers can be dropped. Pixels and feature maps do not travel
here but through shared memory: a reply names the block (`Frame`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from visualizer.costs.observed import TrainingObserved
from visualizer.costs.published import Published
from visualizer.engine.saved import SavedFile
from visualizer.graph.model import LayerGraph, TensorSpec
from visualizer.sources import InputSpec, ModelSource, Preprocessing

Device = Literal["auto", "cpu", "cuda", "mps"]

FailureKind = Literal[
    "source", "build", "trace", "picture", "run", "cancelled", "memory", "crash", "timeout",
    "gone",
]  # fmt: skip


class Frame(msgspec.Struct, frozen=True):
    """An array in shared memory block `block`. The receiver copies it and releases the block."""

    block: str
    shape: tuple[int, ...]
    dtype: str


# --------------------------------------------------------------------------- requests


class LoadModel(msgspec.Struct, frozen=True, tag=True):
    """Open `source` and trace it; `inputs` empty means: infer them. Without `keep` the worker
    forgets the network again, and those it has open stay as they are."""

    run: int
    source: ModelSource
    inputs: tuple[InputSpec, ...] = ()
    keep: bool = True


class RunForward(msgspec.Struct, frozen=True, tag=True):
    """Run the network on a picture and keep the outputs of the ops named in `capture`.

    An empty `capture` keeps every op's output as far as `keep_bytes` allows. `preprocessing`
    None means the network's own.
    """

    run: int
    source: ModelSource
    inputs: tuple[InputSpec, ...]
    picture: str
    device: Device = "auto"
    preprocessing: Preprocessing | None = None
    capture: tuple[str, ...] = ()
    keep_bytes: int = 1 << 30


class FetchMaps(msgspec.Struct, frozen=True, tag=True):
    """Send the kept output of op `node` from forward pass `forward_run`."""

    run: int
    forward_run: int
    node: str


class Retrace(msgspec.Struct, frozen=True, tag=True):
    """Trace an open network for other `inputs`, without building it again.

    With `keep` it is from now on open with these, and pictures can be run on it.
    """

    run: int
    source: ModelSource
    inputs: tuple[InputSpec, ...]
    keep: bool = False


class ObserveTraining(msgspec.Struct, frozen=True, tag=True):
    """Watch training steps of the network, without numbers; `mixed`: autocast to bfloat16."""

    run: int
    source: ModelSource
    inputs: tuple[InputSpec, ...]
    mixed: bool = False


class MeasureTimes(msgspec.Struct, frozen=True, tag=True):
    """Run the network several times and say how long each op takes."""

    run: int
    source: ModelSource
    inputs: tuple[InputSpec, ...]
    device: Device = "auto"


class MeasureRanks(msgspec.Struct, frozen=True, tag=True):
    """Say how many directions the kept outputs of pass `forward_run` really spread in."""

    run: int
    forward_run: int


class ListPublished(msgspec.Struct, frozen=True, tag=True):
    """Say what accuracy was published for the classification networks that are known by name."""

    run: int


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Stop working on run `run`."""

    run: int


class ReleaseFrame(msgspec.Struct, frozen=True, tag=True):
    """The receiver has copied the block; it may be freed."""

    block: str


class Shutdown(msgspec.Struct, frozen=True, tag=True):
    """End the process."""


Work = (
    LoadModel | RunForward | FetchMaps | Retrace | ObserveTraining | MeasureTimes | MeasureRanks
    | ListPublished
)  # fmt: skip
"""The requests that take time, are done one after the other and have an answer each."""

Request = Work | Cancel | ReleaseFrame | Shutdown

# --------------------------------------------------------------------------- replies


class WorkerReady(msgspec.Struct, frozen=True, tag=True):
    """torch is imported. `devices` are those that work here, best first, with their names."""

    torch_version: str
    devices: tuple[tuple[str, str], ...]
    torchvision_models: tuple[str, ...] = ()


class Progressed(msgspec.Struct, frozen=True, tag=True):
    """What the worker is doing now, in a few words; `fraction` 0..1 where known."""

    run: int
    text: str
    fraction: float | None = None


class ModelLoaded(msgspec.Struct, frozen=True, tag=True):
    """The traced network. `weights_text` is shown: "random weights", "ImageNet weights ...";
    `categories` are the names of its classes, where they are known."""

    run: int
    source: ModelSource
    inputs: tuple[InputSpec, ...]
    graph: LayerGraph
    weights_text: str
    trained: bool
    preprocessing: Preprocessing | None = None
    seconds: float = 0.0
    categories: tuple[str, ...] = ()


class FileExamined(msgspec.Struct, frozen=True, tag=True):
    """The source is a file that is no network by itself: its weights can be opened as a network
    known by name, or its code can be trusted. Nothing of it has run."""

    run: int
    file: SavedFile


class Retraced(msgspec.Struct, frozen=True, tag=True):
    """The open network for other inputs."""

    run: int
    inputs: tuple[InputSpec, ...]
    graph: LayerGraph
    preprocessing: Preprocessing | None = None


class Prediction(msgspec.Struct, frozen=True):
    """One class with its softmax probability."""

    index: int
    name: str
    probability: float


class ForwardFinished(msgspec.Struct, frozen=True, tag=True):
    """The pass is over. `kept` are the ops whose outputs can be fetched; `picture` is what
    the network saw (H, W, 3, uint8), before mean and std."""

    run: int
    device: str
    seconds: float
    kept: tuple[str, ...]
    picture: Frame
    preprocessing: Preprocessing
    top: tuple[Prediction, ...] = ()


class MapsFetched(msgspec.Struct, frozen=True, tag=True):
    """Output of `node` for the first example, float32: (C, H, W), (C,) or (tokens, dim)."""

    run: int
    node: str
    spec: TensorSpec
    maps: Frame


class TrainingWatched(msgspec.Struct, frozen=True, tag=True):
    """What one training step keeps in memory, as a function of the batch size."""

    run: int
    observed: TrainingObserved


class TimesMeasured(msgspec.Struct, frozen=True, tag=True):
    """Median time of each executed op, by node, over `repeats` passes on `device`, and that of a
    pass of which nothing was measured. Ops that could not be told apart are left out; `parted`
    says why, or is empty."""

    run: int
    device: str
    repeats: int
    seconds: dict[str, float]
    bare_seconds: float
    parted: str = ""


class RanksMeasured(msgspec.Struct, frozen=True, tag=True):
    """Effective rank divided by the number of channels, by node, 0..1. `too_few` are the nodes
    with too few positions for that."""

    run: int
    forward_run: int
    shares: dict[str, float]
    too_few: tuple[str, ...] = ()


class PublishedListed(msgspec.Struct, frozen=True, tag=True):
    """All published weights with an accuracy, a network's in the order of the publisher."""

    run: int
    entries: tuple[Published, ...]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """`message` is one line: what was wrong and what to do. `detail` has the user's own
    traceback or more of it, for the log. `layer` is the module or op that failed. `inputs` are
    those it failed with, or one for each that is needed; None: it is not for the inputs."""

    run: int
    kind: FailureKind
    message: str
    detail: str = ""
    layer: str = ""
    inputs: tuple[InputSpec, ...] | None = None


class Logged(msgspec.Struct, frozen=True, tag=True):
    """A line for the log panel."""

    text: str


Reply = (
    WorkerReady | Progressed | ModelLoaded | FileExamined | ForwardFinished | MapsFetched | Retraced
    | TrainingWatched | TimesMeasured | RanksMeasured | PublishedListed | Failed | Logged
)  # fmt: skip
