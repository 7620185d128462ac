"""The colours of light and dark by their role, for the window and for reports.

The family colours keep apart for the three common kinds of colour blindness as well (a test
simulates them). Red is in no family: it is reserved for waists and errors.
"""

from __future__ import annotations

from visualizer.graph.families import Family

WAIST = "#E5484D"

FAMILIES: dict[Family, str] = {
    "input": "#80878A", "conv": "#3B7DD8", "linear": "#C98A2B", "attention": "#C64F9C",
    "pool": "#2A9D6E", "norm": "#5DB3CB", "activation": "#AAB34C", "add": "#8252B8",
    "concat": "#8252B8", "elementwise": "#B39BE4", "reshape": "#99A3AF", "embedding": "#8C5A3C",
    "recurrent": "#007B86", "constant": "#B9C0C9", "module": "#43557A", "other": "#79726B",
}  # fmt: skip
FAMILIES_ON_DARK: dict[Family, str] = {**FAMILIES, "module": "#48587D", "constant": "#5D6167"}

LIGHT_ROLES = {
    "ground": "#FFFFFF", "window": "#F5F6F8", "raised": "#FFFFFF", "border": "#E3E6EB",
    "strong_border": "#C9CFD8", "text": "#1B1F26", "secondary": "#616B79", "faint": "#98A1AE",
    "accent": "#4F56D9", "accent_soft": "#E9EAFC", "on_accent": "#FFFFFF", "match": "#F2A50C",
    "error": "#C9302C", "warning": "#A15C00", "success": "#1E7F55",
    "group_fill": "#5A6B8A", "group_border": "#8C99AF",
}  # fmt: skip
DARK_ROLES = {
    "ground": "#17181D", "window": "#1D1F26", "raised": "#282B34", "border": "#2E323C",
    "strong_border": "#454B59", "text": "#E8EAEE", "secondary": "#9BA4B2", "faint": "#6B7482",
    "accent": "#8F94FF", "accent_soft": "#2C2F55", "on_accent": "#14151B", "match": "#F5B83D",
    "error": "#FF7A7D", "warning": "#F0B35B", "success": "#5CC99A",
    "group_fill": "#8C9AB8", "group_border": "#66728A",
}  # fmt: skip
LIGHT_RIBBON, DARK_RIBBON = 0.21, 0.27  # opacity of ribbons
