"""Arrays through shared memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from visualizer.engine import frames
from visualizer.engine.messages import Frame

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64", "float16", "bool"])
def test_that_an_array_arrives_as_it_was_sent(dtype: str) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    frame = frames.publish(array)
    received = frames.receive(frame)
    frames.release(frame.block)
    assert received.dtype == array.dtype
    np.testing.assert_array_equal(received, array)


def test_that_an_array_with_strides_and_one_without_elements_arrive() -> None:
    for array in (np.arange(24).reshape(4, 6)[::2, ::-1], np.zeros((3, 0), np.float32)):
        frame = frames.publish(array)
        np.testing.assert_array_equal(frames.receive(frame), array)
        frames.release(frame.block)


def test_that_a_received_array_outlives_its_block() -> None:
    frame = frames.publish(np.ones(1000, np.float32))
    received = frames.receive(frame)
    frames.release(frame.block)
    received += 1
    assert received.sum() == 2000


def test_that_a_frame_bigger_than_its_block_is_refused() -> None:
    frame = frames.publish(np.zeros(10, np.float32))
    with pytest.raises(frames.FrameError, match="the frame says 400,000"):
        frames.receive(Frame(frame.block, (100_000,), "float32"))
    frames.release(frame.block)


@pytest.mark.parametrize(
    "frame",
    [
        Frame("nothing_of_this_name", (1,), "float32"),
        Frame("../etc/passwd", (1,), "uint8"),
        Frame("", (1,), "uint8"),
    ],
)
def test_that_a_block_that_is_not_there_is_an_error(frame: Frame) -> None:
    with pytest.raises(frames.FrameError):
        frames.receive(frame)


@pytest.mark.parametrize(
    ("shape", "dtype"), [((-1,), "uint8"), ((1,), "object"), ((1,), "nonsense")]
)
def test_that_a_frame_that_cannot_be_is_refused(shape: tuple[int, ...], dtype: str) -> None:
    frame = frames.publish(np.zeros(10, np.float32))
    with pytest.raises(frames.FrameError):
        frames.receive(Frame(frame.block, shape, dtype))
    frames.release(frame.block)


def test_that_a_released_block_is_gone_and_can_be_released_again() -> None:
    frame = frames.publish(np.zeros(10, np.float32))
    frames.release(frame.block)
    frames.release(frame.block)
    with pytest.raises(frames.FrameError, match="is gone"):
        frames.receive(frame)


def test_that_blocks_are_freed_at_exit_and_receiving_warns_of_no_leak() -> None:
    publisher = """
import sys, numpy as np
from visualizer.engine import frames
print(frames.publish(np.arange(5, dtype=np.float32)).block, flush=True)
sys.stdin.readline()
"""
    receiver = """
import sys
from visualizer.engine import frames
from visualizer.engine.messages import Frame
print(frames.receive(Frame(sys.argv[1], (5,), "float32")).tolist())
"""
    with subprocess.Popen(
        [sys.executable, "-c", publisher], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        block = child.stdout.readline().strip()
        for _ in range(2):  # the first receiver's end must not take the block with it
            result = subprocess.run(
                [sys.executable, "-c", receiver, block], cwd=ROOT, text=True, capture_output=True
            )
            assert (result.stdout.strip(), result.stderr) == ("[0.0, 1.0, 2.0, 3.0, 4.0]", "")
        _, complaints = child.communicate("\n")
    assert complaints == ""
    with pytest.raises(frames.FrameError):
        frames.receive(Frame(block, (5,), "float32"))
