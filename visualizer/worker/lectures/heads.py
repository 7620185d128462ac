"""The classifier that AlexNet and VGG share."""

from __future__ import annotations

from torch import nn

_HIDDEN, _CLASSES = 4096, 1000


def dense_head(features: int) -> dict[str, nn.Module]:
    """Flatten, fc6, fc7 and fc8, by name, with dropout after fc6 and fc7."""
    return {
        "flatten": nn.Flatten(),
        "fc6": nn.Linear(features, _HIDDEN),
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Linear(_HIDDEN, _HIDDEN),
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "fc8": nn.Linear(_HIDDEN, _CLASSES),
    }
