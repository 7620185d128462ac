"""Networks made by the user's own Python: `file.py:factory` and `package.module:factory`, both
also with arguments, `file.py:build(width=2)`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, LoadError, Recipe, did_you_mean, one_line
from visualizer.worker.loaders.building import (
    Build,
    is_weights_file,
    on_device,
    weights_file_text,
    with_weights_file,
)
from visualizer.worker.loaders.call_arguments import CallArguments, parse_arguments
from visualizer.worker.loaders.twins import hollow_twin
from visualizer.worker.loaders.user_errors import telling_user_errors
from visualizer.worker.loaders.user_imports import UserImports, import_file, import_root


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
        arguments = parse_arguments(source.arguments, source.factory)
        with imports.active(), telling_user_errors(f"importing {path.name}"):
            module = import_file(path, name)
        return _recipe(source, module, path.name, imports, arguments)


class ModuleFactoryLoader:
    """`package.module:factory`, found from the current folder or installed."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "module_factory"

    def recipe(self, source: ModelSource) -> Recipe:
        imports = UserImports(Path.cwd())
        arguments = parse_arguments(source.arguments, source.factory)
        with imports.active(), telling_user_errors(f"importing {source.location}"):
            module = _import_module(source.location)
        return _recipe(source, module, source.location, imports, arguments)


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


def _recipe(
    source: ModelSource,
    module: ModuleType,
    where: str,
    imports: UserImports,
    arguments: CallArguments,
) -> Recipe:
    target = _find(module, source.factory, where)
    build = _building(target, source, where, imports, arguments)
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


def _building(
    target: Any, source: ModelSource, where: str, imports: UserImports, arguments: CallArguments
) -> Build:
    """A `build` from a function, a module class or a ready network; raises LoadError."""
    factory = source.factory
    if isinstance(target, nn.Module):
        if arguments.text:
            raise LoadError(f"{where}:{factory} is a network already: open it without arguments")
        if source.part:
            part = f"{where}:{factory}.{source.part}"
            raise LoadError(f"{where}:{factory} is a network already: open a part of it as {part}")
        return lambda device: _ready_network(target, device)
    if not callable(target):
        raise LoadError(
            f"{where}:{factory} is {_a(target)}: it has to be a function that returns a "
            "torch.nn.Module, a class of them or a network"
        )
    arguments.check(target, f"{where}:{factory}")
    what = f"{factory}({one_line(arguments.text, 60)}) in {where}"
    return _calling(lambda: _part(arguments.call(target), source.part, what), what, imports)


def _part(made: Any, part: str, what: str) -> Any:
    """The attribute of `made` at the dotted name, all of it for an empty one."""
    try:
        return reduce(getattr, part.split("."), made) if part else made
    except AttributeError as error:
        raise BuildError(f"{what} returned {_a(made)}, which has no '{part}'") from error


def _calling(target: Callable[[], Any], what: str, imports: UserImports) -> Build:
    def build(device: str) -> nn.Module:
        with imports.active(), telling_user_errors(what):
            return on_device(lambda: _checked(target(), what), device)

    return build


def _checked(made: Any, what: str) -> nn.Module:
    """The network, also where it is given with other things, such as its optimizer."""
    beside = made if isinstance(made, (tuple, list)) else ()
    networks = [part for part in beside if isinstance(part, nn.Module)]
    network = networks[0] if len(networks) == 1 else made
    if not isinstance(network, nn.Module):
        raise BuildError(f"{what} returned {_a(made)}: it has to return a torch.nn.Module")
    if type(network).forward is nn.Module.forward and "forward" not in vars(network):
        parts = ", ".join(name for name, _ in network.named_children())
        instead = f": open a part of it ({parts}), as in build().part" if parts else ""
        raise BuildError(f"{type(network).__name__} of {what} has no forward pass{instead}")
    return network


def _a(value: object) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"


def _ready_network(network: nn.Module, device: str) -> nn.Module:
    """The user's own network, or a copy of it without memory for its weights."""
    if device != "meta":
        return network.eval()
    return hollow_twin(network)
