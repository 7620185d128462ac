"""The inspector's card "In the lecture": formula lines with the network's own numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QWidget

from visualizer.insights import GRID, Insight, Table, grids_of, summarised
from visualizer.session.lecture import insights_about
from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspector_answer import linked
from visualizer.ui.panels.inspector_cards import FACTORIZE_LINK
from visualizer.ui.panels.parts import FlowText, colored
from visualizer.ui.theme import Theme

_SMALL, _NORMAL, _TITLE = 11, 12, 13
_ABOVE = 5
_TABLE = '<table width="100%" cellspacing="0" cellpadding="0" style="margin:4px 0 2px 0">'
_SUBSCRIPT = re.compile(r"_(\w+)")
_LINK = "stem"
_FACTORIZE = "Factorize tab"


class LectureKeeper:
    """What outlives the card when the inspector is built anew: the grid that ends the stem."""

    def __init__(self) -> None:
        self.grid = GRID

    def widgets(self, network: OpenNetwork | None, item: str, theme: Theme) -> list[QWidget]:
        """One text for each thing the lecture says about `item`, the first of each kind."""
        if network is None:
            return []
        found = summarised(insights_about(network, item, self.grid))
        return [
            StemText(self, network, theme)
            if insight.kind == "stem"
            else FlowText(insight_html(insight, theme, more))
            for insight, more in found
        ]


class StemText(FlowText):
    """The stem's cost, and links to count until another grid."""

    def __init__(self, keeper: LectureKeeper, network: OpenNetwork, theme: Theme) -> None:
        self._keeper, self._network, self._theme = keeper, network, theme
        super().__init__(self._text())
        self.anchorClicked.connect(self._choose)

    def _text(self) -> str:
        about = insights_about(self._network, "", self._keeper.grid)
        stem = next((insight for insight in about if insight.kind == "stem"), None)
        shown = insight_html(stem, self._theme) if stem is not None else ""
        return shown + _paragraph(self._choices(), 0)

    def _choices(self) -> str:
        """`until 112 · 56 · 28 · 14 · 7`, that in use not a link."""
        grids = grids_of(self._network.graph.in_evaluation)
        reached = next((grid for grid in grids if grid <= self._keeper.grid), None)
        links = [
            f"<b>{colored(str(grid), self._theme.text, _NORMAL)}</b>"
            if grid == reached
            else _link(f"{_LINK}:{grid}", str(grid), self._theme)
            for grid in grids[1:]
        ]
        head = colored("Count until the grid ", self._theme.secondary, _NORMAL)
        return head + colored(" · ", self._theme.secondary, _NORMAL).join(links)

    def _choose(self, url: QUrl) -> None:
        action, _, grid = url.toString().partition(":")
        if action == _LINK:
            self._keeper.grid = int(grid)
            self.setHtml(self._text())


def insight_html(insight: Insight, theme: Theme, more: int = 0) -> str:
    """Title, sentence, the lecture's line, the same with numbers, the table."""
    parts = [
        _paragraph(f"<b>{colored(insight.title, theme.text, _TITLE)}</b>", 3, _ABOVE),
        _paragraph(_sentence(insight, theme), 4),
    ]
    if insight.formula:
        parts.append(_paragraph(f"<i>{_formula(insight.formula, theme)}</i>", 3))
    if insight.substituted or insight.result:
        parts.append(_paragraph(_numbers(insight, theme), 3))
    if insight.table is not None:
        table = _ticks if insight.kind == "vgg-rules" else _table
        parts.append(table(insight.table, insight.nodes, theme))
    if more:
        again = "once more" if more == 1 else f"{more} times more"
        parts.append(_paragraph(colored(f"The same applies {again}.", theme.secondary, _SMALL), 0))
    return "".join(parts)


def _sentence(insight: Insight, theme: Theme) -> str:
    words = linked(insight.sentence, _mentions(insight.sentence, insight.nodes), theme)
    words = words.replace(_FACTORIZE, _link(FACTORIZE_LINK, _FACTORIZE, theme))
    return f'<span style="font-size:{_NORMAL}px;color:{theme.text}">{words}</span>'


def _link(target: str, text: str, theme: Theme) -> str:
    return (
        f'<a href="{target}" style="color:{theme.accent};font-size:{_NORMAL}px;'
        f'text-decoration:none">{text}</a>'
    )


def _mentions(text: str, nodes: Sequence[str]) -> tuple[str, ...]:
    """Those of the nodes that the text names."""
    return tuple(node for node in nodes if node in text)


def _formula(formula: str, theme: Theme) -> str:
    return _SUBSCRIPT.sub(r"<sub>\1</sub>", colored(formula, theme.secondary, _NORMAL))


def _numbers(insight: Insight, theme: Theme) -> str:
    between = " = " if insight.substituted and insight.result else ""
    numbers = colored(insight.substituted + between, theme.text, _NORMAL, mono=True)
    numbers = numbers.replace(" : ", " :<br>")
    return numbers + f"<b>{colored(insight.result, theme.accent, _NORMAL, mono=True)}</b>"


def _table(table: Table, _nodes: Sequence[str], theme: Theme) -> str:
    """Numbers to the right, the first column to the left."""
    head = _cells(table.columns, theme.secondary)
    rows = "".join(_cells(row, theme.text) for row in table.rows)
    return f"{_TABLE}{head}{rows}</table>"


def _cells(texts: Sequence[str], color: str) -> str:
    cells = "".join(
        f'<td align="{"right" if number else "left"}" '
        f'style="padding:0 0 3px {6 if number else 0}px">'
        f"{colored(text, color, _SMALL)}</td>"
        for number, text in enumerate(texts)
    )
    return f"<tr>{cells}</tr>"


def _ticks(table: Table, nodes: Sequence[str], theme: Theme) -> str:
    """Rules with ticks and crosses; below each what breaks it."""
    lines = []
    for mark, rule, broken in table.rows:
        color = theme.success if mark == "✓" else theme.warning
        names = linked(broken, _mentions(broken, nodes), theme)
        why = f'<br><span style="color:{theme.secondary};font-size:{_SMALL}px">{names}</span>'
        lines.append(
            f'<tr><td width="18" style="padding:0 0 3px 0">{colored(mark, color, _NORMAL)}</td>'
            f'<td style="padding:0 0 3px 0">{colored(rule, theme.text, _NORMAL)}'
            f"{why if broken else ''}</td></tr>"
        )
    return f"{_TABLE}{''.join(lines)}</table>"


def _paragraph(html: str, gap: int, above: int = 0) -> str:
    return f'<p style="margin:{above}px 0 {gap}px 0">{html}</p>'
