"""Twelve networks through torch.export and TorchScript and back: do the counts stay?"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torchvision import models

from tests.perf.table import Row
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction import extract
from visualizer.worker.live import run_forward
from visualizer.worker.loaders import recipe_for

NETWORKS = (
    "alexnet", "vgg11", "resnet18", "resnet50", "googlenet", "densenet121", "mobilenet_v2",
    "shufflenet_v2_x1_0", "efficientnet_b0", "vit_b_16", "swin_t", "convnext_tiny",
)  # fmt: skip
_SPEC = InputSpec((1, 3, 224, 224))
_KEEP = 1 << 33


def _export(network: nn.Module, picture: torch.Tensor, path: Path) -> None:
    torch.export.save(torch.export.export(network, (picture,)), path)


def _trace(network: nn.Module, picture: torch.Tensor, path: Path) -> None:
    torch.jit.trace(network, picture, check_trace=False).save(str(path))


def _script(network: nn.Module, picture: torch.Tensor, path: Path) -> None:
    torch.jit.script(network).save(str(path))


FORMATS: dict[str, tuple[str, Callable[[nn.Module, torch.Tensor, Path], None]]] = {
    "torch.export": (".pt2", _export),
    "traced": (".pt", _trace),
    "scripted": (".pt", _script),
}


def rows() -> list[Row]:
    """For every format, how many of the twelve differ from the eager network in MACs, in the
    parameters that run or in their output, and the seconds to open the slowest."""
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as folder:
        compared = [_compared(name, Path(folder)) for name in NETWORKS]
    found = []
    for format in FORMATS:
        wrong = [name for name, each in zip(NETWORKS, compared, strict=True) if not each[format][0]]
        seconds = max(each[format][1] for each in compared)
        what = f"{len(NETWORKS) - len(wrong)} of {len(NETWORKS)} as eager"
        detail = f"{what}; not {', '.join(wrong)}" if wrong else what
        found.append(Row(f"{format}: networks that differ", len(wrong), "", 0, detail))
        found.append(Row(f"{format}: opening", seconds, "s", 5.0, "the slowest of them"))
    return found


def _compared(name: str, folder: Path) -> dict[str, tuple[bool, float]]:
    """For each format whether all is equal, and the seconds that opening took."""
    torch.manual_seed(0)
    options = {"init_weights": False} if name == "googlenet" else {}
    network = models.get_model(name, weights=None, **options).eval()
    picture = torch.randn(_SPEC.shape)
    eager, _ = extract(lambda device: network, (_SPEC,), name=name)
    expected = _output(network, eager, picture)
    results = {}
    for format, (ending, save) in FORMATS.items():
        path = folder / f"net{ending}"
        save(network, picture, path)
        graph, seconds, output = _opened(path, picture)
        results[format] = (
            _counts(graph) == _counts(eager) and torch.equal(output, expected), seconds,
        )  # fmt: skip
    return results


def _opened(path: Path, picture: torch.Tensor) -> tuple[LayerGraph, float, torch.Tensor]:
    started = time.perf_counter()
    recipe = recipe_for(ModelSource("file", str(path)))
    graph, _ = extract(recipe.build, recipe.default_inputs or (_SPEC,), name=path.stem)
    seconds = time.perf_counter() - started
    return graph, seconds, _output(recipe.build("cpu"), graph, picture)


def _output(network: nn.Module, graph: LayerGraph, picture: torch.Tensor) -> torch.Tensor:
    return run_forward(network, graph, [picture], None, _KEEP, lambda: None).outputs[0]


def _counts(graph: LayerGraph) -> tuple[int, int, tuple[str, ...]]:
    """Auxiliary heads are in the file too, but an exported or traced graph does not run them."""
    report = cost_report(graph)
    return report.totals.macs, report.totals.params - report.totals.unused_params, (
        report.uncovered_ops
    )  # fmt: skip
