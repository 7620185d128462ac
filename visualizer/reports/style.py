"""The style sheet of reports and their drawings: light, dark as the reader's system, print."""

from __future__ import annotations

from visualizer.graph.families import Family
from visualizer.session.palette import (
    DARK_RIBBON,
    DARK_ROLES,
    FAMILIES,
    FAMILIES_ON_DARK,
    LIGHT_RIBBON,
    LIGHT_ROLES,
    WAIST,
)

Theme = str  # "light", "dark" or "system"
_DARK_INK, _LIGHT_INK = "#15181D", "#FFFFFF"
_ROLES = ("ground", "window", "border", "strong_border", "text", "secondary", "faint", "accent",
          "accent_soft", "error", "warning", "group_fill", "group_border")  # fmt: skip


def colours(theme: Theme) -> str:
    """The custom properties of a theme; "system" follows the reader's and prints light."""
    light, dark = (
        _properties(LIGHT_ROLES, FAMILIES, LIGHT_RIBBON),
        _properties(DARK_ROLES, FAMILIES_ON_DARK, DARK_RIBBON),
    )
    if theme == "light":
        return f":root{{color-scheme:light;{light}}}"
    if theme == "dark":
        return f":root{{color-scheme:dark;{dark}}}@media print{{:root{{{light}}}}}"
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _properties(roles: dict[str, str], families: dict[Family, str], ribbon: float) -> str:
    named = {role.replace("_", "-"): roles[role] for role in _ROLES}
    named |= {f"f-{family}": color for family, color in families.items()}
    named |= {f"on-{family}": ink_on(color) for family, color in families.items()}
    named |= {"ribbon": str(ribbon), "waist": WAIST}
    return "".join(f"--{name}:{value};" for name, value in named.items())


def ink_on(color: str) -> str:
    """White or near-black, whichever reads on `#rrggbb` (WCAG 2.1 luminance)."""
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return (
        _DARK_INK
        if sum(map(float.__mul__, (0.2126, 0.7152, 0.0722), linear)) > 0.33
        else (_LIGHT_INK)
    )


def drawing_style() -> str:
    """What the classes in drawings mean."""
    fills = "".join(
        f".f-{name}{{fill:var(--f-{name})}}.on-{name}{{fill:var(--on-{name})}}"
        f".s-{name}{{stop-color:var(--f-{name})}}"
        for name in FAMILIES
    )
    return fills + _DRAWING


_DRAWING = """
.name,.title,.inside{font-size:11px}.detail,.small{font-size:10px}.title,.head{font-weight:600}
.head{font-size:13px}.name,.title,.head{fill:var(--text)}.detail,.small{fill:var(--secondary)}
.halo{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
.ribbon{fill-opacity:var(--ribbon)}.ribbon.pale{fill-opacity:.1}
.frame{fill:var(--group-fill);fill-opacity:.045;stroke:var(--group-border);stroke-opacity:.45}
.training{fill-opacity:.3;stroke-dasharray:4 3;stroke:var(--secondary)}
.frame.training{fill-opacity:.03}
.waist{fill:var(--waist)}.waisttext{fill:var(--error);font-size:11px}
.floor{fill:var(--secondary)}.rule{stroke:var(--border)}.axis{stroke:var(--strong-border)}
.sum{fill:none;stroke:var(--text);stroke-width:1.5;stroke-opacity:.55}
.half{stroke:var(--waist);stroke-dasharray:3 3}.area{fill:var(--accent);fill-opacity:.3}
.outline{fill:none;stroke:var(--accent);stroke-width:1.3}.mark{fill:var(--waist)}
.paper{fill:var(--ground)}
""".replace("\n", "")


def page_style(theme: Theme) -> str:
    """The style sheet of an HTML report."""
    return colours(theme) + drawing_style() + _PAGE


_PAGE = """
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);line-height:1.5;font-size:15px;
font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:40px 28px 60px}
h1{font-size:30px;line-height:1.2;margin:0 0 10px}
h2{font-size:20px;margin:44px 0 12px;padding-top:18px;border-top:1px solid var(--border)}
p{margin:8px 0;max-width:80ch}.faint{color:var(--secondary);font-size:13px}
.about{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:0;font-size:14px}
.about dt{color:var(--secondary)}.about dd{margin:0;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));
gap:12px;margin:22px 0 8px}
.fact{background:var(--window);border:1px solid var(--border);border-radius:8px;padding:12px 14px}
.fact b{display:block;font-size:19px;line-height:1.35;white-space:nowrap}
.fact span{overflow-wrap:anywhere;display:block;color:var(--secondary);font-size:12.5px}
.fact .what{font-size:13px}
figure{margin:14px 0;overflow-x:auto}svg{max-width:100%;height:auto;display:block}
svg.picture{margin:0 auto}
.sheet{overflow-x:auto;margin:12px 0}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--secondary);white-space:nowrap;
border-bottom:1px solid var(--strong-border)}
th,td{padding:4px 12px 4px 0;vertical-align:top}td{border-bottom:1px solid var(--border)}
td:first-child{overflow-wrap:break-word;white-space:pre-wrap}
.n{text-align:right;white-space:nowrap}tr.marked td{background:var(--accent-soft)}
.notice{border-left:4px solid var(--strong-border);padding:2px 0 2px 14px;margin:16px 0}
.notice.extreme{border-color:var(--waist)}.notice.moderate{border-color:var(--warning)}
.notice.mild{border-color:var(--accent)}
.notice h3{font-size:15px;margin:0}.notice .where{font-weight:400;color:var(--secondary);
overflow-wrap:anywhere}.notice .grade{text-transform:uppercase;font-size:11px;letter-spacing:.05em}
details{border-bottom:1px solid var(--border);padding:4px 0}
summary{cursor:pointer;padding:3px 0;overflow-wrap:anywhere}
summary .faint{margin-left:10px}summary:focus-visible{outline:2px solid var(--accent)}
footer{margin-top:50px;color:var(--secondary);font-size:13px}
@media print{body{font-size:11px}main{max-width:none;padding:0}h2{break-after:avoid}
.notice,.fact,tr{break-inside:avoid}svg.picture{max-height:24cm}summary{list-style:none}
details::details-content{content-visibility:visible;height:auto}}
""".replace("\n", "")
