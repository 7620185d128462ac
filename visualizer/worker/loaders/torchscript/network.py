"""A TorchScript file as modules of ours, one for each script module in it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from inspect import Parameter
from pathlib import Path
from typing import Any

import torch
from torch import nn

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.programs.parts import named, taking
from visualizer.worker.loaders.torchscript.graphs import Block
from visualizer.worker.loaders.torchscript.interpreter import Interpreter, address
from visualizer.worker.loaders.torchscript.packed import Unpacked, packed_in
from visualizer.worker.loaders.torchscript.twins import eager_twin
from visualizer.worker.loaders.torchscript.values import ScriptError

_PREFIX = "__torch__."
SAMPLING_RATES = frozenset(("sr", "sample_rate", "sampling_rate"))
_NUMBERS = ("int", "float", "bool", "number")
_SAMPLING_RATE = 16_000
_MANGLED = "___torch_mangle_"


class ScriptPart(nn.Module):
    """One script module. `type_name` is its class in the file, `attributes` what was read of it
    besides parameters, buffers and submodules."""

    def __init__(self, interpreter: Interpreter, type_name: str, script: Any) -> None:
        super().__init__()
        self._interpreter = interpreter
        self._script = script
        self.type_name = type_name
        self.attributes: dict[str, Any] = {}

    def forward(self, *args: Any, method: str = "forward") -> Any:
        """A call of the module; a traced file has a method of its own for every later call."""
        return self._interpreter.call(f"{self.type_name}.{method}", [self, *args])

    @property
    def code(self) -> Block:
        """The steps of its forward; none where it has none."""
        if not self._script._has_method("forward"):
            return Block((), ())
        return self._interpreter.code(f"{self.type_name}.forward")

    @property
    def eager_twin(self) -> nn.Module | None:
        """A layer of torch's own with the same sizes and no weights, if this was one."""
        return eager_twin(self)

    def packed_weights(self) -> Iterator[Unpacked]:
        """The tensors that it keeps in packed objects, as quantized layers do."""
        return packed_in(self)

    def has_attribute(self, name: str) -> bool:
        """Whether the file's code can ask for `self.name`."""
        return name in self.attributes or self._script.hasattr(name)

    def attribute(self, name: str) -> Any:
        """What the file's code calls `self.name`; raises ScriptError."""
        if name == "training":
            return self.training
        for store in (self._modules, self._parameters, self._buffers, self.attributes):
            if name in store:
                return store[name]
        if not self._script.hasattr(name):
            raise ScriptError(f"{self.type_name} has no attribute {name}: the file is damaged")
        value = self.attributes.setdefault(name, self._script.getattr(name))
        return self._interpreter.placed(value)

    def assign(self, name: str, value: Any) -> None:
        """`self.name = value` in the file's code."""
        store = self._buffers if name in self._buffers else self.attributes
        store[name] = value


