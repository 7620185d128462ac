"""ResNets as the paper has them (He et al. 2015); torchvision's are later variants.

They are torchvision's networks with the part changed that differs, so that the names of their
layers are the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn
from torch.nn.functional import pad

_STAGES = ("layer1", "layer2", "layer3", "layer4")


def stride_first(name: str) -> nn.Module:
    """ResNet-50, -101 or -152 of 2015: the first 1x1 of a stage has the stride, not the 3x3.

    torchvision's v1.5 computes the reduction on the larger grid: 4.089 instead of 3.858 GMACs
    for ResNet-50.
    """
    network = _resnet(name)
    for block in _blocks(network):
        first, second = block.get_submodule("conv1"), block.get_submodule("conv2")
        assert isinstance(first, nn.Conv2d) and isinstance(second, nn.Conv2d)
        first.stride, second.stride = second.stride, first.stride
    return network


def parameter_free() -> nn.Module:
    """ResNet-34 with shortcuts that have no parameters (option A): 3.644 GMACs."""
    network = _resnet("resnet34")
    for block in _blocks(network):
        if (projection := getattr(block, "downsample", None)) is not None:
            convolution = projection[0]
            block.add_module(
                "downsample", PaddedShortcut(convolution.out_channels - convolution.in_channels)
            )
    return network


def plain() -> nn.Module:
    """The 34 layers without shortcuts, which the paper found harder to train."""
    network = _resnet("resnet34")
    for stage in map(network.get_submodule, _STAGES):
        for name, block in list(stage.named_children()):
            stage.add_module(name, PlainBlock(block))
    return network


class PaddedShortcut(nn.Module):
    """Every second position, zeros for the channels that are new.

    (N, C, H, W) -> (N, C + more, H/2, W/2).
    """

    def __init__(self, more: int) -> None:
        super().__init__()
        self.more = more

    def forward(self, x: Tensor) -> Tensor:
        return pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.more))


class PlainBlock(nn.Module):
    """The layers of a basic block, one after the other, and nothing past them."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        for name in ("conv1", "bn1", "conv2", "bn2"):
            self.add_module(name, block.get_submodule(name))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        part = self.get_submodule
        x = self.relu(part("bn1")(part("conv1")(x)))
        result: Tensor = self.relu(part("bn2")(part("conv2")(x)))
        return result


def _resnet(name: str) -> nn.Module:
    from torchvision.models import get_model

    network: nn.Module = get_model(name, weights=None)
    return network


def _blocks(network: nn.Module) -> Iterator[nn.Module]:
    for stage in map(network.get_submodule, _STAGES):
        yield from stage.children()
