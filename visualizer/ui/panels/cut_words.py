"""What the panels about narrow places have in common: severities' colours, ratios, places."""

from __future__ import annotations

from PySide6.QtGui import QColor

from visualizer.bottlenecks import Cut, CutProfile, Finding, Severity
from visualizer.bottlenecks.wording import named
from visualizer.costs.units import exact, percent
from visualizer.ui.theme import Theme

BETA, NU, DEPTH = "β", "ν", "λ"
MEANINGS = {
    BETA: "of the narrowest place before",
    NU: "of the widest place after",
    DEPTH: "of what lies around it",
}
NO_FLOW = "No output of this network depends on an input: there is nothing to cut."

# pyqtgraph's names of the findings' symbols, the same as characters, and their size in pixels
SYMBOLS: dict[Severity, str] = {"extreme": "t", "moderate": "d", "mild": "o", "info": "o"}
GLYPHS: dict[Severity, str] = {"extreme": "▼", "moderate": "◆", "mild": "●", "info": "•"}
SYMBOL_SIZES: dict[Severity, int] = {"extreme": 15, "moderate": 14, "mild": 11, "info": 8}

_ON_LIGHT: dict[Severity, str] = {
    "extreme": "#C9302C", "moderate": "#C2570C", "mild": "#E3B008", "info": "#6B7482",
}  # fmt: skip
_ON_DARK: dict[Severity, str] = {
    "extreme": "#FF6B6F", "moderate": "#F59A4C", "mild": "#F2D35E", "info": "#9BA4B2",
}  # fmt: skip
_LABEL_LENGTH = 24


def severity_color(severity: Severity, theme: Theme) -> QColor:
    """Red, orange, yellow or grey, made for the theme's ground."""
    return QColor((_ON_DARK if theme.is_dark else _ON_LIGHT)[severity])


def minimum_color(theme: Theme) -> QColor:
    """Of the line of the narrowest place so far."""
    return theme.color("success")


def label_of(cut: Cut) -> str:
    """A cut's name for an axis: the end of a long one, which tells more than its beginning."""
    if len(cut.tensors) > 1 and not cut.inside:
        return named(cut).removeprefix("the ")
    name = cut.node
    while len(name) > _LABEL_LENGTH and "." in name:
        name = name.partition(".")[2]
    name = name if len(name) <= _LABEL_LENGTH else name[-_LABEL_LENGTH:]
    shown = name if name == cut.node else f"…{name}"
    return f"in {shown}" if cut.inside else shown


def deciding_ratios(finding: Finding) -> list[tuple[str, float]]:
    """Symbol and value of the ratios that made the finding what it is, at most two."""
    named = {BETA: finding.beta, NU: finding.nu, DEPTH: finding.depth}
    symbols = {"squeeze": (DEPTH, BETA), "cliff": (BETA,)}.get(finding.kind, (BETA, NU))
    return [(symbol, ratio) for symbol in symbols if (ratio := named[symbol]) is not None]


def ratio_text(ratio: float | None) -> str:
    """`0.302`; a dash where there is nothing to compare with."""
    return "–" if ratio is None else f"{ratio:.3g}"


def cut_rows(profile: CutProfile, number: int) -> list[tuple[str, str, str]]:
    """Symbol, value and remark of what is known about a cut."""
    cut = profile.cuts[number]
    return [
        ("width", exact(cut.width), _width_remark(profile, cut)),
        (BETA, ratio_text(cut.beta), MEANINGS[BETA] if cut.beta is not None else "nothing before"),
        (NU, ratio_text(cut.nu), MEANINGS[NU] if cut.nu is not None else _no_nu(cut)),
        ("MACs", percent(cut.macs_spent_share), "of all are done by then"),
    ]


def _width_remark(profile: CutProfile, cut: Cut) -> str:
    together = f" in {len(cut.tensors)} tensors" if len(cut.tensors) > 1 else ""
    return f"{profile.unit} can pass{together}"


def _no_nu(cut: Cut) -> str:
    return "nothing of the body after" if cut.in_body else "the head is not judged"
