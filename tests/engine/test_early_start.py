"""What has to be imported before the worker can be started: torch's import waits for it."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import sys
import visualizer.engine.early
print([name for name in ("numpy", "visualizer.costs.formulas", "PySide6") if name in sys.modules])
"""


def test_that_the_worker_can_be_started_without_arrays_formulas_or_a_window() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
