"""The formulas against torch itself: its shapes, and its own FLOP counter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.costs import cost_report
from visualizer.costs.derive import Window
from visualizer.costs.formulas.pooling import adaptive_bounds

torch = pytest.importorskip("torch")
functional = torch.nn.functional

sides = st.integers(8, 40)
small = st.integers(1, 4)


@given(
    size=sides, kernel=small, stride=small, padding=st.integers(0, 3), dilation=st.integers(1, 2)
)
@settings(deadline=None)
def test_that_the_conv_output_rule_is_torchs(
    size: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    result = functional.conv1d(
        torch.empty(1, 1, size, device="meta"), torch.empty(1, 1, kernel, device="meta"),
        stride=stride, padding=padding, dilation=dilation,
    )  # fmt: skip
    assert Window(size, kernel, stride, padding, padding, dilation).output == result.shape[-1]


@given(size=sides, kernel=st.integers(2, 5), stride=small, ceil=st.booleans(), data=st.data())
@settings(deadline=None)
def test_that_the_pool_output_rule_is_torchs(
    size: int, kernel: int, stride: int, ceil: bool, data: st.DataObject
) -> None:
    padding = data.draw(st.integers(0, kernel // 2))
    picture = torch.empty(1, 1, size, device="meta")
    result = functional.max_pool1d(picture, kernel, stride, padding, ceil_mode=ceil)
    assert Window(size, kernel, stride, padding, padding, 1, ceil).output == result.shape[-1]


@given(size=st.integers(1, 20), count=st.integers(1, 12))
@settings(deadline=None)
def test_that_adaptive_windows_are_torchs(size: int, count: int) -> None:
    numbers = torch.arange(size, dtype=torch.float64).reshape(1, 1, size)
    means = functional.adaptive_avg_pool1d(numbers, count).flatten().tolist()
    ours = [sum(range(start, end)) / (end - start) for start, end in adaptive_bounds(size, count)]
    assert means == pytest.approx(ours)


class Everything(torch.nn.Module):  # type: ignore[misc, name-defined]
    """One of each op that torch's counter knows."""

    def __init__(self) -> None:
        super().__init__()
        self.grouped = torch.nn.Conv2d(4, 8, (3, 5), stride=2, padding=1, groups=2)
        self.dilated = torch.nn.Conv2d(8, 8, 3, padding=2, dilation=2, bias=False)
        self.up = torch.nn.ConvTranspose2d(8, 6, 4, stride=2, padding=1)
        self.dense = torch.nn.Linear(6, 12)
        self.attention = torch.nn.MultiheadAttention(12, 3, batch_first=True)

    def forward(self, x):  # type: ignore[no-untyped-def]
        x = self.up(self.dilated(self.grouped(x)))
        tokens = self.dense(x.flatten(2).transpose(1, 2))
        tokens = tokens + self.attention(tokens, tokens, tokens, need_weights=False)[0]
        mixed = torch.einsum("bnd,bmd->bnm", tokens, tokens)
        summed = torch.baddbmm(mixed, tokens, tokens.transpose(1, 2))
        heads = tokens.unsqueeze(1)
        attended = functional.scaled_dot_product_attention(heads, heads, heads)
        return (summed @ tokens) + attended.squeeze(1)


def test_that_macs_are_half_of_what_torchs_flop_counter_counts() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    from visualizer.worker.extraction import trace

    with torch.device("meta"):
        network, picture = Everything().eval(), torch.empty(2, 4, 16, 16)
    with FlopCounterMode(display=False) as counter, torch.enable_grad():
        network(picture)
    report = cost_report(trace(network, (picture,)))
    assert report.uncovered_ops == ()
    assert report.totals.flops == counter.get_total_flops()
