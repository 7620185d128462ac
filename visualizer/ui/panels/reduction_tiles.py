"""One way to make the grid smaller, as a tile: its silhouette, its MACs and its narrowest cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.bottlenecks.reductions import (
    KIND_TITLES,
    Kind,
    Narrowness,
    Reduction,
    Sketch,
    Variant,
    VariantKind,
    cheapest_of,
    variant_sketch,
)
from visualizer.costs.units import exact, human_bytes, human_count, percent
from visualizer.ui.panels.reduction_sketch import (
    Placed,
    SketchLayout,
    paint,
    pixels_per_number,
    place,
)
from visualizer.ui.theme import Theme, canvas_font

_FLOAT32 = 4
_PAD, _LINE = 7.0, 14.0
_TOP = 2 * _LINE + 5
_SKETCH = 50.0
_NARROWEST, _WIDEST = 104, 230
_SMALL, _TITLE = 11, 12

_NAMES: dict[VariantKind, str] = {
    "fig9-left": "Fig 9 left", "fig9-right": "Fig 9 right", "fig10": "Fig 10",
    "strided-conv": "Strided",
}  # fmt: skip
_HOW: dict[Kind, str] = {
    "fig9-left": "pool → conv", "fig9-right": "conv → pool", "fig10": "conv beside pool",
    "strided-conv": "conv with stride", "pool": "pool alone", "transition": "1×1 → pool",
    "depthwise": "depthwise, stride", "residual": "block + shortcut",
    "patchify": "conv over patches", "patch-merging": "patches → 1×1", "other": "see right",
}  # fmt: skip


_CLEAN = "\nClean: nowhere inside do fewer numbers pass than come out at the end."
ROLES: dict[Narrowness, str] = {
    "clean": "text", "not limiting": "text", "mild bottleneck": "warning", "bottleneck": "error",
}  # fmt: skip


@dataclass(frozen=True)
class Face:
    """What a tile shows. `here`: the network has it; `role` colours what is said of its cut;
    `skips`: it never reads some positions."""

    title: str
    how: str
    sketch: Sketch
    macs: str
    cut: str
    verdict: str
    price: str
    here: bool
    role: str
    explanation: str
    skips: bool = False


def faces_of(reduction: Reduction) -> list[Face]:
    """The network's own way first, unless one of the variants is exactly that."""
    variants = [_variant_face(reduction, variant) for variant in reduction.variants]
    if any(face.here for face in variants):
        return variants
    return [_own_face(reduction), *variants]


def _variant_face(reduction: Reduction, variant: Variant) -> Face:
    here = _is_here(reduction, variant)
    return Face(
        title=_NAMES[variant.kind],
        how=_HOW[variant.kind],
        sketch=reduction.sketch if here else variant_sketch(variant, reduction.wanted),
        macs=f"{human_count(variant.macs)} MACs",
        cut=exact(variant.min_cut),
        verdict=_verdict(reduction, variant.narrowness, here) + _skipping(variant),
        price="" if variant.unread else _price(reduction, variant.macs),
        here=here,
        role=_role(reduction, variant.narrowness, here),
        explanation=_explanation(reduction, variant),
        skips=variant.unread > 0,
    )


def _is_here(reduction: Reduction, variant: Variant) -> bool:
    """The same pattern at the same costs: an idealized twin beside it would say nothing more."""
    same = (variant.macs, variant.min_cut) == (reduction.macs, reduction.min_cut)
    return same and variant.kind == reduction.kind


def _price(reduction: Reduction, macs: int | None) -> str:
    """Whether nothing does the same for less, the network's own way counted; a lone pool does
    not do the same, as it makes no channels."""
    own = None if reduction.kind == "pool" else reduction.macs
    return "cheapest" if macs == cheapest_of(reduction.variants, own) else ""


def _explanation(reduction: Reduction, variant: Variant) -> str:
    shape = reduction.wanted
    return (
        f"{KIND_TITLES[variant.kind]}\n{shape.text} with a {shape.kernel_text} kernel: "
        f"{exact(variant.macs)} MACs, {exact(variant.weights)} weights, "
        f"{exact(variant.min_cut)} numbers pass at its narrowest place, "
        f"{human_bytes(variant.activations * _FLOAT32)} of activations (float32).\n"
        f"Verdict: {variant.verdict}.{_CLEAN if variant.clean else ''}"
    )


