"""How costs add up with depth: one curve a network, on one axis for networks of any length."""

from __future__ import annotations

import msgspec

from visualizer.costs.trends import Quantity, Trends


class DepthCurve(msgspec.Struct, frozen=True):
    """Sums up to and with each layer of the trend charts (`costs.trends`).

    `depths` are shares of the layers (0..1), `sums` in bytes, parameters or MACs, `nodes` the
    op of each layer. It begins with nothing at depth 0, so that both are one longer than `nodes`.
    """

    depths: tuple[float, ...]
    sums: tuple[int, ...]
    nodes: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.sums[-1]

    @property
    def shares(self) -> tuple[float, ...]:
        """The sums as parts of the whole, 0..1; all 0 where there is nothing."""
        return tuple(value / self.total if self.total else 0.0 for value in self.sums)

    @property
    def half_at(self) -> float | None:
        """The depth at which half of the whole is reached; None where there is nothing."""
        reached = zip(self.depths, self.sums, strict=True)
        return next((at for at, value in reached if self.total and 2 * value >= self.total), None)


def depth_curve(trends: Trends, quantity: Quantity) -> DepthCurve:
    """The curve of one quantity; what is unknown adds nothing."""
    count = max(len(trends.bars), 1)
    return DepthCurve(
        tuple(number / count for number in range(len(trends.bars) + 1)),
        (0, *trends.cumulative(quantity)),
        tuple(bar.node for bar in trends.bars),
    )
