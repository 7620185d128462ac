"""The inspector's answer to "is this a bottleneck?", with links to the places it names."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote

from PySide6.QtWidgets import QHBoxLayout, QWidget

from visualizer.bottlenecks import Explanation
from visualizer.ui.panels.cut_words import severity_color
from visualizer.ui.panels.parts import Chip, FlowText, colored
from visualizer.ui.theme import Theme

_NORMAL = 12
_NO = "No bottleneck"


def answer_widgets(answer: Explanation, theme: Theme) -> list[QWidget]:
    """How severe it is, why, and what it would take; links are `select:NODE`."""
    words = linked(answer.text, answer.mentions, theme)
    if answer.text.startswith(_NO):
        words = f"<b>{_NO}</b>{words[len(_NO) :]}"
    widgets: list[QWidget] = [_severity(answer, theme)] if answer.finding is not None else []
    widgets.append(FlowText(_paragraph(words, theme.text)))
    if answer.finding is not None:
        head = f"<b>{colored('Suggestion', theme.secondary)}</b> &nbsp;"
        widgets.append(FlowText(_paragraph(head + escape(answer.finding.suggestion), theme.text)))
    return widgets


def _severity(answer: Explanation, theme: Theme) -> QWidget:
    assert answer.finding is not None
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(Chip(answer.finding.severity, severity_color(answer.finding.severity, theme)))
    line.addStretch(1)
    return holder


def linked(text: str, mentions: tuple[str, ...], theme: Theme) -> str:
    """`text` as HTML, every whole name that is mentioned a link."""
    if not mentions:
        return escape(text)
    longest_first = sorted(mentions, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in longest_first)
    pattern = re.compile(rf"(?<![\w.#])(?:{names})(?![\w#]|\.\w)")
    parts, done = [], 0
    for found in pattern.finditer(text):
        parts.append(escape(text[done : found.start()]))
        parts.append(_link(found.group(), theme))
        done = found.end()
    return "".join([*parts, escape(text[done:])])


def _link(name: str, theme: Theme) -> str:
    return (
        f'<a href="select:{quote(name, safe="")}" style="color:{theme.accent};'
        f'text-decoration:none">{escape(name)}</a>'
    )


def _paragraph(html: str, color: str) -> str:
    return f'<p style="line-height:114%;margin:0;font-size:{_NORMAL}px;color:{color}">{html}</p>'
