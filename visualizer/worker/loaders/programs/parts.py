"""Modules under the type names of the network that was saved: `Conv2d`, `BasicBlock`."""

from __future__ import annotations

import re
from functools import cache
from inspect import Parameter, Signature
from typing import Any

from torch import nn

_NO_IDENTIFIER = re.compile(r"\W")
_LONGEST_NAME = 80
_TORCHS_OWN = "torch.nn.modules."


@cache
def named(base: type[nn.Module], qualified: str) -> type[nn.Module]:
    """`base` under the last part of a qualified name such as torch.nn.modules.conv.Conv2d.

    Layers of torch's own keep their module's name too: by it the live pass knows that they give
    what their one op gives.
    """
    home, _, name = qualified.rpartition(".")
    name = _NO_IDENTIFIER.sub("", name)[:_LONGEST_NAME] or "Module"
    home = home if home.startswith(_TORCHS_OWN) else base.__module__
    return type(name, (base,), {"__module__": home})


def part_at(root: nn.Module, path: str) -> nn.Module:
    """The module at `path`; what is missing on the way there is made, empty."""
    here = root
    for name in path.split(".") if path else ():
        below = here._modules.get(name)
        if below is None:
            below = nn.Module()
            here.add_module(name, below)
        here = below
    return here


def name_containers(root: nn.Module) -> None:
    """Containers that were never called are known by their children only: numbers make a list."""
    for part in root.modules():
        for child in list(part._modules.values()):
            if type(child) is nn.Module and child._modules:
                kind = nn.ModuleList if all(k.isdigit() for k in child._modules) else nn.ModuleDict
                child.__class__ = named(nn.Module, f"torch.nn.modules.container.{kind.__name__}")


def taking(base: type[nn.Module], qualified: str, arguments: list[Parameter]) -> type[nn.Module]:
    """`base` under another name, whose forward takes these arguments and hands them to `run`."""

    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.run(args, kwargs)

    own = Parameter("self", Parameter.POSITIONAL_ONLY)
    forward.__signature__ = Signature([own, *arguments])  # type: ignore[attr-defined]
    kind: type[nn.Module] = named(base, qualified)  # type: ignore[arg-type]
    return type(kind.__name__, (kind,), {"__module__": base.__module__, "forward": forward})
