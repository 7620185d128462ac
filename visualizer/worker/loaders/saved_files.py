"""Files of torch.save and safetensors: weights, or whole networks as code that needs trust."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import torch
from torch import nn

from visualizer.engine.saved import SavedFile, SavedTensor
from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, LoadError, Recipe, visible
from visualizer.worker.loaders.formats import format_of
from visualizer.worker.loaders.saved.contents import WRAPPERS, Contents, read_contents
from visualizer.worker.loaders.saved.fits import compare_with_known, find_fits
from visualizer.worker.loaders.twins import hollow_twin
from visualizer.worker.loaders.user_errors import telling_user_errors
from visualizer.worker.loaders.user_imports import UserImports

_CHUNK = 1 << 24
_DEEPEST = 3


class NotANetwork(LoadError):
    """The file has to be opened as a known network, or its code has to be trusted first."""

    def __init__(self, file: SavedFile) -> None:
        super().__init__(file.line)
        self.file = file


class SavedFileLoader:
    """`weights.pth`, `model.safetensors` and the like; raises NotANetwork for most of them."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "file" and format_of(source.location) in (
            "torch",
            "safetensors",
            "shards",
        )

    def recipe(self, source: ModelSource) -> Recipe:
        contents = read_contents(source.location)
        if not contents.has_network:
            raise NotANetwork(_described(source, contents, ""))
        if source.trust:
            data = contents.path.read_bytes()
            if hashlib.sha256(data).hexdigest() == source.trust:
                return _trusted(contents.path, data)
        raise NotANetwork(_described(source, contents, _sha256(contents.path)))


def _described(source: ModelSource, contents: Contents, sha256: str) -> SavedFile:
    if not contents.tensors and not contents.has_network:
        raise LoadError(
            f"{source.location} holds neither a network nor named tensors, only what would run "
            f"{visible(', '.join(contents.classes[:4]))}: it is not opened"
        )
    tensors = tuple(
        SavedTensor(visible(name), stored.shape, stored.dtype, stored.nbytes)
        for name, stored in contents.tensors.items()
    )
    fits, more = find_fits(contents.shapes, compare_with_known)
    classes = tuple(map(visible, sorted(contents.classes, key=_is_librarys)))
    return SavedFile(source, tensors, fits, more, classes, sha256)


def _is_librarys(name: str) -> bool:
    """Whether a class comes with the libraries of networks: the file's own are told first."""
    return name.startswith(("torch.nn.", "torchvision.", "timm.", "collections."))


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _trusted(path: Path, data: bytes) -> Recipe:
    """The network that these very bytes unpickle to: here the file's code runs."""
    imports = UserImports(path.resolve().parent)
    with imports.active(), telling_user_errors(f"opening {path.name}"), _telling_missing(path):
        loaded = _unpickled(data)
    network = _network_in(loaded)
    if network is None:
        raise LoadError(f"{path.name} holds a {type(loaded).__name__} and no torch.nn.Module")
    return Recipe(
        name=type(network).__name__,
        build=lambda device: hollow_twin(network) if device == "meta" else network,
        weights_text=_as_float32(network, f"weights in {path.name}"),
        trained=True,
    )


def _unpickled(data: bytes) -> Any:
    stream = io.BytesIO(data)
    if not tarfile.is_tarfile(stream):
        stream.seek(0)
        return _load(stream)
    # torch reads its oldest format only from a real file: one that nobody else can change.
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return _load(file)


def _load(stream: IO[bytes]) -> Any:
    return torch.load(stream, map_location="cpu", weights_only=False)


@contextmanager
def _telling_missing(path: Path) -> Iterator[None]:
    """A class that is not there becomes one line that says where it is looked for."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise BuildError(
            f"{path.name} needs the Python module {error.name}: install it, or put it beside the "
            "file"
        ) from error
    except AttributeError as error:
        quoted = re.search(r"'(\w+)' on", str(error))
        missing = quoted[1] if quoted else error.name or "a class"
        home = "__main__" in str(error)
        where = "the script that saved it" if home else "a module that is another version here"
        raise BuildError(
            f"{path.name} needs {missing} from {where}: open SCRIPT.py:{missing} with "
            f"--weights {path.name} instead"
        ) from error


def _network_in(loaded: Any, deepest: int = _DEEPEST) -> nn.Module | None:
    """The network, or the one that a checkpoint keeps under a name."""
    if isinstance(loaded, nn.Module):
        return loaded.eval()
    if not isinstance(loaded, Mapping) or not deepest:
        return None
    names = [name for name in WRAPPERS if name in loaded]
    inside = [loaded[name] for name in (*names, *(set(loaded) - set(names)))]
    found = (_network_in(value, deepest - 1) for value in inside)
    return next((network for network in found if network is not None), None)


def _as_float32(network: nn.Module, text: str) -> str:
    """Let it compute in float32, which every device can; says so where it was stored in half."""
    halves = (torch.float16, torch.bfloat16)
    if not any(parameter.dtype in halves for parameter in network.parameters()):
        return text
    network.float()
    return f"{text}, stored in half precision"
