"""What the user looks at, as plain state with events. Nothing is true because a widget says so."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import msgspec
from psygnal import SignalGroupDescriptor

from visualizer.bottlenecks import DEFAULTS, Thresholds
from visualizer.bottlenecks.tensors import Unit
from visualizer.costs.observed import TrainingObserved
from visualizer.costs.published import Published
from visualizer.costs.settings import AS_OPENED, CostSettings
from visualizer.costs.training import Plan
from visualizer.engine.messages import Device, ForwardFinished, RanksMeasured, TimesMeasured
from visualizer.engine.saved import SavedFile
from visualizer.session.comparison import Comparison
from visualizer.session.derivations import Quantity
from visualizer.session.network import Narrowing, OpenNetwork
from visualizer.session.node_data import NodeData
from visualizer.session.shown import ColumnMode, Flow, WidthMode
from visualizer.sources import InputSpec, Preprocessing

Severity = Literal["info", "warning", "error"]


class Message(msgspec.Struct, frozen=True):
    """One line for the message bar. `can_retry` offers to do the failed thing again;
    `of_run` says that it is about running a picture, not about opening a network. `inputs`,
    where other ones may help, are what to begin with."""

    text: str
    severity: Severity = "info"
    detail: str = ""
    can_retry: bool = False
    of_run: bool = False
    inputs: tuple[InputSpec, ...] | None = None

    @property
    def is_remark(self) -> bool:
        """Whether it only says why there are no maps: told in their place, and nowhere else."""
        return self.of_run and self.severity == "info" and not self.can_retry


class Lineage(msgspec.Struct, frozen=True):
    """Nodes to be told apart from all others, and in words what they are."""

    title: str
    nodes: frozenset[str]


class Activity(msgspec.Struct, frozen=True):
    """Work going on elsewhere: run number, what it is, how far (0..1 or None)."""

    run: int
    text: str
    fraction: float | None = None


@dataclass
class SessionState:
    """All that the window shows. Set a field and everybody who listens is told.

    `cut` is the number of the selected cut in `narrowing.profile`, `cut_unit` what cuts are
    wanted in: a profile in it arrives later. `settings` are what costs are wanted for;
    `repeats` is whether modules that are built alike are shown once, None where that is clearer;
    `revision` counts how often `network` got other costs and stayed the same network.
    `training` has what was observed of training steps, at most once a precision, from when it is
    `training_wanted`. `quantity` is what of the selected layer is wanted derived, `overlay` a key
    of OVERLAY_TITLES or of one of `node_data`, `overlay_least` the share of its scale below which
    bars are faint, `times` and `ranks` what was measured for it, `map_place` row and column of
    the value that is looked at in the feature maps, None for the one in the middle.
    `examined` is the file that was asked for and is no network by itself: weights, or code that
    needs trust.
    """

    # Opening the same network again is news: it is told by identity, not by comparing graphs.
    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor(
        equality_operators=dict.fromkeys(
            ("network", "narrowing", "comparison", "training"), operator.is_
        )
    )

    network: OpenNetwork | None = None
    settings: CostSettings = AS_OPENED
    revision: int = 0
    narrowing: Narrowing | None = None
    thresholds: Thresholds = DEFAULTS
    expanded: frozenset[str] = field(default_factory=frozenset)
    selection: str = ""
    lineage: Lineage | None = None
    bookmarks: tuple[str, ...] = ()
    quantity: Quantity = ""
    map_place: tuple[int, int] | None = None
    cut: int | None = None
    cut_unit: Unit = "numbers"
    width_mode: WidthMode = "linear"
    fused: bool = True
    columns: ColumnMode = "auto"
    flow: Flow = "down"
    training_heads: bool = True
    repeats: bool | None = None
    overlay: str = "none"
    overlay_least: float = 0.0
    node_data: tuple[NodeData, ...] = ()
    times: TimesMeasured | None = None
    ranks: RanksMeasured | None = None
    device: Device = "auto"
    picture: str = ""
    preprocessing: Preprocessing | None = None
    forward: ForwardFinished | None = None
    activity: Activity | None = None
    message: Message | None = None
    examined: SavedFile | None = None
    comparison: Comparison | None = None
    published: tuple[Published, ...] = ()
    training_wanted: bool = False
    training_plan: Plan = Plan(batch=32)  # noqa: RUF009 - frozen
    training_gib: float = 16.0
    training: tuple[TrainingObserved, ...] = ()
    training_problem: str = ""

    @property
    def shown_network(self) -> OpenNetwork | None:
        """The open network as canvas, tree and table show it: with what runs only in training,
        or without."""
        if self.network is None or self.training_heads:
            return self.network
        return self.network.without_heads

    @property
    def drawn_network(self) -> OpenNetwork | None:
        """The network as the canvas shows it: modules that are built alike once, or each."""
        return drawn(self.shown_network, self.repeats)


def drawn(network: OpenNetwork | None, repeats: bool | None) -> OpenNetwork | None:
    """A network with modules that are built alike shown once, each, or (None) as it is clearer."""
    if network is None or repeats is None:
        return network.as_first_seen if network is not None else None
    return network.with_repeats if repeats else network
