"""What the user looks at, as plain state with events. Nothing is true because a widget says so."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import msgspec
from psygnal import SignalGroupDescriptor

from visualizer.engine.messages import Device, ForwardFinished
from visualizer.session.network import Narrowing, OpenNetwork
from visualizer.session.overlays import Overlay
from visualizer.session.shown import WidthMode
from visualizer.sources import Preprocessing

Severity = Literal["info", "warning", "error"]


class Message(msgspec.Struct, frozen=True):
    """One line for the message bar. `can_retry` offers to do the failed thing again;
    `of_run` says that it is about running a picture, not about opening a network."""

    text: str
    severity: Severity = "info"
    detail: str = ""
    can_retry: bool = False
    of_run: bool = False


class Activity(msgspec.Struct, frozen=True):
    """Work going on elsewhere: run number, what it is, how far (0..1 or None)."""

    run: int
    text: str
    fraction: float | None = None


@dataclass
class SessionState:
    """All that the window shows. Set a field and everybody who listens is told."""

    # Opening the same network again is news: it is told by identity, not by comparing graphs.
    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor(
        equality_operators={"network": operator.is_, "narrowing": operator.is_}
    )

    network: OpenNetwork | None = None
    narrowing: Narrowing | None = None
    expanded: frozenset[str] = field(default_factory=frozenset)
    selection: str = ""
    width_mode: WidthMode = "linear"
    fused: bool = True
    overlay: Overlay = "none"
    device: Device = "auto"
    picture: str = ""
    preprocessing: Preprocessing | None = None
    forward: ForwardFinished | None = None
    activity: Activity | None = None
    message: Message | None = None
