"""One pass of an open network over a picture, and what was kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from visualizer.engine import frames
from visualizer.engine.messages import (
    FetchMaps,
    ForwardFinished,
    Logged,
    MapsFetched,
    RanksMeasured,
    RunForward,
)
from visualizer.graph.model import TensorSpec
from visualizer.sources import Preprocessing
from visualizer.worker.failures import RunError
from visualizer.worker.live import (
    ForwardRun,
    PictureError,
    load_picture,
    prepare,
    top_predictions,
)
from visualizer.worker.networks import Network
from visualizer.worker.running import Running


@dataclass(frozen=True)
class Pass:
    """A finished pass. `seen` is the picture as the network saw it, (H, W, 3) uint8."""

    run: int
    network: Network
    device: str
    preprocessing: Preprocessing
    seen: np.ndarray[Any, Any]
    result: ForwardRun

    def finished(self) -> ForwardFinished:
        """What to tell of it; the picture goes through shared memory."""
        return ForwardFinished(
            run=self.run,
            device=self.device,
            seconds=self.result.seconds,
            kept=tuple(self.result.kept),
            picture=frames.publish(self.seen),
            preprocessing=self.preprocessing,
            top=top_predictions(self.result.outputs, self.network.categories),
        )

    def ranks(self, running: Running) -> RanksMeasured:
        """In how many directions the kept outputs really spread, beside their channels."""
        from visualizer.worker.measuring.ranks import measure_ranks  # late: rarely asked for

        running.stage("Measuring effective ranks")
        return measure_ranks(self.network.graph, self.result.kept, self.run, running)

    def maps(self, request: FetchMaps) -> MapsFetched:
        """The kept output of one op; raises RunError when it was not kept or is empty."""
        kept = self.result.kept.get(request.node)
        if kept is None:
            raise RunError(
                f"the output of {request.node} was not kept: run the picture again for this layer"
            )
        if kept.numel() == 0:  # a detector that has found nothing
            shape = "×".join(map(str, kept.shape))
            raise RunError(
                f"there is nothing to see of {request.node}: its output for this picture is empty "
                f"({shape}); choose another layer or picture"
            )
        spec = TensorSpec(tuple(kept.shape), str(kept.dtype).removeprefix("torch."))
        return MapsFetched(request.run, request.node, spec, frames.publish(first_example(kept)))


def run_on_picture(network: Network, request: RunForward, running: Running) -> Pass:
    """Run a network on a picture as `request` says.

    Raises PictureError when it takes none or the picture cannot be read, RunError for a layer
    that cannot be kept, and whatever building and running the network raise.
    """
    capture = _wanted(network, request)
    preprocessing = request.preprocessing or network.preprocessing
    channels = network.picture_channels
    if preprocessing is None or channels is None:
        raise PictureError(_takes_no_picture(network))
    device = network.choose_device(request.device)
    tensor, seen = prepare(load_picture(request.picture), preprocessing, channels)
    result = network.run(tensor, device, capture, request.keep_bytes, running)
    _check_kept(result, capture)
    if result.parted and capture is None:
        running.channel.send(Logged(_other_path(network, result)))
    return Pass(request.run, network, device, preprocessing, seen, result)


def first_example(output: Tensor) -> np.ndarray[Any, Any]:
    """The first example of a batch as float32 on the CPU; complex numbers by magnitude."""
    example = output.detach()[0] if output.dim() > 0 else output.detach().reshape(1)
    if example.is_complex():
        example = example.abs()
    if example.is_quantized:
        example = example.dequantize()
    array: np.ndarray[Any, Any] = example.to("cpu", torch.float32).numpy()
    return array


def _wanted(network: Network, request: RunForward) -> frozenset[str] | None:
    """The ops to keep; None: all. Raises RunError for one that the network has not."""
    unknown = [node for node in request.capture if node not in network.graph.by_id]
    if unknown:
        raise RunError(f"{network.name} has no layer called {unknown[0]}")
    return frozenset(request.capture) or None


def _check_kept(result: ForwardRun, capture: frozenset[str] | None) -> None:
    missing = sorted(capture - result.kept.keys()) if capture else []
    if missing:
        raise RunError(
            f"the output of {missing[0]} could not be kept: it is larger than the memory allowed "
            "for activations"
        )


def _other_path(network: Network, result: ForwardRun) -> str:
    return (
        f"{network.name} takes another path for this picture than when it was opened: "
        f"{result.parted}. From there on there are maps of what can be told apart only, such as "
        "whole layers."
    )


def _takes_no_picture(network: Network) -> str:
    shapes = ", ".join(f"{'×'.join(map(str, spec.shape))} {spec.dtype}" for spec in network.inputs)
    return f"{network.name} takes no picture: its input is {shapes}"
