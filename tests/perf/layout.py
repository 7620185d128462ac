"""Layout of whole networks with every module open."""

from __future__ import annotations

from tests.perf.networks import fully_expanded
from tests.perf.table import Row, median_seconds
from visualizer.layout.model import LayoutRequest, Placement
from visualizer.layout.placement import lay_out
from visualizer.layout.solving import solve_level

NETWORKS = ("resnet50", "resnet152", "swin_b", "densenet201", "efficientnet_b7")


def rows() -> list[Row]:
    """Seconds for each, nothing cached between repeats but the process."""
    found = []
    for name in NETWORKS:
        request = fully_expanded(name).request
        seconds = median_seconds(lambda request=request: _from_nothing(request), repeats=3)
        size = f"{sum(not item.group for item in request.items)} bars, {len(request.edges)} ribbons"
        found.append(Row(f"layout of {name}, fully expanded", seconds, "s", 1.0, size))
    return found


def _from_nothing(request: LayoutRequest) -> Placement:
    solve_level.cache_clear()
    return lay_out(request)
