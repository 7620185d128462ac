"""Types"""
from __future__ import annotations
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Explained:
    reason: str
    settings: Mapping[str, Any] | None = None

EXPLAINED: dict[str, Explained] = {}
