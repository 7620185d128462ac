"""The layout process: answers, takes the newest, survives hangs and crashes."""

from __future__ import annotations

import queue
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.layout.requests import bar, chain, request
from visualizer.layout.model import Placement
from visualizer.layout.placement import lay_out
from visualizer.layout.process import LayoutProcess

Answers = queue.SimpleQueue[Placement | tuple[int, str]]


@contextmanager
def process(**options: object) -> Iterator[tuple[LayoutProcess, Answers]]:
    answers: Answers = queue.SimpleQueue()
    running = LayoutProcess(
        answers.put,
        lambda run, message: answers.put((run, message)),
        **options,  # type: ignore[arg-type]
    )
    try:
        yield running, answers
    finally:
        running.close()


def child(tmp_path: Path, before: str) -> tuple[str, ...]:
    """A layout process that does something else, `before`, with each request's engine."""
    script = tmp_path / "child.py"
    script.write_text(
        textwrap.dedent(f"""
            import os, time
            import visualizer.layout.__main__ as layout

            well = layout.answer
            def answer(request):
                {before}
                return well(request)
            layout.answer = answer
            layout.main()
        """)
    )
    return (sys.executable, str(script))


def test_that_the_process_answers_what_lay_out_answers() -> None:
    asked = chain(30, 60, 20)
    with process() as (running, answers):
        running.submit(asked)
        assert answers.get(timeout=20) == lay_out(asked)


def test_that_it_works_from_any_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with process() as (running, answers):
        running.submit(chain(30, 60))
        assert isinstance(answers.get(timeout=20), Placement)


def test_that_a_hanging_layout_is_replaced_by_a_simple_one_that_says_so(tmp_path: Path) -> None:
    hangs = child(tmp_path, "if request.engine != 'simple': time.sleep(600)")
    with process(command=hangs, deadline=2.0) as (running, answers):
        running.submit(chain(30, 60))
        placement = answers.get(timeout=30)
    assert isinstance(placement, Placement) and placement.engine == "simple"
    assert "took longer than 2 s" in placement.notes[0]


def test_that_a_crash_is_replaced_by_a_simple_layout_that_says_so(tmp_path: Path) -> None:
    crashes = child(tmp_path, "if request.engine != 'simple': os._exit(11)")
    with process(command=crashes) as (running, answers):
        running.submit(chain(30, 60))
        placement = answers.get(timeout=30)
    assert isinstance(placement, Placement) and "ended unexpectedly" in placement.notes[0]


def test_that_after_a_crash_the_next_request_is_answered(tmp_path: Path) -> None:
    crashes = child(tmp_path, "if request.run == 1: os._exit(11)")
    with process(command=crashes) as (running, answers):
        running.submit(chain(30, 60))
        failure = answers.get(timeout=30)
        running.submit(msgspec.structs.replace(chain(30, 60), run=2))
        placement = answers.get(timeout=30)
    assert isinstance(failure, tuple) and failure[0] == 1 and "ended unexpectedly" in failure[1]
    assert isinstance(placement, Placement) and placement.run == 2


def test_that_a_layout_that_always_hangs_fails_with_advice(tmp_path: Path) -> None:
    with process(command=child(tmp_path, "time.sleep(600)"), deadline=1.0) as (running, answers):
        running.submit(chain(30, 60))
        failure = answers.get(timeout=30)
    assert failure == (1, "The layout took longer than 1 s. Fold some groups and try again.")


def test_that_a_process_that_never_reads_is_noticed_too() -> None:
    deaf = (sys.executable, "-c", "import time; time.sleep(600)")
    large = request([bar(f"n{k}") for k in range(5000)], [])
    with process(command=deaf, deadline=0.5) as (running, answers):
        running.submit(large)
        failure = answers.get(timeout=30)
    assert isinstance(failure, tuple) and "took longer" in failure[1]


def test_that_a_senseless_request_is_a_message(tmp_path: Path) -> None:
    with process() as (running, answers):
        running.submit(request([bar("a"), bar("b")], [("a", "b"), ("b", "a")]))
        failure = answers.get(timeout=20)
    assert isinstance(failure, tuple) and "in a circle" in failure[1]


def test_that_the_newest_request_wins(tmp_path: Path) -> None:
    """The first is held until the file appears; of those that wait behind it, one is left."""
    gate = tmp_path / "gate"
    held = child(
        tmp_path, f"while request.run == 1 and not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    )
    with process(command=held) as (running, answers):
        for run in (1, 2, 3, 4):
            running.submit(msgspec.structs.replace(chain(30, 60), run=run))
        gate.touch()
        placement = answers.get(timeout=30)
        running.submit(msgspec.structs.replace(chain(30, 60), run=5))
        last = answers.get(timeout=30)
    assert isinstance(placement, Placement) and placement.run == 4
    assert isinstance(last, Placement) and last.run == 5


def test_that_closing_ends_a_busy_process_and_silences_it(tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    command = child(tmp_path, f"open({str(busy)!r}, 'w').close(); time.sleep(600)")
    with process(command=command) as (running, answers):
        running.submit(chain(30, 60))
        wait_for(busy.exists)
    assert answers.empty()


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def test_that_a_file_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "graphlib.py").write_text("open('was-run', 'w')\n")  # layout imports it
    monkeypatch.chdir(tmp_path)
    with process() as (running, answers):
        running.submit(chain(30, 60))
        assert isinstance(answers.get(timeout=20), Placement)
    assert not (tmp_path / "was-run").exists()
