"""Shown graphs placed by hand: AlexNet's chain, an Inception module, a residual block, folded
modules in open groups, and long synthetic chains for timing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from visualizer.graph.families import Family
from visualizer.layout.model import Placement, Rect, Route, Span
from visualizer.layout.sizing import WidthScale, fits_inside, scale_for
from visualizer.session.shown import ShownBar, ShownGraph, ShownGroup, ShownRibbon

BAR = 14.0
PITCH = 56.0

# Output elements of the lecture's AlexNet (golden table alexnet_lecture).
ALEXNET: tuple[tuple[str, Family, int, str], ...] = (
    ("input", "input", 154_587, "3×227×227"),
    ("conv1", "conv", 200_704, "64×56×56"),
    ("pool1", "pool", 46_656, "64×27×27"),
    ("conv2", "conv", 139_968, "192×27×27"),
    ("pool2", "pool", 32_448, "192×13×13"),
    ("conv3", "conv", 64_896, "384×13×13"),
    ("conv4", "conv", 43_264, "256×13×13"),
    ("conv5", "conv", 43_264, "256×13×13"),
    ("pool5", "pool", 9_216, "256×6×6"),
    ("flatten", "reshape", 9_216, "9216"),
    ("fc6", "linear", 4_096, "4096"),
    ("fc7", "linear", 4_096, "4096"),
    ("fc8", "linear", 1_000, "1000"),
)


class Board:
    """Puts bars, groups and ribbons down where it is told to."""

    def __init__(self, title: str, largest: int) -> None:
        self.title = title
        self.scale: WidthScale = scale_for("linear", largest)
        self.bars: list[ShownBar] = []
        self.groups: list[ShownGroup] = []
        self.ribbons: list[ShownRibbon] = []
        self.rects: dict[str, Rect] = {}
        self.frames: dict[str, Rect] = {}
        self.routes: list[Route] = []

    def bar(
        self, name: str, family: Family, elements: int, detail: str, middle: float, y: float,
        label: str = "", profile: Sequence[float] = (), height: float = BAR,
    ) -> None:  # fmt: skip
        width = self.scale.pixels(elements)
        self.rects[name] = Rect(middle - width / 2, y, width, height)
        shown = label or name
        self.bars.append(
            ShownBar(
                name,
                shown,
                detail,
                family,
                elements,
                fits_inside(shown, width),
                self.scale.is_floored(elements),
                family == "module",
                f"{name}\n{detail}",
                tuple(profile),
            )
        )

    def group(self, name: str, title: str, frame: Rect) -> None:
        self.groups.append(ShownGroup(name, title))
        self.frames[name] = frame

    def ribbon(
        self, source: str, target: str, at: float | None = None, lane: Sequence[Span] = (),
        tensor: str = "",
    ) -> None:  # fmt: skip
        """From the whole bottom of `source` to the top of `target`, from `at` on its bar."""
        start, end = self.rects[source], self.rects[target]
        width = min(start.width, end.width) if at is not None else end.width
        left = end.x if at is None else at
        spans = (
            Span(start.bottom, start.x, start.right),
            *lane,
            Span(end.y, left, left + (start.width if at is not None else width)),
        )
        self.routes.append(Route(len(self.ribbons), spans))
        elements = next(bar.elements for bar in self.bars if bar.id == source)
        self.ribbons.append(ShownRibbon(source, target, elements, f"{elements:,}", False, tensor))

    def shown(self, room: float = 120.0) -> ShownGraph:
        """The graph, with `room` at the right for labels."""
        every = [*self.rects.values(), *self.frames.values()]
        left, top = min(r.x for r in every), min(r.y for r in every)
        right, bottom = max(r.right for r in every) + room, max(r.bottom for r in every)
        bounds = Rect(left, top, right - left, bottom - top)
        placement = Placement(1, self.rects, self.frames, tuple(self.routes), bounds, "by hand")
        return ShownGraph(
            self.title, tuple(self.bars), tuple(self.groups), tuple(self.ribbons), placement,
            self.scale,
        )  # fmt: skip


def alexnet() -> ShownGraph:
    board = Board("AlexNet", 200_704)
    for row, (name, family, elements, detail) in enumerate(ALEXNET):
        board.bar(name, family, elements, detail, 0.0, row * PITCH)
    for (above, *_), (below, *_) in pairwise(ALEXNET):
        board.ribbon(above, below)
    return board.shown()


def inception() -> ShownGraph:
    """Module 3a of GoogLeNet at 28×28: branches of 64 + 128 + 32 + 32 channels."""
    hw = 28 * 28
    board = Board("Inception module 3a", 256 * hw)
    board.bar("pool2", "pool", 192 * hw, "192×28×28", 0, 0)
    for name, middle, channels, label in (
        ("b2", -110, 96, "1×1"), ("b3", 70, 16, "1×1"), ("b4", 300, 192, "pool 3×3"),
    ):  # fmt: skip
        family: Family = "pool" if name == "b4" else "conv"
        board.bar(name, family, channels * hw, str(channels), middle, 120, label)
    for name, middle, channels, label in (
        ("b1", -310, 64, "1×1"), ("b2b", -110, 128, "3×3"), ("b3b", 70, 32, "5×5"),
        ("b4b", 300, 32, "1×1"),
    ):  # fmt: skip
        board.bar(name, "conv", channels * hw, str(channels), middle, 240, label)
    board.bar("concat", "concat", 256 * hw, "256×28×28", 0, 360)
    for source, target in (
        ("pool2", "b1"), ("pool2", "b2"), ("pool2", "b3"), ("pool2", "b4"),
        ("b2", "b2b"), ("b3", "b3b"), ("b4", "b4b"),
    ):  # fmt: skip
        board.ribbon(source, target)
    at = board.rects["concat"].x
    for source in ("b1", "b2b", "b3b", "b4b"):
        board.ribbon(source, "concat", at)
        at += board.rects[source].width
    return board.shown()


def residual() -> ShownGraph:
    """A bottleneck of ResNet-50's first stage inside an open group, its skip in a lane."""
    hw = 56 * 56
    board = Board("Residual bottleneck", 256 * hw)
    board.scale = scale_for("linear", 256 * hw, widest=190)
    board.bar("in", "add", 256 * hw, "256×56×56", 0, 0, "add")
    for row, (name, channels, label) in enumerate(
        (("conv1", 64, "conv1 1×1"), ("conv2", 64, "conv2 3×3"), ("conv3", 256, "conv3 1×1"))
    ):
        board.bar(name, "conv", channels * hw, f"{channels}×56×56", -20, 110 + row * 70, label)
    board.bar("out", "add", 256 * hw, "256×56×56", 0, 340, "add")
    board.group("block", "layer1.1 · Bottleneck", Rect(-135, 60, 520, 310))
    board.ribbon("in", "conv1")
    board.ribbon("conv1", "conv2")
    board.ribbon("conv2", "conv3")
    board.ribbon("conv3", "out")
    board.ribbon("in", "out", lane=(Span(110, 180, 370), Span(264, 180, 370)))
    return board.shown()