def _verdict(reduction: Reduction, narrowness: Narrowness, here: bool) -> str:
    return "a skip runs past" if here and reduction.bypassed else narrowness


def _skipping(variant: Variant) -> str:
    """`, skips 75.0 %`, where a kernel is smaller than its step."""
    return f", skips {percent(variant.unread)}" if variant.unread else ""


def _role(reduction: Reduction, narrowness: Narrowness, here: bool) -> str:
    """The theme's colour for what is said of a cut."""
    return ROLES["clean" if here and reduction.bypassed else narrowness]


def _own_face(reduction: Reduction) -> Face:
    macs = human_count(reduction.macs)
    share = (
        f"{reduction.cut_to_output:.2f} of its output, {reduction.cut_to_input:.3f} of its input"
    )
    return Face(
        title="This network",
        how=_HOW[reduction.kind],
        sketch=reduction.sketch,
        macs="no MACs" if reduction.macs == 0 else f"{macs} MACs",
        cut=exact(reduction.min_cut),
        verdict=_verdict(reduction, reduction.narrowness, True),
        price=_price(reduction, reduction.macs),
        here=True,
        role=_role(reduction, reduction.narrowness, True),
        explanation=f"{KIND_TITLES[reduction.kind]}, as it is in this network\n"
        f"{exact(reduction.weights)} weights; {exact(reduction.min_cut)} numbers pass at its "
        f"narrowest place, {share}; {human_bytes(reduction.activations * _FLOAT32)} of "
        f"activations (float32).{_CLEAN if reduction.narrowness == 'clean' else ''}",
    )


class Tile(QWidget):
    """Painted whole; pointing at a bar tells its tensor, at anything else the variant."""

    def __init__(self, face: Face, layout: SketchLayout, scaled: Sequence[SketchLayout],
                 theme: Theme) -> None:  # fmt: skip
        super().__init__()
        self.face = face
        self._layout = layout
        self._scaled = scaled
        self._theme = theme
        self.setMinimumWidth(_NARROWEST)
        self.setMaximumWidth(_WIDEST)
        self.setFixedHeight(round(_TOP + _SKETCH + 3 * _LINE + 2 * _PAD))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{face.title}: {face.macs}, narrowest cut {face.cut}")
        self.setAccessibleDescription(face.explanation)

    def sizeHint(self) -> QSize:
        return QSize(_WIDEST, self.height())

    def placed(self) -> Placed:
        """Where the silhouette's bars are."""
        area = QRectF(_PAD, _PAD + _TOP, self.width() - 2 * _PAD, _SKETCH)
        return place(self._layout, area, pixels_per_number(self._scaled, area.width()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def words_at(self, point: QPoint) -> str:
        """What pointing there tells."""
        bar = self.placed().bar_at(QPointF(point))
        return self.face.explanation if bar is None else self.face.sketch.bars[bar].label

    def _tell(self, point: QPoint, at: QPoint) -> None:
        QToolTip.showText(at, self.words_at(point), self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.face.here:
            self._paint_ground(painter)
        paint(painter, self.face.sketch, self.placed(), self._theme)
        self._paint_words(painter)

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setPen(QPen(self._theme.color("accent"), 1.2))
        painter.setBrush(self._theme.color("accent_soft", 0.55))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_words(self, painter: QPainter) -> None:
        face, below = self.face, _TOP + _SKETCH + 6
        bold = QFont.Weight.DemiBold
        quiet = face.role == ROLES["clean"]
        verdict = face.role if not quiet else "success" if face.price else "secondary"
        verdict = "warning" if face.skips and quiet else verdict
        self._line(painter, 0, face.title, "accent" if face.here else "text", _TITLE, bold)
        self._line(painter, _LINE, face.how, "secondary")
        self._line(painter, below, face.macs, "text", weight=bold)
        self._line(painter, below + _LINE, f"min cut {face.cut}", face.role)
        judged = f"{face.verdict}, {face.price}" if face.price else face.verdict
        self._line(painter, below + 2 * _LINE, judged, verdict)

    def _line(
        self, painter: QPainter, top: float, text: str, role: str, pixels: int = _SMALL,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:  # fmt: skip
        """One line of text, shortened when there is no room."""
        painter.setFont(canvas_font(pixels, weight))
        painter.setPen(self._theme.color(role))
        area = QRectF(_PAD, _PAD - 2 + top, self.width() - 2 * _PAD, _LINE)
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
