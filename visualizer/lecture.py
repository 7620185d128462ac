"""The networks of the lecture "CNN Architectures" to open by name; the worker builds them.

EECS 498-007/598-005, Deep Learning for Computer Vision. Here are those that torchvision has
not, or has otherwise than the lecture, its slides or the papers describe them.
"""

from __future__ import annotations

import msgspec

PREFIX = "lecture:"


class LectureNetwork(msgspec.Struct, frozen=True):
    """`name` is what follows `lecture:`, `text` what is particular about it, `figures` what its
    slide or paper prints, in the text's own units; `shape` is its input, batch first."""

    name: str
    title: str
    text: str
    figures: str
    shape: tuple[int, ...] = (1, 3, 224, 224)

    @property
    def source(self) -> str:
        """The source as the user types it."""
        return PREFIX + self.name


_SLIDE = (1, 3, 227, 227)

LECTURE_NETWORKS = (
    LectureNetwork(
        "alexnet", "AlexNet", "As on the slide: 227×227, padding 2, one tower",
        "1.9 MB, 61 M parameters, 0.7 GFLOP", _SLIDE,
    ),
    LectureNetwork(
        "alexnet-2012", "AlexNet 2012", "As published: two GPUs as groups, response norms",
        "60 M parameters", _SLIDE,
    ),
    LectureNetwork(
        "vgg16", "VGG-16", "Five stages, layers called conv1_1 to fc8", "138 M parameters",
    ),
    LectureNetwork(
        "vgg16-slide", "VGG-16, slide", "Without conv3_3, as the slide counts it",
        "48.6 MB, 138 M parameters, 13.6 GFLOP",
    ),
    LectureNetwork("vgg19", "VGG-19", "Four convolutions in stages 3 to 5", "19.6 GFLOP"),
    LectureNetwork(
        "googlenet", "GoogLeNet", "Real 5×5 convolutions and both auxiliary heads",
        "1.5 GFLOP, 5 M parameters",
    ),
    LectureNetwork(
        "resnet34-plain", "Plain-34", "ResNet-34 without its shortcuts: it trains worse",
        "3.6 GFLOP",
    ),
    LectureNetwork("resnet34", "ResNet-34", "Shortcuts without parameters", "3.6 GFLOP"),
    LectureNetwork(
        "resnet50-v1", "ResNet-50 v1", "Stride in the first 1×1 of a block", "3.8 GFLOP"
    ),
    LectureNetwork(
        "resnet101-v1", "ResNet-101 v1", "Stride in the first 1×1 of a block", "7.6 GFLOP"
    ),
    LectureNetwork(
        "resnet152-v1", "ResNet-152 v1", "Stride in the first 1×1 of a block", "11.3 GFLOP"
    ),
    LectureNetwork(
        "mobilenet-v1", "MobileNet v1", "Depthwise and pointwise convolutions in turn",
        "569 M multiply-adds, 4.2 M parameters",
    ),
)  # fmt: skip

LECTURE_BY_NAME = {network.name: network for network in LECTURE_NETWORKS}
