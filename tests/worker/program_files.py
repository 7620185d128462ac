"""Small networks saved by torch.export and as TorchScript, and ways to tamper with the files."""

from __future__ import annotations

import json
import pickle
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.costs import cost_report
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import recipe_for

SPEC = (InputSpec((1, 3, 16, 16)),)


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(x + self.relu(self.bn(self.conv(x))))


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, 2, 1)
        self.blocks = nn.Sequential(Block(4), Block(4))
        self.fc = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.blocks(self.stem(x)).mean([2, 3]))


class Plain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x)


def picture() -> Tensor:
    return torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def save_exported(network: nn.Module, path: Path, *inputs: Tensor, **options: Any) -> Path:
    torch.export.save(torch.export.export(network, inputs, **options), path)
    return path


def save_traced(network: nn.Module, path: Path, *inputs: Tensor) -> Path:
    torch.jit.trace(network, inputs).save(str(path))
    return path


def save_scripted(network: nn.Module, path: Path, *inputs: Tensor) -> Path:
    torch.jit.script(network).save(str(path))
    return path


SAVERS: Mapping[str, tuple[str, Callable[..., Path]]] = {
    "exported": (".pt2", save_exported),
    "traced": (".pt", save_traced),
    "scripted": (".pt", save_scripted),
}


def opened(path: Path, specs: tuple[InputSpec, ...] = ()) -> LayerGraph:
    """The graph of a file, as the product reads it; raises what the product raises."""
    recipe = recipe_for(ModelSource("file", str(path)))
    graph, _ = extract(recipe.build, specs or recipe.default_inputs or SPEC, name="net")
    return graph


def counted(graph: LayerGraph) -> tuple[int, int, int]:
    """MACs, parameters that run, and buffers' bytes."""
    totals = cost_report(graph).totals
    return totals.macs, totals.params - totals.unused_params, totals.buffer_bytes


def outline(graph: LayerGraph) -> list[tuple[str, str, str, tuple[str, ...], dict[str, str]]]:
    """Everything that the picture and the tree show of the ops."""
    return [(n.id, n.op, n.module_type, n.scope, dict(n.parameters)) for n in graph.nodes]


# ------------------------------------------------------------------------- tampering


class Executed:
    """Unpickling this makes a folder: whether it is there tells whether the pickle was run."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return __import__("os").mkdir, (str(self.marker),)


def evil_pickle(marker: Path) -> bytes:
    return pickle.dumps(Executed(marker))


def evil_archive(marker: Path, path: Path) -> bytes:
    """What torch.save writes, with the same inside."""
    torch.save({"weight": Executed(marker)}, path)
    return path.read_bytes()


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with its members changed; None drops one. Names are without the folder."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            changed = change(name.partition("/")[2], data)
            if changed is not None:
                archive.writestr(name, changed)
    return path


def added(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "a") as archive:
        folder = archive.namelist()[0].partition("/")[0]
        for name, data in members.items():
            archive.writestr(f"{folder}/{name}", data)
    return path


def mutated(data: bytes, seed: int) -> bytes:
    """Cut off (every fourth) or with 1, 8 or 64 bits flipped."""
    chance = random.Random(seed)
    if seed % 4 == 0:
        return data[: chance.randrange(1, len(data))]
    changed = bytearray(data)
    for _ in range((1, 8, 64)[seed % 4 - 1]):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def edited(path: Path, member: str, edit: Callable[[Any], None]) -> Path:
    """The archive with one of its JSON members edited."""

    def change(name: str, data: bytes) -> bytes:
        if name != member:
            return data
        value = json.loads(data)
        edit(value)
        return json.dumps(value).encode()

    return rewritten(path, change)


def with_code(path: Path, line: str) -> Path:
    """The script with a line in front of what its forward does."""

    def change(name: str, data: bytes) -> bytes:
        if not name.endswith(".py") or b"def forward(self" not in data or b"fc" not in data:
            return data
        head, _, rest = data.decode().partition("-> Tensor:\n")
        return f"{head}-> Tensor:\n    {line}\n{rest}".encode()

    return rewritten(path, change)


REACHING_TARGETS = (
    "os.mkdir", "builtins.eval", "torch.load", "torch.hub.load", "subprocess.run",
    "_operator.attrgetter", "_operator.methodcaller", "torch.ops.aten.from_file.default",
    "torch.ops.aten.save.default", "torch.ops.image.write_file.default",
    "torch.ops.debugprims.load_tensor.default", "torch.ops.load_library",
    "torch.ops.higher_order.triton_kernel_wrapper_functional", "torch.ops.aten.__class__",
    "torch.ops.profiler._record_function_enter.default", "executorch_call_delegate", "",
    "math.__loader__", "torch.ops.c10d.send.default", "torch.sym_int.__globals__",
)  # fmt: skip
"""What a tampered program would call, if it could."""

REACHING_LINES = (
    'torch.save(x, "MARKER")',
    'torch . save (x, "MARKER")',
    'torch \\\n      .save(x, "MARKER")',
    'x.save("MARKER")',
    'ops.aten.save(x, "MARKER")',
    'ops . aten . save(x, "MARKER")',
    'getattr(torch, "save")(x, "MARKER")',
    'getattr(torch, "sa\\x76e")(x, "MARKER")',
    'getattr(torch, "sa" "ve")(x, "MARKER")',
    'y = torch.from_file("MARKER", True, 8)',
    'y = ops.aten.from_file("MARKER", True, 8)',
    'ops.image.write_file("MARKER", x)',
    'ops.torchvision.write_file("MARKER", x)',
    'ops.debugprims.load_tensor("MARKER", [1], [1])',
    'ops.profiler._record_function_enter("MARKER")',
    "ops.c10d.barrier(x)",
    "y = __torch__.torch.classes.dist_c10d.FileStore()",
    "y = __torch__ . torch . classes . dist_rpc . WorkerInfo()",
)
"""What tampered TorchScript would do; MARKER stands for a path that it makes."""
