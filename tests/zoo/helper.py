"""A child process that opens networks: one that hangs or dies is replaced, the sweep goes on."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.zoo.child import Ask
from tests.zoo.records import Counted, Fact, Opened
from visualizer.engine.child import MEMORY_EXIT_CODE
from visualizer.worker.limits import LIMIT_VARIABLE

ROOT = Path(__file__).resolve().parents[2]


class Helper:
    """`ask` answers in any case: with what was found, or with why nothing was."""

    def __init__(self, most_seconds: float, memory_gib: float) -> None:
        self._most_seconds = most_seconds
        self._memory_gib = memory_gib
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, ask: Ask) -> Fact:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        start = time.perf_counter()
        process.stdin.write(msgspec.json.encode(ask) + b"\n")
        process.stdin.flush()
        line = self._line(process)
        if line.endswith(b"\n"):
            return msgspec.json.decode(line, type=Fact)
        why = self._ended() if line == b"" else f"more than {self._most_seconds:g} s"
        self.close()
        record = Opened if ask.what == "open" else Counted
        seconds = round(time.perf_counter() - start, 3)
        return record(ask.name, ask.inputs, seconds, error=why)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.zoo.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={
                    "OMP_NUM_THREADS": "1",
                    **os.environ,
                    LIMIT_VARIABLE: str(self._memory_gib),
                    "HF_HUB_OFFLINE": "1",
                },
            )
        return self._process

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        """The answer; b"" when the process ended, b"?" when it took too long."""
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            ready = selector.select(self._most_seconds)
        return process.stdout.readline() if ready else b"?"

    def _ended(self) -> str:
        assert self._process is not None
        code = self._process.wait()
        if code == MEMORY_EXIT_CODE:
            return f"more than {self._memory_gib:g} GiB of memory"
        return f"the process ended with {code}"
