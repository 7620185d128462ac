"""The networks of the lecture "CNN Architectures", with the names their texts give the layers.

All have 1,000 classes and random weights. What a text leaves open is that of the authors' own
release, and is said at each network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from torch import nn

from visualizer.worker.lectures.alexnet import AlexNet2012, SlideAlexNet
from visualizer.worker.lectures.googlenet import GoogLeNet
from visualizer.worker.lectures.mobilenet import MobileNetV1
from visualizer.worker.lectures.resnet import parameter_free, plain, stride_first
from visualizer.worker.lectures.vgg import SLIDE, VGG16, VGG19, vgg

__all__ = ["BUILDERS"]

BUILDERS: Mapping[str, Callable[[], nn.Module]] = {
    "alexnet": SlideAlexNet,
    "alexnet-2012": AlexNet2012,
    "vgg16": partial(vgg, VGG16),
    "vgg16-slide": partial(vgg, SLIDE),
    "vgg19": partial(vgg, VGG19),
    "googlenet": GoogLeNet,
    "resnet34-plain": plain,
    "resnet34": parameter_free,
    "resnet50-v1": partial(stride_first, "resnet50"),
    "resnet101-v1": partial(stride_first, "resnet101"),
    "resnet152-v1": partial(stride_first, "resnet152"),
    "mobilenet-v1": MobileNetV1,
}
