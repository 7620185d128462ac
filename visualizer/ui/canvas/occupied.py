"""What already stands where on the picture."""

from __future__ import annotations

from itertools import product


class Occupied:
    """What already stands where, in strips of height, to find the free room beside a bar."""

    def __init__(self, strip: float) -> None:
        self._strip = strip
        self._strips: dict[int, list[tuple[float, float, float, float]]] = {}

    def add(self, left: float, top: float, right: float, bottom: float) -> None:
        for strip in self._touched(top, bottom):
            self._strips.setdefault(strip, []).append((left, top, right, bottom))

    def add_border(
        self, left: float, top: float, right: float, bottom: float, above: float, below: float
    ) -> None:
        """The four sides of a box, as far as they are between the heights `above` and `below`."""
        upper, lower = max(top, above), min(bottom, below)
        self.add(left, upper, left, lower)
        self.add(right, upper, right, lower)
        for side in (top, bottom):
            if above <= side <= below:
                self.add(left, side, right, side)

    def room(self, start: float, top: float, bottom: float) -> float:
        """Free width to the right of `start` between two heights; 0 when it is taken."""
        nearest = float("inf")
        for strip in self._touched(top, bottom):
            for left, above, right, below in self._strips.get(strip, ()):
                if above < bottom and below > top and right > start:
                    nearest = min(nearest, left)
        return max(0.0, nearest - start)

    def _touched(self, top: float, bottom: float) -> range:
        return range(int(top // self._strip), int(bottom // self._strip) + 1)


class OccupiedAround:
    """The same in cells, to find the free room on both sides of a place."""

    def __init__(self, across: float, down: float) -> None:
        self._across, self._down = across, down
        self._bands: list[tuple[float, float]] = []
        self._cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}

    def add(self, left: float, top: float, right: float, bottom: float) -> None:
        box = (left, top, right, bottom)
        for cell in self._touched(*box):
            self._cells.setdefault(cell, []).append(box)

    def add_band(self, top: float, bottom: float) -> None:
        """Nothing is free between two heights."""
        self._bands.append((top, bottom))

    def gap(self, x: float, top: float, bottom: float, reach: float) -> tuple[float, float]:
        """From where to where it is free around `x` between two heights, no further than `reach`
        away; x twice when it is taken."""
        for above, below in self._bands:
            if above < bottom and below > top:
                return x, x
        start, end = x - reach, x + reach
        for cell in self._touched(start, top, end, bottom):
            for left, above, right, below in self._cells.get(cell, ()):
                if above < bottom and below > top:
                    if left < x < right:
                        return x, x
                    start = max(start, right) if right <= x else start
                    end = min(end, left) if left >= x else end
        return start, end

    def _touched(
        self, left: float, top: float, right: float, bottom: float
    ) -> product[tuple[int, int]]:
        columns = range(int(left // self._across), int(right // self._across) + 1)
        return product(columns, range(int(top // self._down), int(bottom // self._down) + 1))
