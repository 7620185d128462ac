"""Running a part of a network on fake tensors, to see what reaches one of its methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from visualizer.sources import InputSpec, arranged
from visualizer.worker.extraction.routes import own_randomness, real_examples
from visualizer.worker.extraction.swapping import evaluated, stand_in

Watch = Callable[[str, tuple[Any, ...], dict[str, Any]], Any]
"""Told the name and the arguments of a call; what it gives ends the pass, unless None."""
Hear = Callable[[str, Any], None]
"""Told the name of a module's method and what it gave."""


class _Seen(BaseException):
    """Ends a pass with what was looked for; a network that catches exceptions lets it through."""

    def __init__(self, found: Any) -> None:
        self.found = found


def _nothing(*_: Any) -> None:
    """Nobody wants to know."""


def first_seen(
    network: nn.Module,
    specs: Sequence[InputSpec],
    methods: Sequence[str],
    watch: Watch,
    hear: Hear = _nothing,
) -> Any:
    """What `watch` gives for the first call of one of the `methods`, of the network's modules or
    of tensors, for which it gives anything; None when the pass ends or fails before. `hear` is
    told what calls of modules before that one gave.

    The network is left as it was, and weights are neither read nor made.
    """
    try:
        _pass(network, specs, methods, watch, hear)
    except _Seen as seen:
        return seen.found
    except Exception:  # noqa: BLE001 - a guess that does not fit fails in any way
        return None
    return None


def failure(network: nn.Module, specs: Sequence[InputSpec]) -> Exception | None:
    """What a pass on fake tensors raises; None when it works. The network is left as it was."""
    try:
        _pass(network, specs)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was asked for
        return error
    return None


def _pass(
    network: nn.Module,
    specs: Sequence[InputSpec],
    methods: Sequence[str] = (),
    watch: Watch = _nothing,
    hear: Hear = _nothing,
) -> None:
    # A second of imports that most networks never need.
    from visualizer.worker.extraction.fakes import KnowingFakes, ListsOfKnown

    convert = stand_in("cpu")
    fakes = KnowingFakes()
    made = real_examples(specs)
    with fakes, evaluated(network, convert, convert), own_randomness(torch.device("cpu")):
        for module in network.modules():
            _watch_methods(module, methods, watch, hear)
        args, kwargs = arranged(specs, fakes.all_taken(specs, made))
        with torch.no_grad(), ListsOfKnown(), _OfTensors(methods, watch):
            network(*args, **kwargs)


def _watch_methods(module: nn.Module, methods: Sequence[str], watch: Watch, hear: Hear) -> None:
    """Put watched methods before the class's; gone again with the module's other changes."""
    for name in methods:
        method = getattr(type(module), name, None)
        if callable(method):
            module.__dict__[name] = _watched(name, method.__get__(module), watch, hear)


def _watched(name: str, method: Callable[..., Any], watch: Watch, hear: Hear) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        found = watch(name, args, kwargs)
        if found is not None:
            raise _Seen(found)
        result = method(*args, **kwargs)
        hear(name, result)
        return result

    return call


class _OfTensors(TorchFunctionMode):
    def __init__(self, methods: Sequence[str], watch: Watch) -> None:
        super().__init__()
        self._methods, self._watch = methods, watch

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        if name in self._methods:
            found = self._watch(name, args, kwargs or {})
            if found is not None:
                raise _Seen(found)
        return func(*args, **(kwargs or {}))
