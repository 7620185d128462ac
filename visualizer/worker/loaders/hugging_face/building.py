"""Building a network of transformers, offline and with one op for an attention."""

from __future__ import annotations

import copy
import functools
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from visualizer.worker.loaders.base import BuildError, LoadError, one_line
from visualizer.worker.loaders.hugging_face.faults import what_is_wrong
from visualizer.worker.loaders.hugging_face.sizes import find

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
"""The files of a folder that hold its weights; the second says in which others they are."""

_WHOLE_TEXT = "whole_text"
"""torch's own attention without masks, which is what a text without padding needs: transformers
works out masks only for the kinds of attention it knows by name, and reads values to do it."""


def transformers_module() -> Any:
    """transformers, its warnings silenced; raises LoadError where it is not installed."""
    try:
        import transformers
    except ImportError as error:
        raise LoadError(
            'transformers is not installed: pip install "architecture-visualizer[hf]"'
        ) from error
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    helpers: Any = transformers.pytorch_utils
    helpers.compile_compatible_method_lru_cache = _uncached
    return transformers


def _uncached(*_: Any, **__: Any) -> Callable[[Any], Any]:
    """In place of transformers' cache for what methods give, before its networks are imported:
    what was kept from an earlier pass, of another network too, no op of the next pass makes."""
    return lambda method: method


@contextmanager
def offline() -> Iterator[None]:
    """Inside, transformers asks nothing of its hub, whatever a config says."""
    from huggingface_hub import constants

    before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def constructed(architecture: Any, config: Any) -> nn.Module:
    """The network with random weights. Raises BuildError, whatever its class raises."""
    try:
        if not issubclass(architecture, transformers_module().PreTrainedModel):
            return _part(architecture, config)
        network: nn.Module = _with_attention(
            architecture,
            config,
            lambda kind: architecture._from_config(copy.deepcopy(config), attn_implementation=kind),
        )
    except Exception as error:
        raise BuildError(
            f"transformers cannot build {architecture.__name__} from this config "
            f"({type(error).__name__}: {one_line(error, 160)}): {what_is_wrong(error)}"
        ) from error
    return network


def _part(kind: Any, config: Any) -> nn.Module:
    """A module that is no network of its own; what it asks yes or no about is no."""
    settings = copy.deepcopy(config)
    settings._attn_implementation = "sdpa"
    part: nn.Module = kind(settings)
    forward = inspect.signature(kind.forward).parameters.values()
    choices = [p.name for p in forward if p.annotation in (bool, "bool") and p.default is p.empty]
    if choices:
        part.forward = functools.partial(part.forward, **dict.fromkeys(choices, False))
    return part


def trained(architecture: Any, config: Any, folder: Path) -> nn.Module:
    """The network with the weights of `folder`. Raises BuildError when some are missing."""
    network, report = _with_attention(
        architecture,
        config,
        lambda kind: architecture.from_pretrained(
            folder, config=copy.deepcopy(config), attn_implementation=kind, local_files_only=True,
            use_safetensors=True, trust_remote_code=False, output_loading_info=True,
        ),
    )  # fmt: skip
    missing = sorted(report["missing_keys"])
    if missing:
        raise BuildError(
            f"the weights in {folder.name} do not fit this network: {len(missing)} of its tensors "
            f"are missing, such as {missing[0]}"
        )
    return cast("nn.Module", network)


def _with_attention(architecture: Any, config: Any, make: Callable[[str], Any]) -> Any:
    """What `make` gives for the first kind of attention that the class knows.

    A class that computes its attention itself would leave out its mask for one of torch's kinds;
    one that first picks the tokens to look at works on the mask.
    """
    _register_attention()
    with offline():
        picks = find(config, "index_topk") is not None or _works_on_masks(architecture)
        kinds = ("sdpa",) if picks else (_WHOLE_TEXT, "sdpa")
        for kind in kinds if architecture._supports_sdpa else ():
            try:
                return make(kind)
            except (ValueError, KeyError, ImportError):
                continue
        return make("eager")


def _works_on_masks(architecture: Any) -> bool:
    """Whether its code asks for masks even where attention could do without, to go on with them."""
    code = inspect.getsource(importlib.import_module(architecture.__module__))
    return re.search(r"allow_is_\w+_skip\W{1,3} ?False", code) is not None


def _register_attention() -> None:
    from transformers import AttentionInterface

    AttentionInterface.register(_WHOLE_TEXT, _attention)


def _attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    softcap: float | None = None,
    **settings: Any,
) -> tuple[torch.Tensor, None]:
    """In one op of torch, unless the scores are bounded before the softmax, as in Gemma 2.

    Query (batch, heads, tokens, width), key and value maybe of fewer heads; gives
    (batch, tokens, heads, width).
    """
    from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward

    if softcap is None:
        result: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, **settings
        )
        return result
    shared = query.shape[1] // key.shape[1]
    scores = query @ repeat_kv(key, shared).transpose(-2, -1)
    scores = softcap * torch.tanh(
        scores * settings.get("scaling", query.shape[-1] ** -0.5) / softcap
    )
    if attention_mask is not None:
        scores = scores + attention_mask
    elif getattr(module, "is_causal", False):
        later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(later, float("-inf"))
    return (scores.softmax(-1) @ repeat_kv(value, shared)).transpose(1, 2).contiguous(), None
