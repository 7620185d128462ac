"""What a network made by timm or transformers says of its inputs, wherever it was made."""

from __future__ import annotations

import sys
from typing import Any

from torch import nn

from visualizer.sources import InputSpec, Preprocessing

Told = tuple[tuple[InputSpec, ...], Preprocessing | None]


def told_by(network: nn.Module) -> Told:
    """Inputs and preprocessing; empty and None where it says nothing."""
    config = getattr(network, "pretrained_cfg", None)
    if "timm" in sys.modules and isinstance(config, dict) and "input_size" in config:
        return _by_timm(config)
    if "transformers" in sys.modules and hasattr(getattr(network, "config", None), "to_dict"):
        return _by_transformers(network), None
    return (), None


def _by_timm(config: dict[str, Any]) -> Told:
    import timm

    from visualizer.worker.loaders.timm_zoo import expected

    return expected(timm.models.PretrainedCfg(**config))


def _by_transformers(network: nn.Module) -> tuple[InputSpec, ...]:
    from visualizer.worker.loaders.hugging_face.inputs import expected_inputs

    return expected_inputs(type(network), network.config)
