"""The inspector's cards: typeset parts of an Inspection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.costs import Derivation
from visualizer.ui.panels.inspection import Inspection, Link, Quantity, Row, share_text
from visualizer.ui.panels.parts import Chip, FlowText, ShareBar, colored
from visualizer.ui.theme import Theme, blend

FACTORIZE_LINK = "panel:factorize"
INPUTS_LINK = "dialog:inputs"
_SMALL = 11
_NORMAL = 12
_FORMULA = 13
_BIG = 17
_LETTERS_BESIDE_CHIP = 14

_SUBSCRIPT = re.compile(r"_(\w+)")


def card(title: str, widgets: Iterable[QWidget], theme: Theme) -> QFrame:
    """A frame with a quiet title and its parts below each other."""
    frame = QFrame()
    frame.setObjectName("card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(12, 10, 12, 11)
    column.setSpacing(8)
    if title:
        label = QLabel(title.upper())
        label.setStyleSheet(
            f"color: {theme.secondary}; font-size: 10px; font-weight: 700; letter-spacing: 1px;"
        )
        column.addWidget(label)
    for widget in widgets:
        column.addWidget(widget)
    return frame


def _title_size(title: str) -> int:
    """Pixels: a long word is to stay whole beside the chip."""
    return 18 if max(map(len, title.split()), default=0) <= _LETTERS_BESIDE_CHIP else 15


def header(shown: Inspection, theme: Theme) -> QWidget:
    """Name, what it is, where it is (click to copy), and a chip in its family's colour."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    style = f"font-size:{_title_size(shown.title)}px;font-weight:700"
    title = FlowText(f'<span style="{style}">{escape(shown.title)}</span>')
    line = QHBoxLayout()
    line.setSpacing(8)
    line.addWidget(title, 1)
    line.addWidget(Chip(shown.chip, theme.family(shown.family)))
    column.addLayout(line)
    column.addWidget(FlowText(colored(shown.subtitle, theme.secondary, _NORMAL)))
    if shown.path and shown.path != shown.title:
        column.addWidget(_path_text(shown.path, theme))
    return holder


def _path_text(path: str, theme: Theme) -> FlowText:
    copy = quote(path, safe="")
    text = FlowText(
        colored(path, theme.text, _SMALL, mono=True)
        + f'&nbsp; <a href="copy:{copy}" style="color:{theme.accent};font-size:{_SMALL}px;'
        'text-decoration:none">copy</a>'
    )
    text.setToolTip("Where the module stands in the network")
    return text


def cost_tiles(shown: Inspection, theme: Theme) -> QWidget:
    """Big numbers, two beside each other, each with its share of the network."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(12)
    for position, quantity in enumerate(shown.quantities):
        grid.addWidget(_tile(quantity, theme), position // 2, position % 2)
    for column in (0, 1):
        grid.setColumnStretch(column, 1)
        grid.setColumnMinimumWidth(column, 80)
    return holder


def _tile(quantity: Quantity, theme: Theme) -> QWidget:
    tile = QWidget()
    tile.setToolTip(quantity.tooltip)
    column = QVBoxLayout(tile)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    column.addWidget(FlowText(colored(quantity.title, theme.secondary, _SMALL)))
    color = theme.warning if quantity.value == "unknown" else theme.text
    value = f'<span style="font-size:{_BIG}px;font-weight:600;color:{color}">'
    column.addWidget(FlowText(f"{value}{escape(quantity.value)}</span>"))
    if quantity.share is not None:
        track = theme.color("border")
        column.addWidget(ShareBar(quantity.share, theme.color("accent"), track))
        share = f"{share_text(quantity.share)} of network"
        column.addWidget(FlowText(colored(share, theme.secondary, _SMALL)))
    column.addStretch(1)
    return tile


def derivation_text(item: Derivation, theme: Theme, marked: bool = False) -> FlowText:
    """The rule in symbols, then the layer's numbers put in, as on a blackboard; `marked` when it
    was asked for."""
    quantity = item.quantity[:1].upper() + item.quantity[1:]
    numbers = colored(item.numbers, theme.text, _FORMULA, mono=True)
    result = colored(item.result, theme.accent, _FORMULA, mono=True)
    lines = [(colored(quantity, theme.text, _SMALL), 2)]
    if item.formula != item.substituted:
        lines.append((f"<i>{_formula_html(item.formula, theme)}</i>", 3))
    lines.append((f"{numbers}<b>{result}</b>", 3))
    text = "".join(f'<p style="margin:0 0 {gap}px 0">{line}</p>' for line, gap in lines)
    return FlowText(_marked(text, theme) if marked else text)


def _marked(text: str, theme: Theme) -> str:
    """With a bar before it, on a ground of the accent's colour."""
    ground = blend(theme.color("ground"), theme.color("accent"), 0.14).name()
    return (
        '<table width="100%" cellspacing="0" cellpadding="0"><tr>'
        f'<td width="3" bgcolor="{theme.accent}"></td>'
        f'<td bgcolor="{ground}" style="padding:5px 6px 2px 8px">{text}</td></tr></table>'
    )


