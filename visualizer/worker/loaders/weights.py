"""Weights from a file: read without running anything in it, checked tensor by tensor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.worker.loaders.base import BuildError, LoadError, one_line

State = dict[str, Tensor]

# torchvision's own DenseNet files still carry the names of an older release.
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")
_WRAPPERS = ("state_dict", "model_state_dict", "model")


def read_state(path: str) -> State:
    """Names and tensors of a weights file (`torch.save(network.state_dict(), path)`).

    Nothing in the file is executed. A checkpoint that keeps them under "state_dict" or
    "model" is unwrapped, a DataParallel "module." prefix removed. Raises LoadError.
    """
    if not Path(path).is_file():
        raise LoadError(f"there is no weights file {path}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise LoadError(
            f"cannot read weights from {path}: it is not a file of tensors that torch.load accepts "
            "with weights_only=True",
            one_line(error),
        ) from error
    return {_modern_name(name): tensor for name, tensor in _tensors(content, path).items()}


def _tensors(content: Any, path: str) -> State:
    for wrapper in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping):
        raise LoadError(f"{path} holds a {type(content).__name__}, not named tensors")
    state = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not state:
        raise LoadError(f"{path} holds no named tensors: save network.state_dict() to it")
    return state


def _modern_name(name: str) -> str:
    return _OLD_DENSENET.sub(r"\1\2.", name.removeprefix("module."))


def load_state(
    network: nn.Module,
    state: State,
    path: str,
    unused: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> None:
    """Give `network` the tensors of `state`; on the meta device only check that they fit.

    Names that begin with a part in `unused` may be left over, those that begin with a part in
    `missing` may be absent from it. Raises BuildError naming how
    many tensors fit and the first that do not.
    """
    left_over = {name for name in state if unused and name.startswith(unused)}
    state = {name: tensor for name, tensor in state.items() if name not in left_over}
    own = network.state_dict()
    absent = {name for name in own if missing and name.startswith(missing) and name not in state}
    own = {name: tensor for name, tensor in own.items() if name not in absent}
    misfits = _misfits(own, state)
    if misfits:
        fitting = sum(name in state and state[name].shape == own[name].shape for name in own)
        raise BuildError(
            f"the weights in {path} do not fit this network: {fitting} of its {len(own)} tensors "
            f"fit; {'; '.join(misfits)}"
        )
    if not any(parameter.is_meta for parameter in network.parameters()):
        network.load_state_dict(state, strict=False)


def _misfits(own: Mapping[str, Tensor], state: State) -> list[str]:
    """The first missing, unexpected and misshapen tensor, in words."""
    # Old files lack this counter; a network in evaluation does not read it.
    missing = [n for n in own if n not in state and not n.endswith("num_batches_tracked")]
    unexpected = [n for n in state if n not in own]
    misshapen = [n for n in own if n in state and own[n].shape != state[n].shape]
    words = []
    if missing:
        words.append(f"missing {missing[0]}{_and_more(missing)}")
    if unexpected:
        words.append(f"unexpected {unexpected[0]}{_and_more(unexpected)}")
    if misshapen:
        name = misshapen[0]
        there, here = _sides(state[name]), _sides(own[name])
        words.append(f"{name} is {there} in the file and {here} in the network")
    return words


def _and_more(names: list[str]) -> str:
    return f" (and {len(names) - 1} more)" if len(names) > 1 else ""


def _sides(tensor: Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "a single number"
