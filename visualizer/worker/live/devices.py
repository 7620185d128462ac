"""Where a network can run here."""

from __future__ import annotations

import platform
from functools import lru_cache
from pathlib import Path

import torch

_CPU_INFO = Path("/proc/cpuinfo")


class DeviceError(ValueError):
    """The device asked for does not work here; the text says which do."""


@lru_cache(maxsize=1)
def available_devices() -> tuple[tuple[str, str], ...]:
    """Devices that work here, best first, as (id, name): ("cuda", "NVIDIA H200")."""
    found = []
    if torch.cuda.is_available() and _works("cuda"):
        found.append(("cuda", torch.cuda.get_device_name()))
    if torch.backends.mps.is_available() and _works("mps"):
        found.append(("mps", "Apple GPU"))
    return (*found, ("cpu", _cpu_name()))


def choose_device(wanted: str) -> torch.device:
    """The device called `wanted`, the best one for "auto"; raises DeviceError."""
    devices = dict(available_devices())
    if wanted == "auto":
        return torch.device(next(iter(devices)))
    if wanted not in devices:
        raise DeviceError(f"no {wanted} device works here: use one of auto, {', '.join(devices)}")
    return torch.device(wanted)


def _works(device: str) -> bool:
    """A driver that is too old, or a GPU that is full, shows only when something is computed."""
    try:
        return float(torch.ones(2, device=device).sum()) == 2.0
    except RuntimeError:
        return False


def _cpu_name() -> str:
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "CPU"
