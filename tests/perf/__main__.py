"""`python -m tests.perf [PART …]`: the benchmarks."""

from __future__ import annotations

import importlib
import sys

from tests.perf.table import Row, show

PARTS = (
    "start",
    "extraction",
    "layout",
    "canvas",
    "live",
    "search",
    "bottlenecks",
    "costs",
    "batch",
    "memory",
    "training",
    "counters",
)
# Minutes each: only run when they are named.
SWEEPS = ("dangerous_files", "exported_files", "onnx_files", "transformers_configs")


def main(wanted: list[str]) -> int:
    """Run the parts named, or all PARTS; gives the exit code. (`make zoo` compares counts.)"""
    rows: list[Row] = []
    for part in (*PARTS, *SWEEPS):
        if part in wanted or (not wanted and part in PARTS):
            rows += importlib.import_module(f"tests.perf.{part}").rows()
    if rows:
        show("Benchmarks", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
