"""Weights from a file: read without running anything in it, checked tensor by tensor."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from visualizer.worker.loaders.base import BuildError, LoadError
from visualizer.worker.loaders.saved.contents import read_contents
from visualizer.worker.loaders.saved.matching import Match, matched

State = dict[str, Tensor]


def read_state(path: str) -> State:
    """Names and tensors of a weights file (`torch.save(network.state_dict(), path)`, or one of
    safetensors).

    Nothing in the file is executed: of a checkpoint or a whole pickled network only the numbers
    are read. Raises LoadError.
    """
    if not Path(path).expanduser().is_file():
        raise LoadError(f"there is no weights file {path}")
    contents = read_contents(path)
    if not contents.tensors:
        raise LoadError(f"{path} holds no named tensors: save network.state_dict() to it")
    return contents.values()


def load_state(
    network: nn.Module,
    state: State,
    path: str,
    unused: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> str:
    """Give `network` the tensors of `state`; on the meta device only check that they fit.

    Names that begin with a part in `unused` may be left over, those that begin with a part in
    `missing` may be absent from it. Where only the number of outputs of the last layers differs,
    as after fine-tuning, these get as many as in the file; the answer then says so, otherwise it
    is empty. Raises BuildError naming how many tensors fit and the first that do not.
    """
    own = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    held = {name: tuple(tensor.shape) for name, tensor in state.items()}
    match = matched(own, held, unused, missing)
    if not match.is_exact and not (match.heads and _take_heads(network, match)):
        raise BuildError(
            f"the weights in {path} do not fit this network: {match.matched} of its "
            f"{match.wanted} tensors fit; {match.difference}"
        )
    if not any(parameter.is_meta for parameter in network.parameters()):
        given = {name: state[there] for name, there in match.names.items()}
        network.load_state_dict(given, strict=False)
    return match.heads_text


def _take_heads(network: nn.Module, match: Match) -> bool:
    """Give the last layers as many outputs as in the file; False where that cannot be done."""
    layers = [network.get_submodule(name) for name in match.heads]
    if not all(map(_has_plain_outputs, layers)):
        return False
    for name, layer in zip(match.heads, layers, strict=True):
        for part, parameter in list(layer.named_parameters(recurse=False)):
            shape = match.shape(f"{name}.{part}")
            setattr(layer, part, nn.Parameter(torch.empty_like(parameter).new_empty(shape)))
        outputs = match.shape(f"{name}.weight")[0]
        setattr(layer, "out_features" if isinstance(layer, nn.Linear) else "out_channels", outputs)
    return True


def _has_plain_outputs(layer: nn.Module) -> bool:
    if isinstance(layer, _ConvNd):
        return layer.groups == 1 and not layer.transposed
    return isinstance(layer, nn.Linear)
