"""Networks of TensorFlow's slim library with one or two channels: their geometry alone.

"Same" padding there depends on the size of what is read and puts the odd row last, which shifts
the receptive field; torchvision pads both sides alike.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class Same(nn.Module):
    """A window with TensorFlow's "same" padding: ceil(W/S) outputs, the odd padding last."""

    def __init__(self, window: nn.Module, kernel: int, stride: int) -> None:
        super().__init__()
        self.window, self.kernel, self.stride = window, kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        pads: list[int] = []
        for side in (x.shape[3], x.shape[2]):
            outputs = -(-side // self.stride)
            total = max(0, (outputs - 1) * self.stride + self.kernel - side)
            pads += [total // 2, total - total // 2]
        return self.window(F.pad(x, pads))  # type: ignore[no-any-return]


def conv(kernel: int, stride: int = 1, padding: int | None = None) -> nn.Module:
    """A convolution of one channel; with `padding` None padded as TensorFlow's "same"."""
    if padding is not None:
        return nn.Conv2d(1, 1, kernel, stride, padding)
    return Same(nn.Conv2d(1, 1, kernel, stride), kernel, stride)


def pool(kernel: int, stride: int, padding: int | None = None) -> nn.Module:
    """A maximum pool, padded as `conv` does."""
    if padding is not None:
        return nn.MaxPool2d(kernel, stride, padding)
    return Same(nn.MaxPool2d(kernel, stride), kernel, stride)


class Branches(nn.Module):
    """The sum of parallel paths: as far as fields go, a concatenation of one channel."""

    def __init__(self, *paths: nn.Module) -> None:
        super().__init__()
        self.paths = nn.ModuleList(paths)

    def forward(self, x: Tensor) -> Tensor:
        first, *rest = (path(x) for path in self.paths)
        for part in rest:
            first = first + part
        return first


def named(*layers: tuple[str, nn.Module]) -> nn.Sequential:
    net = nn.Sequential()
    for name, layer in layers:
        net.add_module(name, layer)
    return net


def alexnet_v2() -> nn.Module:
    """Valid windows where the stride is not one (slim/nets/alexnet.py)."""
    return named(
        ("conv1", conv(11, 4, 0)), ("pool1", pool(3, 2, 0)), ("conv2", conv(5, 1, 2)),
        ("pool2", pool(3, 2, 0)), ("conv3", conv(3, 1, 1)), ("conv4", conv(3, 1, 1)),
        ("conv5", conv(3, 1, 1)), ("pool5", pool(3, 2, 0)),
    )  # fmt: skip


def resnet_v1(*units: int) -> nn.Module:
    """Bottleneck units; a block halves the grid in its last unit (slim/nets/resnet_v1.py)."""
    layers: list[tuple[str, nn.Module]] = [("conv1", conv(7, 2, 3)), ("pool1", pool(3, 2))]
    for number, count in enumerate(units, start=1):
        last = 2 if number < len(units) else 1
        parts = [_unit(1)] * (count - 1) + [_unit(last)]
        layers.append((f"block{number}", nn.Sequential(*parts)))
    return named(*layers)


def _unit(stride: int) -> nn.Module:
    shortcut = nn.Identity() if stride == 1 else pool(1, stride, 0)
    return Branches(nn.Sequential(conv(1), conv(3, stride, 1), conv(1)), shortcut)


def mobilenet_v1(padding: int | None = None) -> nn.Module:
    """Separable convolutions; `padding` None is TensorFlow's "same"."""
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    layers = [("conv0", conv(3, 2, padding))]
    for number, stride in enumerate(strides, start=1):
        separable = nn.Sequential(conv(3, stride, padding), conv(1))
        layers.append((f"conv{number}", separable))
    return named(*layers)


def inception_v2() -> nn.Module:
    """BN-Inception as in slim/nets/inception_v2.py, every window padded "same"."""
    stem = [("conv1", conv(7, 2)), ("pool1", pool(3, 2)), ("conv2", conv(1)), ("conv3", conv(3))]
    grids = [
        ("pool2", pool(3, 2)), ("3b", _mixed()), ("3c", _mixed()),
        ("4a", _reduction()), *((f"4{letter}", _mixed()) for letter in "bcde"),
        ("5a", _reduction()), ("5b", _mixed()), ("5c", _mixed()),
    ]  # fmt: skip
    return named(*stem, *grids)


def _mixed() -> nn.Module:
    return Branches(
        conv(1),
        nn.Sequential(conv(1), conv(3)),
        nn.Sequential(conv(1), conv(3), conv(3)),
        nn.Sequential(pool(3, 1), conv(1)),
    )


def _reduction() -> nn.Module:
    return Branches(
        nn.Sequential(conv(1), conv(3, 2)),
        nn.Sequential(conv(1), conv(3), conv(3, 2)),
        pool(3, 2),
    )
