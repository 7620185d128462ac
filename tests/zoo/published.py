"""Figures that the publishers of the networks state, and the inputs that they hold for.

torchvision: `meta` of the default weights; its own test (test/common_extended_utils.py, get_ops)
counted convolutions and matrix products of a picture of 512×512 after the weights' transform,
video at 16 frames. timm: `results/benchmark-infer-amp-nchw-pt291-cu128-4090.csv` of
huggingface/pytorch-image-models, counted with fvcore, which counts normalizations too.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.zoo.names import TIMM

TABLE = Path(__file__).with_name("timm_published.csv")
_UNCROPPED = "1x3x512x512"
_AT_512 = {"detection": _UNCROPPED, "optical_flow": f"{_UNCROPPED} {_UNCROPPED}"}


@dataclass(frozen=True)
class Figure:
    """`macs` at `inputs` ("" for the network's own), both exact to half of their last digit."""

    params: float
    macs: float
    inputs: str
    params_digit: float
    macs_digit: float
    counts_norms: bool


@cache
def published(name: str) -> Figure | None:
    """What is published for a network, None when nothing is; imports torchvision."""
    if name.startswith(TIMM):
        return _timm_table().get(name.removeprefix(TIMM))
    return _torchvision(name)


def _torchvision(name: str) -> Figure:
    from torchvision import models

    meta = models.get_model_weights(name).DEFAULT.meta
    task = models.get_model_builder(name).__module__.split(".")[2]
    return Figure(meta["num_params"], meta["_ops"] * 1e9, _AT_512.get(task, ""), 1, 1e6, False)


@cache
def _timm_table() -> dict[str, Figure]:
    """Name, side of the square picture, millions of parameters, GMACs; two decimals each."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        return {
            name: Figure(
                float(params) * 1e6, float(gmacs) * 1e9, f"1x3x{side}x{side}", 1e4, 1e7, True
            )
            for name, side, params, gmacs in rows
        }
