"""VGG (Simonyan and Zisserman 2015): 3x3 convolutions in five stages, 2x2 pools between them."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from visualizer.worker.lectures.heads import dense_head

# convolutions of each stage
VGG16 = (2, 2, 3, 3, 3)
VGG19 = (2, 2, 4, 4, 4)
# The lecture's slide leaves conv3_3 out; its totals (48.6 MB, 13.6 GFLOP) are those without it.
SLIDE = (2, 2, 2, 3, 3)

_CHANNELS = (64, 128, 256, 512, 512)


def vgg(depths: tuple[int, ...]) -> nn.Sequential:
    """(N, 3, 224, 224) -> (N, 1000), with `depths` convolutions in the five stages."""
    sources = (3, *_CHANNELS)
    stages = {
        f"stage{number}": _stage(number, sources[number - 1], sources[number], depth)
        for number, depth in enumerate(depths, 1)
    }
    return nn.Sequential(OrderedDict({**stages, **dense_head(_CHANNELS[-1] * 7 * 7)}))


def _stage(number: int, c_in: int, c_out: int, depth: int) -> nn.Sequential:
    """`conv3_1`, `relu3_1`, `conv3_2`, ... `pool3`."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for layer in range(1, depth + 1):
        source = c_in if layer == 1 else c_out
        parts[f"conv{number}_{layer}"] = nn.Conv2d(source, c_out, 3, padding=1)
        parts[f"relu{number}_{layer}"] = nn.ReLU(inplace=True)
    parts[f"pool{number}"] = nn.MaxPool2d(2, stride=2)
    return nn.Sequential(parts)
