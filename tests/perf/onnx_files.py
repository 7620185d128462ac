"""ONNX files of 12 torchvision networks, by both of torch's exporters, beside the eager network.

Weights are random, biases and norms too: exporters write equal tensors only once. As exported,
each batch norm is folded into the convolution before it, which loses γ or β: C parameters; with
the norms left in, nothing may differ.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torchvision import models

from tests.perf.table import Row
from visualizer.costs import cost_report
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract
from visualizer.worker.onnx_networks import sessions
from visualizer.worker.onnx_networks.network import OnnxNetwork, open_network

NETWORKS = (
    "alexnet", "vgg11", "resnet18", "resnet50", "googlenet", "densenet121", "mobilenet_v2",
    "shufflenet_v2_x1_0", "efficientnet_b0", "vit_b_16", "swin_t", "convnext_tiny",
)  # fmt: skip
WAYS = ("dynamo", "dynamo unoptimized", "script", "script with norms")
_PICTURE = (1, 3, 224, 224)
_LOOKED_UP = {
    ("swin_t", "dynamo"): 138 * (49 * 49 - 13 * 13),
    ("swin_t", "script"): -138 * 13 * 13,
    ("swin_t", "script with norms"): -138 * 13 * 13,
}
"""Constant folding replaces the tables of relative positions, 13·13 rows for each of 138 heads,
by the 49·49 values that are looked up in them; those of the older exporter have no name of
their own and count as constants."""


class Quiet:
    """Stands for the run under way where nobody looks."""

    channel = None

    def stage(self, text: str, fraction: float | None = None) -> None:
        """Nothing is told."""

    def check(self) -> None:
        """Nobody cancels."""


@dataclass(frozen=True)
class Compared:
    """An exported file beside the network that it was exported from."""

    name: str
    way: str
    macs: int
    eager_macs: int
    params: int
    eager_params: int
    norm_channels: int
    uncovered: tuple[str, ...]
    outputs_equal: bool
    kept_equal: bool
    seconds: float

    @property
    def explained(self) -> str:
        """ "" when macs and parameters agree; why parameters do not; "?" when unknown."""
        if self.macs != self.eager_macs:
            return "? MACs"
        lost = self.eager_params - self.params
        if lost == 0:
            return ""
        if -lost == _LOOKED_UP.get((self.name, self.way)):
            return "position tables looked up beforehand"
        return "norms folded" if 0 < lost <= self.norm_channels else f"? {lost:+,} parameters"


def network(name: str) -> nn.Module:
    """A torchvision network of which no two tensors are equal."""
    extra: dict[str, Any] = (
        {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    )
    torch.manual_seed(0)
    made: nn.Module = models.get_model(name, weights=None, **extra).eval()
    with torch.no_grad():
        for tensor in made.parameters():
            tensor.normal_(0.0, 0.02)
        for key, tensor in made.named_buffers():
            if "running_var" in key:
                tensor.uniform_(0.5, 1.5)
            elif "running_mean" in key:
                tensor.normal_(0.0, 0.02)
    return made


def export(made: nn.Module, path: Path, way: str, shape: tuple[int, ...] = _PICTURE) -> None:
    """Write `made` to an ONNX file, without the exporter's chatter."""
    arguments: dict[str, Any] = {"dynamo": way.startswith("dynamo")}
    if way == "dynamo unoptimized":
        arguments["optimize"] = False
    if way == "script with norms":
        arguments["training"] = torch.onnx.TrainingMode.PRESERVE
    if way.startswith("dynamo"):
        arguments["external_data"] = False
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(made, (torch.zeros(shape),), str(path), **arguments)


def compare(name: str, way: str, folder: Path) -> Compared:
    """Export, open, count and run one network."""
    made = network(name)
    eager, _ = extract(lambda device: made, (InputSpec(_PICTURE),), name=name)
    path = folder / f"{name}-{way.replace(' ', '-')}.onnx"
    export(made, path, way)
    started = time.perf_counter()
    opened = open_network(str(path), (), Quiet())  # type: ignore[arg-type]
    seconds = time.perf_counter() - started
    outputs_equal, kept_equal = runs_like_onnxruntime(opened)
    path.unlink()
    report, expected = cost_report(opened.graph), cost_report(eager)
    return Compared(
        name, way, report.totals.macs, expected.totals.macs, report.totals.params,
        expected.totals.params, _norm_channels(eager), report.uncovered_ops, outputs_equal,
        kept_equal, seconds,
    )  # fmt: skip


def _norm_channels(graph: LayerGraph) -> int:
    return sum(node.output.shape[1] for node in graph.nodes if node.op == "batch_norm") * 2


def runs_like_onnxruntime(opened: OnnxNetwork) -> tuple[bool, bool]:
    """Whether outputs, and every kept tensor, are those of a session made here, to the bit."""
    import onnx
    import onnxruntime

    generator = torch.Generator().manual_seed(1)
    channels = opened.picture_channels or 3
    spec = opened.preprocessing
    assert spec is not None
    picture = torch.randn(1, channels, *spec.crop, generator=generator)
    result = opened.run(picture, "cpu", None, 8 << 30, Quiet())  # type: ignore[arg-type]
    feeds = opened._feeds(picture)
    plain = _session(onnxruntime, onnx.load(str(opened.path)))
    expected = plain.run(None, feeds)
    outputs = all(
        np.array_equal(a.numpy(), b, equal_nan=True)
        for a, b in zip(result.outputs, expected, strict=True)
    )
    kept = dict(result.kept)
    wanted = {node: opened.tensors[node] for node in kept if opened.tensors[node] not in feeds}
    model = onnx.load(str(opened.path))
    own = {value.name for value in model.graph.output}
    extra = [name for name in dict.fromkeys(wanted.values()) if name not in own]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in extra)
    names = list(dict.fromkeys(wanted.values()))
    values = dict(zip(names, _session(onnxruntime, model).run(names, feeds), strict=True))
    same = all(
        np.array_equal(kept[node].numpy(), values[tensor], equal_nan=True)
        for node, tensor in wanted.items()
    )
    return outputs, same


def _session(onnxruntime: Any, model: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = sessions.threads()  # sums in another order end otherwise
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def rows() -> list[Row]:
    """One row a network and way: what differs from eager, and the seconds to open."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            for way in WAYS:
                found.append(_row(compare(name, way, Path(folder))))
    return found


def _row(one: Compared) -> Row:
    """Value: what is neither equal to eager nor explained."""
    unexplained = one.explained.startswith("?") or bool(one.uncovered)
    problems = [unexplained, not one.outputs_equal, not one.kept_equal]
    lost = one.eager_params - one.params
    detail = [f"{one.macs:,} MACs, {one.params:,} parameters, {one.seconds:.2f} s to open"]
    if one.explained:
        detail.append(f"{one.explained}: {-lost:+,} parameters beside eager")
    if one.uncovered:
        detail.append(f"uncovered {', '.join(one.uncovered)}")
    return Row(f"{one.name}, {one.way}", sum(problems), "differ", 0.0, "; ".join(detail))
