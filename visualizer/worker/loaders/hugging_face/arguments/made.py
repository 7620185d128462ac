"""What an argument of a forward pass may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Made(NamedTuple):
    """Shape, dtype ("" for that of the weights) and values where they matter."""

    shape: tuple[int, ...]
    dtype: str = ""
    values: tuple[int, ...] = ()


Parameters = Mapping[str, Any]
"""Arguments by name, of a forward pass or of those that are given: of these only names count."""
Make = Callable[[Any, Parameters], list[Made]]
"""From a config what an argument may be beside others, the likeliest first."""
Table = dict[str, Make]
