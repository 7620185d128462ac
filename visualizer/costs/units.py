"""Numbers as people read them: products, counts, bytes and shares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from visualizer.graph.model import BYTES_PER_ELEMENT

KILO = 1024
UNITS = "1 KB = 1024 bytes, 1 MB = 1024 KB, 1 GB = 1024 MB, as in the lecture"
_COUNT_STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_BYTE_STEPS = ((KILO**4, "TB"), (KILO**3, "GB"), (KILO**2, "MB"), (KILO, "KB"))
_PACKED = ("int4", "uint4")
_BITS = re.compile(r"(?:float|int|bfloat|complex|bits)(\d+)")


class UnknownDtypeError(ValueError):
    """Nothing is known about how much memory an element of this dtype takes."""


def element_bytes(dtype: str) -> int:
    """Bytes of one element: from the table, else from the bits in the name (`float8_e5m2fnuz`).

    Raises UnknownDtypeError when neither says it.
    """
    known = BYTES_PER_ELEMENT.get(dtype)
    if known is not None:
        return known
    if match := _BITS.search(dtype):
        return -(-int(match[1]) // 8)
    raise UnknownDtypeError(f"the size of dtype {dtype} is unknown")


def tensor_bytes(elements: int, dtype: str) -> int:
    """Bytes of a tensor of so many elements; int4 is packed, two to a byte.

    Raises UnknownDtypeError for a dtype of unknown size.
    """
    return -(-elements // 2) if dtype in _PACKED else elements * element_bytes(dtype)


def product_text(sides: Iterable[int]) -> str:
    """`64·56·56`; `1` for a scalar."""
    return "·".join(map(str, sides)) or "1"


def exact(number: int) -> str:
    """`72,855,552`."""
    return f"{number:,}"


def decimal_text(number: int | float | Fraction) -> str:
    """At most two decimals, none when there are none: `784`, `182.25`, `3,136`."""
    return f"{float(number):,.2f}".rstrip("0").rstrip(".")


def human_count(number: int | None) -> str:
    """`72.86 M`, `23.30 k`, `64`; "unknown" for None. Decimal steps."""
    if number is None:
        return "unknown"
    return _scaled(number, _COUNT_STEPS) or str(number)


def lower_bound(number: int, unknown: bool) -> str:
    """`≥ 4.09 G` where parts of a sum are unknown, "unknown" where nothing but those is there."""
    if not unknown:
        return human_count(number)
    return f"≥ {human_count(number)}" if number else "unknown"


def ops_text(count: int) -> str:
    """`1 op`, `1,234 ops`."""
    return "1 op" if count == 1 else f"{count:,} ops"


def human_bytes(number: int | None) -> str:
    """`784.00 KB`, `1.91 MB`, `64 B`; "unknown" for None. Steps of 1024, as in the lecture."""
    if number is None:
        return "unknown"
    return _scaled(number, _BYTE_STEPS) or f"{number} B"


def _scaled(number: int, steps: tuple[tuple[int, str], ...]) -> str:
    for step, unit in steps:
        if number >= step:
            return f"{number / step:.2f} {unit}"
    return ""


def percent(share: float | None) -> str:
    """`10.2 %`; "unknown" for None."""
    return "unknown" if share is None else f"{100 * share:.1f} %"
