"""MobileNet (Howard et al. 2017), Table 1 at width 1: depthwise 3x3, then pointwise 1x1."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

# output channels and stride of each pair
_PAIRS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip
_FIRST, _CLASSES = 32, 1000


class MobileNetV1(nn.Sequential):
    """(N, 3, 224, 224) -> (N, 1000): 568.74 MMACs, 4,231,976 parameters.

    The table prints stride 2 for the last depthwise layer too; its grid stays 7x7, so that
    the stride is 1, as in the authors' release.
    """

    def __init__(self) -> None:
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["stem"] = _unit(nn.Conv2d(3, _FIRST, 3, stride=2, padding=1, bias=False), "conv")
        c_in = _FIRST
        for number, (c_out, stride) in enumerate(_PAIRS, 1):
            parts[f"block{number}"] = _pair(c_in, c_out, stride)
            c_in = c_out
        parts["gap"] = nn.AdaptiveAvgPool2d(1)
        parts["flatten"] = nn.Flatten()
        parts["fc"] = nn.Linear(c_in, _CLASSES)
        super().__init__(parts)


def _pair(c_in: int, c_out: int, stride: int) -> nn.Sequential:
    depthwise = nn.Conv2d(c_in, c_in, 3, stride, padding=1, groups=c_in, bias=False)
    pointwise = nn.Conv2d(c_in, c_out, 1, bias=False)
    return nn.Sequential(
        OrderedDict(
            [
                *_unit(depthwise, "depthwise").named_children(),
                *_unit(pointwise, "pointwise").named_children(),
            ]
        )
    )


def _unit(convolution: nn.Conv2d, name: str) -> nn.Sequential:
    """The convolution with its norm and ReLU: `depthwise`, `depthwise_bn`, `depthwise_relu`."""
    return nn.Sequential(
        OrderedDict(
            {
                name: convolution,
                f"{name}_bn": nn.BatchNorm2d(convolution.out_channels),
                f"{name}_relu": nn.ReLU(inplace=True),
            }
        )
    )
