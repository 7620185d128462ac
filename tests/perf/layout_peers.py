"""Graphviz' dot and dagre on the same graphs, each in a process of its own with a time limit.

`python -m tests.perf.layout_peers` lays out the DOT source on stdin and prints processor seconds.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.perf.table import ROOT
from visualizer.layout.model import LayoutRequest

LIMIT = 8  # seconds by the clock, so that all of it ends within minutes
DAGRE = ROOT / "build" / "dagre"  # fetched once
_VERSION = "dagre@0.8.5"
_NPM_LIMIT = 60
_DAGRE = """
const dagre = require("dagre"), graph = new dagre.graphlib.Graph({ multigraph: true });
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
graph.setGraph({ rankdir: "TB" });
graph.setDefaultEdgeLabel(() => ({}));
for (const [name, width, height] of asked.nodes) graph.setNode(name, { width, height });
asked.edges.forEach(([from, to], number) => graph.setEdge(from, to, {}, String(number)));
const begun = process.cpuUsage();
dagre.layout(graph);
console.log(process.cpuUsage(begun).user / 1e6);
"""


def dot_seconds(request: LayoutRequest) -> str:
    """Seconds of dot alone on the request's bars and edges, as text."""
    lines = ["digraph { node [shape=box, fixedsize=true];"]
    lines += [
        f'"{name}" [width={w / 72:.3f}, height={h / 72:.3f}];' for name, w, h in _bars(request)
    ]
    lines += [f'"{edge.source}" -> "{edge.target}";' for edge in request.edges]
    return _timed([sys.executable, "-m", "tests.perf.layout_peers"], "\n".join([*lines, "}"]), None)


class Dagre:
    """dagre from npm in a `folder`, fetched where it is not there yet."""

    def __init__(self, folder: Path = DAGRE) -> None:
        self._folder = folder
        self._lacking = self._install()

    def _install(self) -> str:
        """Why there is none, "" where there is."""
        if shutil.which("npm") is None or shutil.which("node") is None:
            return "none, as node and npm are not installed"
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "layout.js").write_text(_DAGRE)
        if (self._folder / "node_modules" / "dagre" / "package.json").exists():
            return ""
        command = ["npm", "install", "--prefix", ".", "--silent", "--no-audit", "--no-fund"]
        try:
            subprocess.run(
                [*command, _VERSION], cwd=self._folder, check=True, capture_output=True,
                timeout=_NPM_LIMIT,
            )  # fmt: skip
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return "none, as npm could not fetch it"
        return ""

    def seconds(self, request: LayoutRequest) -> str:
        """Seconds of dagre on the request's bars and edges, as text, or why there is none."""
        if self._lacking:
            return self._lacking
        asked = {
            "nodes": _bars(request),
            "edges": [(edge.source, edge.target) for edge in request.edges],
        }
        return _timed(["node", "layout.js"], json.dumps(asked), self._folder)


def _bars(request: LayoutRequest) -> list[tuple[str, float, float]]:
    return [(item.id, item.width, item.height) for item in request.items if not item.group]


def _timed(command: list[str], text: str, folder: Path | None) -> str:
    try:
        done = subprocess.run(
            command, input=text, cwd=folder, capture_output=True, text=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return f"> {LIMIT} s, stopped"
    if done.returncode:
        return "out of stack" if "call stack size exceeded" in done.stderr else "failed"
    return f"{float(done.stdout.split()[-1]):.2f} s"


def main() -> None:
    from pygraphviz import AGraph

    graph = AGraph(string=sys.stdin.read())
    begun = time.process_time()
    graph.layout(prog="dot")
    print(time.process_time() - begun)


if __name__ == "__main__":
    main()
