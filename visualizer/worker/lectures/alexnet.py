"""AlexNet twice: the single tower of the lecture's slide, and the network published in 2012."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from visualizer.worker.lectures.heads import dense_head


class SlideAlexNet(nn.Sequential):
    """(N, 3, 227, 227) -> (N, 1000), the slide's geometry: padding 2 in conv1, hence 56x56.

    Channels 64/192/384/256/256 are those of Krizhevsky's "One weird trick" (2014), which
    torchvision has as well, with 224x224 and 55x55.
    """

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 64, 11, stride=4, padding=2),
                relu1=nn.ReLU(inplace=True),
                pool1=nn.MaxPool2d(3, stride=2),
                conv2=nn.Conv2d(64, 192, 5, padding=2),
                relu2=nn.ReLU(inplace=True),
                pool2=nn.MaxPool2d(3, stride=2),
                conv3=nn.Conv2d(192, 384, 3, padding=1),
                relu3=nn.ReLU(inplace=True),
                conv4=nn.Conv2d(384, 256, 3, padding=1),
                relu4=nn.ReLU(inplace=True),
                conv5=nn.Conv2d(256, 256, 3, padding=1),
                relu5=nn.ReLU(inplace=True),
                pool5=nn.MaxPool2d(3, stride=2),
                **dense_head(256 * 6 * 6),
            )
        )


class AlexNet2012(nn.Sequential):
    """(N, 3, 227, 227) -> (N, 1000): Krizhevsky, Sutskever and Hinton, NIPS 2012.

    Two GPUs had half of the filters each: conv2, conv4 and conv5 read only their own half,
    which is a convolution in two groups. The text says 224, its arithmetic needs 227 without
    padding. Local response normalization (n = 5, k = 2, α = 1e-4, β = 0.75) follows conv1
    and conv2; α is multiplied by n, as torch divides the sum by n.
    """

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 96, 11, stride=4),
                relu1=nn.ReLU(inplace=True),
                norm1=_response_norm(),
                pool1=nn.MaxPool2d(3, stride=2),
                conv2=nn.Conv2d(96, 256, 5, padding=2, groups=2),
                relu2=nn.ReLU(inplace=True),
                norm2=_response_norm(),
                pool2=nn.MaxPool2d(3, stride=2),
                conv3=nn.Conv2d(256, 384, 3, padding=1),
                relu3=nn.ReLU(inplace=True),
                conv4=nn.Conv2d(384, 384, 3, padding=1, groups=2),
                relu4=nn.ReLU(inplace=True),
                conv5=nn.Conv2d(384, 256, 3, padding=1, groups=2),
                relu5=nn.ReLU(inplace=True),
                pool5=nn.MaxPool2d(3, stride=2),
                **dense_head(256 * 6 * 6),
            )
        )


def _response_norm() -> nn.LocalResponseNorm:
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)
