"""A worker as a guest: the window asks the user's own process about the user's own network."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from visualizer.engine.attached import RoutedClient
from visualizer.engine.client import GONE
from visualizer.engine.messages import (
    Failed,
    ForwardFinished,
    Logged,
    MapsFetched,
    ModelLoaded,
    Progressed,
    Reply,
    Retraced,
    TrainingWatched,
    WorkerReady,
)
from visualizer.sources import InputSpec, ModelSource, parse_source
from visualizer.worker.hosting import Host
from visualizer.worker.loaders import LoadError, recipe_for

CAT = str(Path(__file__).parents[2] / "resources" / "sample" / "chelsea.png")
NET = ModelSource("object", "Net")
PATIENCE = 60.0


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, bias=False)
        self.drop = nn.Dropout()
        self.register_buffer("calls", torch.zeros(()))
        self.started, self.wait_for = threading.Event(), None

    def __deepcopy__(self, memo: dict[int, Any]) -> Net:
        twin = Net()
        twin.conv.weight = memo[id(self.conv.weight)]
        twin.started, twin.wait_for = self.started, self.wait_for
        return twin

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        if self.wait_for is not None:
            self.started.set()
            self.wait_for.wait(PATIENCE)
        return self.drop(self.conv(x)).mean((2, 3))


class Talk:
    """Both ends of the pipes, in one process."""

    def __init__(self, network: nn.Module, inputs: Any = None) -> None:
        from_window, to_owner = os.pipe()
        from_owner, to_window = os.pipe()
        self.replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.exits: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.host = Host(network, inputs)
        self._owners = (os.fdopen(from_window, "rb"), os.fdopen(to_window, "wb"))
        self.host.serve(*self._owners)
        self.client = RoutedClient(
            os.fdopen(from_owner, "rb"), os.fdopen(to_owner, "wb"), self.replies.put, self.exits.put
        )

    def answer(self, run: int) -> Reply:
        while True:
            reply = self.replies.get(timeout=PATIENCE)
            if not isinstance(reply, WorkerReady | Logged | Progressed) and reply.run == run:
                return reply

    def load(self) -> ModelLoaded:
        reply = self.answer(self.client.load(NET))
        assert isinstance(reply, ModelLoaded), reply
        return reply

    def maps(self, loaded: ModelLoaded, node: str = "conv") -> torch.Tensor:
        done = self.answer(self.client.run_forward(NET, loaded.inputs, CAT))
        assert isinstance(done, ForwardFinished), done
        self.client.take(done.picture)
        fetched = self.answer(self.client.fetch_maps(done.run, node))
        assert isinstance(fetched, MapsFetched), fetched
        return torch.from_numpy(self.client.take(fetched.maps))

    def owner_ends(self) -> None:
        self._owners[1].close()


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    begun: list[Talk] = []

    def begin(network: nn.Module, inputs: Any = None) -> Talk:
        begun.append(Talk(network, inputs))
        return begun[-1]

    yield begin
    for each in begun:
        each.client.close()


def test_that_the_object_is_opened_for_what_it_was_given(talk) -> None:
    loaded = talk(Net(), torch.zeros(1, 3, 20, 30)).load()
    assert loaded.inputs == (InputSpec((1, 3, 20, 30)),)
    assert loaded.graph.by_id["conv"].output.shape == (1, 2, 18, 28)
    assert loaded.weights_text == "the weights it has now"


def test_that_maps_show_the_weights_of_the_moment_and_nothing_is_changed(talk) -> None:
    network = Net()
    network.train()
    weight = network.conv.weight
    talking = talk(network, (1, 3, 32, 32))
    loaded = talking.load()
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first = talking.maps(loaded)
    with torch.no_grad():
        weight.mul_(2)
    assert torch.allclose(talking.maps(loaded), 2 * first, rtol=1e-5)
    assert network.training and network.drop.training and network.calls == 0
    assert network.conv.weight is weight and weight.grad is None
    assert torch.equal(torch.get_rng_state(), before)


def test_that_it_is_traced_again_for_other_inputs_and_training_is_watched(talk) -> None:
    network = Net()
    talking = talk(network, (1, 3, 32, 32))
    talking.load()
    wide = (InputSpec((4, 3, 16, 16)),)
    retraced = talking.answer(talking.client.retrace(NET, wide, keep=True))
    assert isinstance(retraced, Retraced)
    assert retraced.graph.by_id["conv"].output.shape == (4, 2, 14, 14)
    watched = talking.answer(talking.client.observe_training(NET, wide))
    assert isinstance(watched, TrainingWatched)
    assert watched.observed.param_bytes == 4 * network.conv.weight.numel()
    assert network.conv.weight.grad is None


def test_that_another_thread_using_the_network_is_not_in_the_trace(talk) -> None:
    network, stop = Net(), threading.Event()

    def use() -> None:
        while not stop.is_set():
            network(torch.zeros(1, 3, 8, 8))

    user = threading.Thread(target=use, daemon=True)
    user.start()
    try:
        talking = talk(network, (1, 3, 32, 32))
        ops = [[node.id for node in talking.load().graph.ops] for _ in range(5)]
    finally:
        stop.set()
        user.join()
    assert all(each == ops[0] for each in ops)


def test_that_its_threads_and_process_stay_when_the_window_goes(talk) -> None:
    threads = torch.get_num_threads()
    talking = talk(Net(), (1, 3, 32, 32))
    talking.load()
    talking.client.close()
    guests = [t for t in threading.enumerate() if t.name in ("visualizer window", "inbox")]
    for guest in guests:
        guest.join(PATIENCE)
    assert not any(guest.is_alive() for guest in guests)
    assert torch.get_num_threads() == threads


def test_that_a_pass_that_hangs_can_be_given_up_and_the_process_goes_on(talk) -> None:
    network = Net()
    talking = talk(network, (1, 3, 32, 32))
    loaded = talking.load()
    network.wait_for = threading.Event()
    run = talking.client.run_forward(NET, loaded.inputs, CAT)
    assert network.started.wait(PATIENCE)
    talking.client.cancel(run)
    reply = talking.answer(run)
    assert isinstance(reply, Failed) and reply.kind == "cancelled"
    network.wait_for.set()
    network.wait_for = None
    assert talking.maps(loaded).shape == (2, 30, 30)


def test_that_the_end_of_the_process_is_told_once_and_answers_all_that_follows(talk) -> None:
    talking = talk(Net(), (1, 3, 32, 32))
    talking.load()
    talking.owner_ends()
    assert talking.exits.get(timeout=PATIENCE).startswith(GONE)
    for _ in range(2):
        reply = talking.answer(talking.client.load(NET))
        assert isinstance(reply, Failed) and reply.kind == "gone"
        assert reply.message.startswith(GONE)
        assert "visualizer.show(model)" in reply.message
    assert talking.exits.empty()


def test_that_everything_else_is_opened_by_a_worker_of_its_own(talk) -> None:
    talking = talk(Net(), (1, 3, 32, 32))
    loaded = talking.load()
    assert talking.client.worker_pid is None
    source = parse_source("lecture:alexnet")
    other = talking.answer(talking.client.load(source))
    assert isinstance(other, ModelLoaded) and other.source == source
    assert talking.client.worker_pid not in (None, os.getpid())
    assert talking.maps(loaded).shape == (2, 30, 30)  # the object is still there


def test_that_an_object_asked_of_an_ordinary_worker_is_refused_in_a_line() -> None:
    with pytest.raises(LoadError, match=r"visualizer\.show"):
        recipe_for(NET)


def test_that_a_wrapped_network_is_looked_into(talk) -> None:
    wrapped = nn.DataParallel(nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU()))
    loaded = talk(wrapped, (1, 3, 8, 8)).load()
    assert [node.id for node in loaded.graph.ops] == ["0", "1"]


def test_that_the_users_hooks_are_not_told_of_passes_in_the_window(talk) -> None:
    network, told = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU()), []
    network[0].register_forward_hook(lambda *args: told.append(args))
    talking = talk(network, (1, 3, 32, 32))
    assert talking.maps(talking.load(), "0").shape == (2, 30, 30)
    assert not told
