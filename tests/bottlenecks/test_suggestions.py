"""What it would take, with widths and MACs worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.bottlenecks.networks import findings, findings_of
from visualizer.bottlenecks import Finding

# Output channels, input channels and kernel area of the convolutions behind AlexNet's pools.
CONV2 = (192, 64, 5 * 5)
CONV3 = (384, 192, 3 * 3)


def found_at(network: str, node: str) -> Finding:
    return next(f for f in findings(network) if f.node == node and f.severity != "info")


def test_that_alexnets_first_pool_gets_fig_10() -> None:
    pool1 = found_at("alexnet_lecture", "features.2")
    # 192 channels on 27x27 pass instead of 64; the convolution makes the 128 new ones only.
    get, have, kernel = CONV2
    saved = 27 * 27 * have * kernel * have
    assert pool1.rewrite_width == 27 * 27 * get == 139_968
    assert pool1.rewrite_macs == -saved == -74_649_600
    assert "5×5 convolution with the pool's stride to 128 channels" in pool1.suggestion
    assert "149.30 M MACs instead of 223.95 M" in pool1.suggestion


def test_that_alexnets_second_pool_gets_fig_10() -> None:
    pool2 = found_at("alexnet_lecture", "features.5")
    get, have, kernel = CONV3
    assert pool2.rewrite_width == 13 * 13 * get == 64_896
    assert pool2.rewrite_macs == -(13 * 13 * have * kernel * have) == -56_070_144
    assert "3×3 convolution with the pool's stride to 192 channels" in pool2.suggestion


def test_that_alexnets_first_pool_can_be_widened_before_instead() -> None:
    pool1 = found_at("alexnet_lecture", "features.2")
    # 154,587 numbers got this far: on 27x27 that takes 213 channels (212.05 rounded up).
    # conv1 gets 149 filters of 3x11x11 more on 56x56, conv2 reads 149 channels more.
    there = 56 * 56 * 149 * 3 * 11 * 11
    after = 27 * 27 * 192 * 149 * 5 * 5
    assert (there, after) == (169_616_832, 521_380_800)
    assert "Or widen features.0 from 64 to 213 channels: 155,277 numbers pass" in pool1.suggestion
    # The network has 716.77 M now; weights are 149*3*11*11 + 192*149*5*5 = 769,287 more.
    said = "+691.00 M of 716.77 M MACs, +769.29 k weights: 169.62 M there, 521.38 M in"
    assert said in pool1.suggestion


def test_that_fig_9_left_gets_the_papers_width_and_cost() -> None:
    (found,) = findings("fig9_left")
    # 35x35x320 -> 17x17x640, 3x3: 17*17*320*640*9 = 532,684,800, Fig 10 half of it.
    assert (found.rewrite_width, found.rewrite_macs) == (17 * 17 * 640, -266_342_400)
    assert "266.34 M MACs instead of 532.68 M" in found.suggestion
    assert "Or widen" not in found.suggestion  # the pool reads the input, which is as it is


def test_that_widening_before_a_pool_counts_every_layer_that_reads_it() -> None:
    first = found_at("densenet121", "features.transition1.pool")
    # 128 channels on 28x28 are 100,352 numbers; the input's 150,528 need 64 channels more.
    # The 1x1 transition makes them of 256 channels on 56x56. On 28x28 they are read by the 1x1
    # convolutions of 12 dense layers (128 filters) and of the next transition (256 filters).
    there, after = 56 * 56 * 256 * 64, 28 * 28 * 64 * (12 * 128 + 256)
    assert (first.rewrite_width, first.rewrite_macs) == (150_528, there + after)
    assert "51.38 M there, 89.92 M in the layers that read them" in first.suggestion


def test_that_widening_branches_counts_each_of_them() -> None:
    inside = found_at("googlenet_paper", "inception4a.cat")
    # 480 of 368 channels are wanted: 192, 96, 16, 64 become 251, 126, 21, 84 (rounded up).
    # All read 480 channels. The 3x3 (208 filters) reads 30 more, the 5x5 (48) 5 more, and the
    # four 1x1 of 4b (160, 112, 24, 64) read the 59 + 20 channels more of the concatenation.
    there = 480 * (59 + 30 + 5 + 20)
    after = 208 * 9 * 30 + 48 * 25 * 5 + (59 + 20) * (160 + 112 + 24 + 64)
    assert inside.rewrite_width == 14 * 14 * (251 + 126 + 21 + 84)
    assert inside.rewrite_macs == 14 * 14 * (there + after)


def test_that_a_squeeze_gets_a_skip_past_all_of_it_or_half_of_what_is_around() -> None:
    squeeze = findings("squeezenet1_1")[1]
    assert squeeze.node == "features.4.squeeze"
    # 55x55 positions, 128 channels before and after, 16 in the squeeze: half would be 64.
    # 64 filters of 1x1 and 64 of 3x3 read it.
    assert squeeze.rewrite_width == 64 * 55 * 55
    assert squeeze.rewrite_macs == 55 * 55 * (64 - 16) * (128 + 64 * 1 + 64 * 9)
    assert "a skip connection run from features.3.cat to features.4.cat" in squeeze.suggestion


class Gate(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weigh = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.weigh(x.mean((2, 3), keepdim=True)))


def squeezed(*after: nn.Module) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 1, 1), nn.ReLU(), *after,
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
    )  # fmt: skip


def test_that_a_cost_that_cannot_be_followed_is_not_told_as_if_it_were_all() -> None:
    (found,) = findings_of(lambda: squeezed(Gate(1)), (1, 3, 16, 16))
    assert found.rewrite_width == 3 * 16 * 16 and found.rewrite_macs is None
    assert "MACs there; what it costs further on is not counted, as" in found.suggestion


def test_that_a_depthwise_reader_gets_filters_and_its_readers_read_more() -> None:
    (found,) = findings_of(lambda: squeezed(nn.Conv2d(1, 1, 3, padding=1)), (1, 3, 16, 16))
    # From 1 to 3 channels: the squeeze makes 2 more of 32. One channel is read whole, not
    # depthwise, by one filter of 3x3, whose own output stays one channel.
    assert found.rewrite_macs == 16 * 16 * 2 * (32 + 9)


class Reduced(nn.Module):
    """A pool that reads an addition."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.again = nn.Conv2d(16, 16, 3, padding=1)
        self.side = nn.Conv2d(16, 64, 3, padding=1)
        self.other = nn.Conv2d(16, 64, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x))
        x = nn.functional.max_pool2d(x + self.again(x), 8)
        return torch.relu(self.side(x)) + self.other(x)


def test_that_where_no_cost_can_be_told_the_reason_is() -> None:
    (found,) = findings_of(Reduced, (1, 3, 64, 64))
    assert (found.severity, found.rewrite_macs) == ("extreme", None)
    assert "Its cost is not counted: add (add) has no filters" in found.suggestion


@pytest.mark.parametrize("network", ["alexnet", "densenet121", "googlenet_paper", "squeezenet1_0"])
def test_that_every_warning_has_a_width_and_a_cost(network: str) -> None:
    warned = [f for f in findings(network) if f.severity != "info" and not f.by_design]
    assert warned and all(f.rewrite_width and f.rewrite_macs for f in warned)
    assert all(f.rewrite_width > f.width for f in warned if f.rewrite_width)
