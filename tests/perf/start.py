"""How soon something is seen."""

from __future__ import annotations

from tests.perf.table import Row, process_seconds

_BARE = "import torch, torchvision; torchvision.models.resnet50(); print('constructed', flush=True)"


def rows() -> list[Row]:
    """Window and first network from a cold start, against bare Python doing the same work."""
    torch_only, window, bare, resnet = process_seconds(
        ["-c", "import torch; print('imported', flush=True)"],
        ["-m", "tests.perf.cold_start"],
        ["-c", _BARE],
        ["-m", "tests.perf.cold_start", "resnet50"],
    )
    return [
        Row("window visible ÷ import torch", window / torch_only, "×", 0.5,
            f"{window:.2f} s / {torch_only:.2f} s"),
        Row("resnet50 on screen ÷ bare script constructing it", resnet / bare, "×", 1.5,
            f"{resnet:.2f} s / {bare:.2f} s"),
    ]  # fmt: skip
