"""A report as Markdown for GitHub: its drawings are SVG files beside it.

GitHub shows neither inline SVG nor `data:` pictures, but files of the same repository; each
drawing brings its own ground and colours for light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from visualizer.reports.model import Block, Facts, Figure, Fold, Notice, Report, Sheet, Words
from visualizer.reports.style import Theme, colours, drawing_style
from visualizer.reports.svg import element

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#$!])")


def markdown_page(report: Report, files: Mapping[str, str]) -> str:
    """The text; `files` has the relative path of each drawing by its name."""
    lines = [f"# {said(report.title)}", ""]
    lines += [f"- {said(name)}: {said(value)}" for name, value in report.about]
    for section in report.sections:
        lines += ["", f"## {said(section.title)}", "", *_blocks(section.blocks, files)]
    return "\n".join((*lines, "", "---", said(report.made_with), ""))


def svg_file(figure: Figure, theme: Theme = "system") -> str:
    """A drawing on its own, with its ground and style inside."""
    style = element("style", colours(theme) + drawing_style())
    ground = element("rect", class_="paper", width="100%", height="100%")
    start = figure.svg.index(">") + 1
    return f"{figure.svg[:start]}{style}{ground}{figure.svg[start:]}\n"


def said(text: str) -> str:
    """Text that means nothing to Markdown or HTML, on one line."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def _blocks(blocks: Sequence[Block], files: Mapping[str, str]) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, files)
        yield ""


def _block(block: Block, files: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Words():
            yield f"<sub>{said(block.text)}</sub>" if block.faint else said(block.text)
        case Facts():
            rows = tuple((fact.name, fact.value, fact.remark) for fact in block.facts)
            yield from _table(Sheet(("", "", "How it is counted"), (False, True, False), rows))
        case Figure():
            yield f"![{said(block.text)}]({files[block.name]})"
        case Notice():
            grade, title = said(block.severity.upper()), said(block.title)
            yield f"- **{grade}: {title}**, {said(block.where)}  "
            yield f"  {said(block.evidence)}  "
            yield f"  {said(block.suggestion)}"
        case Sheet():
            yield from _table(block)
        case Fold():
            yield from _fold(block, files)


def _table(sheet: Sheet) -> Iterator[str]:
    rule = ["---:" if numeric else ":---" for numeric in sheet.numeric]
    yield _row([said(title) for title in sheet.titles])
    yield _row(rule)
    for number, row in enumerate(sheet.rows):
        cells = [_indented(cell) for cell in row]
        if number in sheet.marked:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        yield _row(cells)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _indented(cell: str) -> str:
    """A cell whose leading spaces, the depth in a tree, stay."""
    inside = cell.lstrip(" ")
    return "&nbsp;" * (len(cell) - len(inside)) + said(inside)


def _fold(fold: Fold, files: Mapping[str, str]) -> Iterator[str]:
    remark = f" <sub>{escape(fold.remark)}</sub>" if fold.remark else ""
    opened = " open" if fold.open else ""
    yield f"<details{opened}><summary>{escape(fold.summary)}{remark}</summary>"
    yield ""
    yield from _blocks(fold.blocks, files)
    yield "</details>"
