"""Layout of whole networks with every module open."""

from __future__ import annotations

from tests.perf.networks import fully_expanded
from tests.perf.table import Row, median_seconds
from visualizer.layout.placement import lay_out

NETWORKS = ("resnet50", "resnet152", "swin_b", "densenet201", "efficientnet_b7")


def rows() -> list[Row]:
    """Seconds for each, nothing cached between repeats but the process."""
    found = []
    for name in NETWORKS:
        request = fully_expanded(name).request
        seconds = median_seconds(lambda request=request: lay_out(request), repeats=3, warm_up=0)
        size = f"{sum(not item.group for item in request.items)} bars, {len(request.edges)} ribbons"
        found.append(Row(f"layout of {name}, fully expanded", seconds, "s", 1.0, size))
    return found
