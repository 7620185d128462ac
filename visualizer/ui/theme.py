"""Light and dark: the window's colours (`session.palette`) as Qt has them, and how they follow
the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QByteArray, QDir, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from visualizer.graph.families import Family
from visualizer.resources import resource
from visualizer.session.palette import (
    DARK_RIBBON,
    DARK_ROLES,
    FAMILIES,
    FAMILIES_ON_DARK,
    LIGHT_RIBBON,
    LIGHT_ROLES,
    WAIST,
)
from visualizer.ui.style_sheet import style_sheet

ThemeChoice = Literal["light", "dark", "system"]


@dataclass(frozen=True)
class Theme:
    """Every colour by its role, as `#rrggbb`; `families` colours the bars.

    `ground` is under the canvas and the lists, `window` around them, `raised` on hovered or
    floating things. `ribbon_alpha` is the opacity of a ribbon, 0..1.
    """

    name: Literal["light", "dark"]
    ground: str
    window: str
    raised: str
    border: str
    strong_border: str
    text: str
    secondary: str
    faint: str
    accent: str
    accent_soft: str
    on_accent: str
    match: str
    error: str
    warning: str
    success: str
    group_fill: str
    group_border: str
    ribbon_alpha: float
    families: Mapping[Family, str]
    waist: str = WAIST

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a role such as "text" as a QColor with opacity `alpha`, 0..1."""
        return _with_alpha(QColor(getattr(self, role)), alpha)

    def family(self, family: Family, alpha: float = 1.0) -> QColor:
        """The colour of an op family with opacity `alpha`, 0..1."""
        return _with_alpha(QColor(self.families[family]), alpha)


LIGHT = Theme("light", **LIGHT_ROLES, ribbon_alpha=LIGHT_RIBBON, families=FAMILIES)
DARK = Theme("dark", **DARK_ROLES, ribbon_alpha=DARK_RIBBON, families=FAMILIES_ON_DARK)


def system_theme() -> Theme:
    """The theme the desktop asks for; light where it does not say."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


def theme_for(choice: ThemeChoice) -> Theme:
    """The theme of a setting."""
    return {"light": LIGHT, "dark": DARK}.get(choice) or system_theme()


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress the whole application: Fusion style, palette and style sheet."""
    QDir.setSearchPaths("icons", [str(resource("icons"))])
    app.setStyle("Fusion")
    app.setPalette(qt_palette(theme))
    app.setStyleSheet(style_sheet(theme))


def qt_palette(theme: Theme) -> QPalette:
    """The theme as Qt's palette, for everything the style sheet does not name."""
    role = QPalette.ColorRole
    palette = QPalette()
    for target, source in (
        (role.Window, "window"), (role.WindowText, "text"), (role.Base, "ground"),
        (role.AlternateBase, "window"), (role.Text, "text"), (role.Button, "raised"),
        (role.ButtonText, "text"), (role.BrightText, "error"), (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"), (role.PlaceholderText, "faint"), (role.Link, "accent"),
        (role.Highlight, "accent"), (role.HighlightedText, "on_accent"), (role.Mid, "border"),
        (role.Midlight, "border"), (role.Light, "raised"), (role.Dark, "strong_border"),
    ):  # fmt: skip
        palette.setColor(target, theme.color(source))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, theme.color("faint"))
    return palette


def text_on(color: QColor) -> QColor:
    """White or near-black, whichever reads on `color`; white is preferred on mid tones."""
    return QColor("#15181D") if _luminance(color) > 0.33 else QColor("#FFFFFF")


def blend(below: QColor, above: QColor, share: float) -> QColor:
    """The opaque colour seen when `above` covers `below` with opacity `share`, 0..1."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        below.redF() * keep + above.redF() * share,
        below.greenF() * keep + above.greenF() * share,
        below.blueF() * keep + above.blueF() * share,
    )


def canvas_font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's font at a pixel size, unhinted so that widths scale with the zoom."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def icon(name: str, theme: Theme, size: int = 20, color: QColor | None = None) -> QIcon:
    """`resources/icons/NAME.svg` in `color`, the theme's text colour as a rule; raises
    FileNotFoundError."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    shown = (color or theme.color("text")).name()
    for mode, stroke in ((QIcon.Mode.Normal, shown), (QIcon.Mode.Disabled, theme.faint)):
        made.addPixmap(_drawn(drawing.replace("currentColor", stroke), size), mode)
    return made


def _drawn(drawing: str, size: int) -> QPixmap:
    """An SVG as a pixmap with twice the pixels, for sharp icons on any screen."""
    pixmap = QPixmap(QSize(size, size) * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(2.0)
    return pixmap


def _with_alpha(color: QColor, alpha: float) -> QColor:
    color.setAlphaF(alpha)
    return color


def _luminance(color: QColor) -> float:
    """Relative luminance, 0..1 (WCAG 2.1)."""
    linear = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