def folded_resnet() -> ShownGraph:
    """ResNet-50 with its stages folded, one of them open around folded blocks."""
    board = Board("resnet50", 802_816)
    rows: tuple[tuple[str, Family, int, str, tuple[int, ...]], ...] = (
        ("x", "input", 150_528, "3×224×224", ()),
        ("conv1", "conv", 802_816, "64×112×112", ()),
        ("maxpool", "pool", 200_704, "64×56×56", ()),
        ("layer1", "module", 802_816, "256×56×56", (401, 401, 1003, 803, 1003, 1003, 803)),
        ("layer2.0", "module", 401_408, "512×28×28", (1200, 500, 501, 802, 401)),
        ("layer2.1", "module", 401_408, "512×28×28", (501, 501, 802, 401)),
        ("layer3", "module", 200_704, "1024×14×14", (600, 250, 250, 401, 200, 250, 401, 200)),
        ("layer4", "module", 100_352, "2048×7×7", (300, 125, 125, 200, 100, 125, 200, 100)),
        ("avgpool", "pool", 2_048, "2048×1×1", ()),
        ("fc", "linear", 1_000, "1000", ()),
    )
    y = 0.0
    for name, family, elements, detail, crossing in rows:
        height = 30.0 if family == "module" else BAR
        y += 44.0 if name == "layer2.0" else 0.0
        widths = [board.scale.pixels(value * 1000) for value in crossing]
        board.bar(name, family, elements, detail, 0.0, y, profile=widths, height=height)
        y += height + (60.0 if name == "layer2.1" else 42.0)
    first, last = board.rects["layer2.0"], board.rects["layer2.1"]
    frame = Rect(first.x - 60, first.y - 38, first.width + 220, last.bottom - first.y + 56)
    board.group("layer2", "layer2 · Sequential", frame)
    for (above, *_), (below, *_) in pairwise(rows):
        board.ribbon(above, below)
    return board.shown()


def long_chain(count: int, columns: int = 1, pitch: float = PITCH) -> ShownGraph:
    """`count` bars in `columns` chains side by side, with a skip over every fourth row."""
    families: tuple[Family, ...] = ("conv", "norm", "activation", "add")
    board = Board(f"chain of {count}", 200_704)
    for number in range(count):
        row, column = divmod(number, columns)
        elements = 200_704 // (1 + (row * 7 + column) % 11)
        board.bar(
            f"n{number}", families[row % 4], elements, f"{elements}", column * 640.0, row * pitch
        )
        if row:
            board.ribbon(f"n{number - columns}", f"n{number}")
        if row % 4 == 3:
            x, top = column * 640.0 + 215, (row - 3) * pitch
            lane = (Span(top + pitch, x, x + 40), Span(row * pitch - pitch / 2, x, x + 40))
            board.ribbon(f"n{number - 3 * columns}", f"n{number}", lane=lane)
    return board.shown()