def _formula_html(formula: str, theme: Theme) -> str:
    """`C_out` with its subscript set low."""
    return _SUBSCRIPT.sub(r"<sub>\1</sub>", colored(formula, theme.secondary, _FORMULA))


def rows_text(
    rows: Iterable[Row], theme: Theme, beside: bool = False, labels: int = 34
) -> FlowText:
    """Labels left, on `labels` per cent of the width, values right of them, remarks in a
    quieter voice below or beside the values."""
    return FlowText(rows_html(rows, theme, beside, labels))


def rows_html(rows: Iterable[Row], theme: Theme, beside: bool = False, labels: int = 34) -> str:
    """The same as rich text."""
    lines = "".join(_row_html(row, theme, beside, labels) for row in rows)
    return f'<table cellspacing="0" cellpadding="0" width="100%">{lines}</table>'


def _row_html(row: Row, theme: Theme, beside: bool, labels: int) -> str:
    label = colored(row.label, theme.secondary, _NORMAL)
    value = colored(row.value, theme.text, _NORMAL)
    between = "&nbsp; " if beside else "<br>"
    remark = between + colored(row.remark, theme.secondary, _SMALL) if row.remark else ""
    return (
        f'<tr><td width="{labels}%" style="padding:0 10px 5px 0">{label}</td>'
        f'<td style="padding:0 0 5px 0">{value}{remark}</td></tr>'
    )


def link_row(link: Link, theme: Theme) -> QWidget:
    """A layer to click, its cost and its share as a bar."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    target = quote(link.id, safe="")
    text = f"{link.detail}, {share_text(link.share)}".replace(" ", "\u00a0")  # in one piece
    column.addWidget(
        FlowText(
            f'<a href="select:{target}" style="color:{theme.accent};text-decoration:none">'
            f"{escape(link.label)}</a>&nbsp; {colored(text, theme.secondary, _SMALL)}"
        )
    )
    column.addWidget(ShareBar(link.share, theme.color("accent"), theme.color("border")))
    return holder


def inputs_link(theme: Theme) -> FlowText:
    """Where the shapes that go in are told: a way to change them."""
    style = f"color:{theme.accent};text-decoration:none;font-size:{_NORMAL}px"
    return FlowText(f'<a href="{INPUTS_LINK}" style="{style}">Change inputs…</a>')


def note_text(notes: Iterable[str], theme: Theme) -> FlowText:
    return FlowText("<br>".join(colored(note, theme.secondary, _NORMAL) for note in notes))


def warning_text(warnings: Iterable[str], theme: Theme) -> FlowText:
    lines = "<br>".join(colored(f"⚠ {text}", theme.warning, _NORMAL) for text in warnings)
    return FlowText(lines)
