"""Networks made by the user's own Python: `file.py:factory` and `package.module:factory`."""

from __future__ import annotations

import copy
import importlib
import inspect
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, LoadError, Recipe, did_you_mean
from visualizer.worker.loaders.building import (
    Build,
    is_weights_file,
    on_device,
    weights_file_text,
    with_weights_file,
)
from visualizer.worker.loaders.user_errors import telling_user_errors
from visualizer.worker.loaders.user_imports import (
    UserImports,
    import_file,
    import_root,
)


class FileFactoryLoader:
    """`path/to/file.py:factory`; the file's folder can be imported from."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "file_factory"

    def recipe(self, source: ModelSource) -> Recipe:
        path = Path(source.location).expanduser().resolve()
        if not path.is_file():
            raise LoadError(f"there is no file {source.location}{_nearest_file(path)}")
        folder, name = import_root(path)
        imports = UserImports(folder)
        with imports.active(), telling_user_errors(f"importing {path.name}"):
            module = import_file(path, name)
        return _recipe(source, module, path.name, imports)


class ModuleFactoryLoader:
    """`package.module:factory`, found from the current folder or installed."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "module_factory"

    def recipe(self, source: ModelSource) -> Recipe:
        imports = UserImports(Path.cwd())
        with imports.active(), telling_user_errors(f"importing {source.location}"):
            module = _import_module(source.location)
        return _recipe(source, module, source.location, imports)


def _nearest_file(path: Path) -> str:
    if not path.parent.is_dir():
        return f": the folder {path.parent} does not exist"
    return did_you_mean(path.name, [other.name for other in path.parent.glob("*.py")])


def _import_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Another module that this one imports may be missing: that is the user's own error.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise LoadError(
            f"there is no module {error.name}: it is neither installed nor in {Path.cwd()}"
        ) from error


def _recipe(source: ModelSource, module: ModuleType, where: str, imports: UserImports) -> Recipe:
    target = _find(module, source.factory, where)
    build = _building(target, source.factory, where, imports)
    has_file = is_weights_file(source)
    return Recipe(
        name=source.factory.rpartition(".")[2],
        build=with_weights_file(build, source.weights) if has_file else build,
        weights_text=weights_file_text(source)
        if has_file
        else f"weights as {source.factory} made them",
        trained=has_file,
    )


def _find(module: ModuleType, factory: str, where: str) -> Any:
    """The object at the dotted name; raises LoadError naming what is there instead."""
    try:
        return reduce(getattr, factory.split("."), module)
    except AttributeError as error:
        there = [name for name, value in vars(module).items() if _may_be_meant(name, value, module)]
        hint = did_you_mean(factory, there, f"it has {', '.join(there)}" if there else "")
        raise LoadError(f"{where} has no '{factory}'{hint}") from error


def _may_be_meant(name: str, value: Any, module: ModuleType) -> bool:
    if name.startswith("_"):
        return False
    own = getattr(value, "__module__", None) == module.__name__
    return isinstance(value, nn.Module) or (own and callable(value))


def _building(target: Any, factory: str, where: str, imports: UserImports) -> Build:
    """A `build` from a function, a module class or a ready network; raises LoadError."""
    if isinstance(target, nn.Module):
        return lambda device: _ready_network(target, device)
    if not callable(target):
        raise LoadError(
            f"{where}:{factory} is {_a(target)}: it has to be a function that returns a "
            "torch.nn.Module, a class of them or a network"
        )
    _check_callable_without_arguments(target, f"{where}:{factory}")
    return _calling(target, f"{factory}() in {where}", imports)


def _calling(target: Callable[[], Any], what: str, imports: UserImports) -> Build:
    def build(device: str) -> nn.Module:
        with imports.active(), telling_user_errors(what):
            return on_device(lambda: _checked(target(), what), device)

    return build


def _checked(made: Any, what: str) -> nn.Module:
    if not isinstance(made, nn.Module):
        raise BuildError(f"{what} returned {_a(made)}: it has to return a torch.nn.Module")
    return made


def _a(value: object) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"


def _check_callable_without_arguments(target: Callable[..., Any], what: str) -> None:
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):  # written in C: only calling it will tell
        return
    try:
        signature.bind()
    except TypeError as error:
        raise LoadError(
            f"{what}{signature} cannot be called without arguments ({error}): give the name of a "
            "function that can"
        ) from error


def _ready_network(network: nn.Module, device: str) -> nn.Module:
    """The user's own network, or a copy of it without memory for its weights."""
    if device != "meta":
        return network.eval()
    # What the copy finds in its memo it takes instead of copying: weights without memory.
    weightless: dict[int, Any] = {
        id(parameter): nn.Parameter(
            torch.empty_like(parameter, device="meta"), parameter.requires_grad
        )
        for parameter in network.parameters()
    }
    weightless |= {id(b): torch.empty_like(b, device="meta") for b in network.buffers()}
    return copy.deepcopy(network, weightless).eval()
