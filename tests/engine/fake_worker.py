"""A worker without torch: does what the location of the source says."""

from __future__ import annotations

import os
import signal
import sys
import time

import numpy as np

from visualizer.channel import Channel
from visualizer.engine import frames
from visualizer.engine.messages import (
    Cancel,
    Failed,
    FetchMaps,
    LoadModel,
    MapsFetched,
    ModelLoaded,
    Progressed,
    ReleaseFrame,
    Request,
    Shutdown,
    WorkerReady,
)
from visualizer.graph.model import LayerGraph, TensorSpec

channel: Channel[Request] = Channel(sys.stdin.buffer, sys.stdout.buffer, Request)


def forever() -> None:
    while True:
        time.sleep(60)


def load(request: LoadModel) -> None:
    channel.send(Progressed(request.run, "Reading"))
    match request.source.location:
        case "hang":
            forever()
        case "die":
            print("something dreadful", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        case "outgrow":
            channel.send(Failed(request.run, "memory", "too big"))
            os._exit(3)
        case "babble":
            sys.stdout.buffer.write(b"\x05\0\0\0\0\0\0\0hello")
            sys.stdout.buffer.flush()
            forever()
        case "slow":
            for _ in range(10):
                time.sleep(0.2)
                channel.send(Progressed(request.run, "Downloading"))
        case "twice":
            channel.send(loaded(request))
    channel.send(loaded(request))


def loaded(request: LoadModel) -> ModelLoaded:
    graph = LayerGraph(request.source.location, ())
    return ModelLoaded(request.run, request.source, request.inputs, graph, "random weights", False)


def fetch(request: FetchMaps) -> None:
    maps = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    frame = frames.publish(maps)
    if request.node == "killed while published":
        print(frame.block, file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    channel.send(MapsFetched(request.run, request.node, TensorSpec((2, 3, 4)), frame))
    if request.node == "twice":
        channel.send(MapsFetched(request.run, request.node, TensorSpec((2, 3, 4)), frame))


def main() -> None:
    if "--broken" in sys.argv:
        sys.exit("no torch here")
    channel.send(WorkerReady("0", (("cpu", "CPU"),)))
    while True:
        match channel.receive():
            case LoadModel() as request:
                load(request)
            case FetchMaps() as request:
                fetch(request)
            case ReleaseFrame() as request:
                frames.release(request.block)
            case Cancel():
                pass
            case Shutdown():
                sys.exit(0)


main()
