from __future__ import annotations

from tests.costs.building import Net, line


def test_that_pooling_counts_its_windows_apart_from_the_networks_macs() -> None:
    net = Net((1, 64, 56, 56))
    net.op("pool1", "max_pool2d", ["input"], (1, 64, 27, 27), kernel_size=3, stride=2, padding=0)
    report = net.report()
    cost = report.layers["pool1"]
    assert cost.pooling
    assert cost.macs == 419_904
    assert line(cost, "MACs") == "(64·27·27)·(3·3) = 419,904"
    assert report.totals.macs == 0
    assert report.totals.pooling_macs == 419_904


def test_that_the_floor_step_of_pooling_is_visible() -> None:
    net = Net((1, 192, 56, 56))
    net.op("pool", "max_pool2d", ["input"], (1, 192, 27, 27), kernel_size=(3, 3), stride=(2, 2))
    text = line(net.cost("pool"), "output height and width")
    assert text == "floor((56 − 3 + 2·0)/2) + 1 = floor(26.5) + 1 = 27"


def test_that_ceil_mode_is_shown_as_its_own_rule() -> None:
    net = Net((1, 64, 112, 112))
    net.op(
        "pool", "max_pool2d", ["input"], (1, 64, 56, 56), kernel_size=3, stride=2, ceil_mode=True
    )
    text = line(net.cost("pool"), "output height and width")
    assert text == "ceil((112 − 3 + 2·0)/2) + 1 = ceil(54.5) + 1 = 56"


def test_that_ceil_mode_drops_a_window_that_would_start_in_the_padding() -> None:
    net = Net((1, 4, 5, 5))
    net.op(
        "pool", "max_pool2d", ["input"], (1, 4, 3, 3),
        kernel_size=2, stride=2, padding=1, ceil_mode=True,
    )  # fmt: skip
    text = line(net.cost("pool"), "output height and width")
    assert text == "ceil((5 − 2 + 2·1)/2) + 1 = ceil(2.5) + 1 − 1 = 3"


def test_that_an_absent_stride_is_the_kernel() -> None:
    net = Net((1, 4, 8, 8))
    net.op("pool", "avg_pool2d", ["input"], (1, 4, 4, 4), kernel_size=2, stride=())
    assert line(net.cost("pool"), "output height and width") == "(8 − 2 + 2·0)/2 + 1 = 4"


def test_that_a_global_pool_reads_every_number_once() -> None:
    net = Net((1, 512, 7, 7))
    net.op("gap", "adaptive_avg_pool2d", ["input"], (1, 512, 1, 1), output_size=(1, 1))
    assert line(net.cost("gap"), "MACs") == "512·7·7 = 25,088"


def test_that_uneven_adaptive_windows_are_summed() -> None:
    net = Net((1, 1, 7))
    net.op("pool", "adaptive_avg_pool1d", ["input"], (1, 1, 3), output_size=3)
    # torch: windows 0..3, 2..5, 4..7 are three numbers each
    assert net.cost("pool").macs == 9


def test_that_a_mean_over_positions_is_a_global_pool() -> None:
    net = Net((2, 512, 7, 7))
    net.op("gap", "mean", ["input"], (2, 512), dim=(2, 3))
    assert net.cost("gap").macs == 2 * 512 * 49
    assert net.cost("gap").pooling


def test_that_a_mean_over_channels_of_tokens_is_a_statistic() -> None:
    net = Net((1, 197, 768))
    net.op("m", "mean", ["input"], (1, 197, 1), dim=-1, keepdim=True)
    assert net.cost("m").cost.coverage == "free"
    assert not net.cost("m").pooling
