"""Running the open network on a picture and looking at its feature maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from visualizer.engine.messages import (
    Device,
    Failed,
    ForwardFinished,
    MapsFetched,
)
from visualizer.session.state import Activity, Message, SessionState
from visualizer.sources import InputSpec, ModelSource, Preprocessing


class LivePort(Protocol):
    """The part of the worker client that live runs need."""

    def run_forward(
        self,
        source: ModelSource,
        inputs: tuple[InputSpec, ...],
        picture: str,
        device: Device = "auto",
        preprocessing: Preprocessing | None = None,
        capture: tuple[str, ...] = (),
    ) -> int: ...

    def fetch_maps(self, forward_run: int, node: str) -> int: ...

    def cancel(self, run: int) -> None: ...


class LiveController:
    """Keeps the outputs of the latest pass in the worker and fetches what is selected.

    A network whose activations do not all fit in the worker's budget is run again for the
    selected layer alone.
    """

    def __init__(
        self,
        state: SessionState,
        worker: LivePort,
        on_maps: Callable[[MapsFetched], None],
    ) -> None:
        self._state = state
        self._worker = worker
        self._on_maps = on_maps
        self._forward_run: int | None = None
        self._fetch_run: int | None = None
        self._no_maps: Message | None = None

    def run(self, picture: str = "", capture: tuple[str, ...] = ()) -> None:
        """Run on `picture`, or again on the one shown last. Without a network: say so."""
        state = self._state
        state.picture = picture or state.picture
        if state.network is None or not state.picture:
            text = "Open a picture first, then run."
            if state.network is None:
                text = "Open a network: the picture is kept and will be run on it."
            state.message = Message(text, "warning")
            return
        self.cancel()
        network = state.network
        self._forward_run = self._worker.run_forward(
            network.source,
            network.plain.inputs,
            state.picture,
            state.device,
            state.preprocessing,
            capture,
        )
        state.activity = Activity(self._forward_run, "Running the network")

    def cancel(self) -> None:
        if self._forward_run is not None:
            self._worker.cancel(self._forward_run)

    def forget(self) -> None:
        """Another network is open, or the worker is gone: nothing that was run counts any more."""
        self.cancel()
        self._forward_run = self._fetch_run = None
        self._state.forward = None

    def owns(self, run: int) -> bool:
        return run in (self._forward_run, self._fetch_run)

    def finished(self, reply: ForwardFinished) -> None:
        self._forward_run = None
        self._state.activity = None
        self._state.message = None
        self._state.forward = reply
        self.show_selected()

    def show_selected(self) -> None:
        """Fetch the maps of the selected op, or of the first convolution when none is."""
        forward, node = self._state.forward, self._node_to_show()
        if forward is None or not node or self._says_it_only_trains(node):
            return
        if node in forward.kept:
            self._fetch_run = self._worker.fetch_maps(forward.run, node)
        elif self._forward_run is None:
            self.run(capture=(node,))

    def _says_it_only_trains(self, node: str) -> bool:
        """Tell that there are no maps of what a picture does not run through."""
        state, network = self._state, self._state.network
        if network is None or not network.graph.by_id[node].training_only:
            if self._no_maps is not None and state.message is self._no_maps:
                state.message = None
            return False
        text = f"{network.head_of(node)} runs only in training: a picture makes no maps in it."
        self._no_maps = state.message = Message(text, of_run=True)
        return True

    def _node_to_show(self) -> str:
        network = self._state.network
        if network is None:
            return ""
        selection = self._state.selection
        if group := network.group(selection):
            inside = network.graph.counted(group.nodes)
            kept = set(self._state.forward.kept if self._state.forward is not None else ())
            return next((node for node in reversed(inside) if node in kept), inside[-1])
        if selection in network.graph.by_id:
            return selection
        convolutions = [node.id for node in network.graph.ops if node.op.startswith("conv")]
        return (convolutions or [node.id for node in network.graph.ops] or [""])[0]

    def fetched(self, reply: MapsFetched) -> None:
        self._fetch_run = None
        self._on_maps(reply)

    def failed(self, reply: Failed) -> None:
        if reply.run == self._forward_run:
            self._forward_run = None
            self._state.activity = None
        else:
            self._fetch_run = None
        if reply.kind == "cancelled":
            self._state.message = Message("The run was cancelled.", can_retry=True, of_run=True)
            return
        retry = reply.kind in ("crash", "timeout", "memory")
        self._state.message = Message(
            reply.message, "error", reply.detail, can_retry=retry, of_run=True
        )
