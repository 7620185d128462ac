"""How long a request may take without a sign of life, and what is said when it took longer."""

from __future__ import annotations

import msgspec

from visualizer.engine.messages import (
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


class Deadlines(msgspec.Struct, frozen=True):
    """Seconds without a sign of life after which the worker is given up, by kind of request."""

    load: float = 120.0
    forward: float = 600.0
    fetch: float = 60.0
    training: float = 300.0
    cancel: float = 1.5

    def of(self, request: Work) -> float:
        match request:
            case LoadModel() | Retrace():
                return self.load
            case RunForward() | MeasureTimes() | MeasureRanks():
                return self.forward
            case FetchMaps():
                return self.fetch
            case ObserveTraining():
                return self.training
            case ListPublished():
                return self.load


def doing(request: Work) -> str:
    """What the worker does for `request`, as a person would say it."""
    match request:
        case LoadModel():
            return f"opening {request.source.text}"
        case RunForward():
            return f"running {request.source.text}"
        case FetchMaps():
            return f"fetching the output of {request.node}"
        case Retrace():
            return f"tracing {request.source.text}"
        case ObserveTraining():
            return f"watching a training step of {request.source.text}"
        case MeasureTimes():
            return f"measuring the times of {request.source.text}"
        case MeasureRanks():
            return "measuring effective ranks"
        case ListPublished():
            return "looking up published accuracies"