class ScriptNetwork(ScriptPart):
    """The whole network: `run` takes the inputs by position or by name. `numbers` are the names
    of those that are plain numbers."""

    def __init__(
        self, interpreter: Interpreter, type_name: str, script: Any, defaults: Mapping[str, Any],
        numbers: Container[str],
    ) -> None:  # fmt: skip
        super().__init__(interpreter, type_name, script)
        self._defaults = dict(defaults)
        self._numbers = numbers

    def run(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The network's result. Raises TypeError for inputs that do not fit."""
        tensors = (v for v in (*args, *kwargs.values()) if isinstance(v, torch.Tensor))
        self._interpreter.device = next((t.device for t in tensors), torch.device("cpu"))
        unknown = kwargs.keys() - self._defaults.keys()
        if unknown or len(args) > len(self._defaults):
            raise TypeError(f"the network takes {', '.join(self._defaults) or 'no inputs'}")
        given = {**self._defaults, **dict(zip(self._defaults, args, strict=False)), **kwargs}
        missing = [name for name, value in given.items() if value is Parameter.empty]
        if missing:
            raise TypeError(f"the network also takes {', '.join(missing)}: give all its inputs")
        return ScriptPart.forward(self, *(self._taken(*pair) for pair in given.items()))

    def _taken(self, name: str, value: Any) -> Any:
        """A number was given as a tensor of one."""
        is_given = name in self._numbers and isinstance(value, torch.Tensor)
        return value.item() if is_given and value.numel() == 1 else value


def read_script(location: str) -> ScriptNetwork:
    """The network in a file that `check_script` has passed, with its weights; raises LoadError.

    It is on the CPU always: numbers that the code needs, such as the 2 of `channels // 2`, are
    tensors in a traced file.
    """
    library: Any = torch._C.CompilationUnit()
    read: Any = torch._C.import_ir_module  # its stub lacks the last two arguments
    try:
        script = read(library, str(Path(location).expanduser()), torch.device("cpu"), {}, False)
    except Exception as error:
        raise LoadError(
            f"{location} cannot be read as TorchScript: it is damaged or of another version of "
            f"torch ({one_line(error, 120)})",
            str(error)[:2000],
        ) from error
    type_name = script._type().qualified_name()
    if not script._has_method("forward"):
        raise LoadError(f"{location} has no forward method: it holds no network that can be run")
    arguments = library.find_function(f"{type_name}.forward").schema.arguments[1:]
    defaults = {a.name: _default(a) for a in arguments}
    kind = taking(ScriptNetwork, plain_name(type_name), _parameters(defaults))
    numbers = frozenset(a.name for a in arguments if str(a.type) in _NUMBERS)
    network = kind(Interpreter(library), type_name, script, defaults, numbers)
    assert isinstance(network, ScriptNetwork)
    _Filling().fill(network, script)
    return network


def _default(argument: Any) -> Any:
    """A sampling rate is taken as it is most often."""
    if argument.has_default_value():
        return argument.default_value
    is_rate = str(argument.type) == "int" and argument.name in SAMPLING_RATES
    return _SAMPLING_RATE if is_rate else Parameter.empty


def _parameters(defaults: Mapping[str, Any]) -> list[Parameter]:
    return [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=value)
        for name, value in defaults.items()
    ]


def plain_name(qualified: str) -> str:
    """`torch.nn.Linear` of `__torch__.torch.nn.___torch_mangle_3.Linear`."""
    parts = qualified.removeprefix(_PREFIX).split(".")
    return ".".join(part for part in parts if not part.startswith(_MANGLED))


def _held(kind: Any, script: Any) -> Iterable[tuple[str, Any]]:
    """Names and values of one kind that a script module holds."""
    found: Iterable[tuple[str, Any]] = kind(script).items()
    return found


def _part(interpreter: Interpreter, script: Any) -> ScriptPart:
    type_name = script._type().qualified_name()
    part = named(ScriptPart, plain_name(type_name))(interpreter, type_name, script)
    assert isinstance(part, ScriptPart)
    return part


class _Filling:
    """Gives modules of ours what the script modules hold; tensors that are shared stay shared."""

    def __init__(self) -> None:
        self._parameters: dict[int, tuple[torch.Tensor, nn.Parameter]] = {}
        self._parts: dict[Any, ScriptPart] = {}

    def fill(self, part: ScriptPart, script: Any) -> None:
        """All of `script`, submodules too."""
        for name, tensor in _held(torch._C.ParameterDict, script):
            part._parameters[name] = self._parameter(tensor)
            part._interpreter.weights[address(tensor)] = (part, name)
        for name, tensor in _held(torch._C.BufferDict, script):
            part._buffers[name] = tensor
        for name, _ in _held(torch._C.ModuleDict, script):
            inner = script.getattr(name)
            if inner not in self._parts:
                self._parts[inner] = below = _part(part._interpreter, inner)
                self.fill(below, inner)
            part._modules[name] = self._parts[inner]

    def _parameter(self, tensor: torch.Tensor) -> nn.Parameter:
        known = self._parameters.get(id(tensor))
        if known is None:
            may_learn = tensor.is_floating_point() or tensor.is_complex()
            made = nn.Parameter(tensor.detach(), requires_grad=may_learn)
            known = self._parameters[id(tensor)] = (tensor, made)
        return known[1]
