"""A report as one HTML page: no scripts, nothing fetched, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from visualizer.reports.model import Block, Fact, Facts, Figure, Fold, Notice, Report, Sheet, Words
from visualizer.reports.style import Theme, page_style

# Says to browsers what is true anyway: the page runs nothing and asks nobody for anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html_page(report: Report, theme: Theme = "system") -> str:
    """The whole page; `theme` is "light", "dark" or "system"."""
    title = escape(report.title)
    about = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in report.about)
    sections = "\n".join(
        f"<section><h2>{escape(section.title)}</h2>\n{_blocks(section.blocks)}</section>"
        for section in report.sections
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{page_style(theme)}</style>\n</head>\n<body>\n<main>\n"
        f'<header><h1>{title}</h1>\n<dl class="about">{about}</dl></header>\n{sections}\n'
        f"<footer>{escape(report.made_with)}</footer>\n</main>\n</body>\n</html>\n"
    )


def _blocks(blocks: Sequence[Block]) -> str:
    return "".join(f"{_block(block)}\n" for block in blocks)


def _block(block: Block) -> str:
    match block:
        case Words():
            return _tag("p", escape(block.text), "faint" if block.faint else "")
        case Facts():
            return f'<div class="facts">{"".join(map(_fact, block.facts))}</div>'
        case Figure():
            return f"<figure>{block.svg}</figure>"
        case Notice():
            return _notice(block)
        case Sheet():
            return _sheet(block)
        case Fold():
            return _fold(block)


def _fact(fact: Fact) -> str:
    return (
        f'<div class="fact"><span class="what">{escape(fact.name)}</span>'
        f"<b>{escape(fact.value)}</b><span>{escape(fact.remark)}</span></div>"
    )


def _notice(notice: Notice) -> str:
    return (
        f'<div class="notice {escape(notice.severity)}"><span class="grade">'
        f"{escape(notice.severity)}</span><h3>{escape(notice.title)} "
        f'<span class="where">{escape(notice.where)}</span></h3>'
        f"<p>{escape(notice.evidence)}</p><p>{escape(notice.suggestion)}</p></div>"
    )


def _sheet(sheet: Sheet) -> str:
    head = "".join(
        _tag("th", escape(title), "n" if numeric else "")
        for title, numeric in zip(sheet.titles, sheet.numeric, strict=True)
    )
    rows = "".join(
        _tag("tr", _cells(sheet, row), "marked" if number in sheet.marked else "") + "\n"
        for number, row in enumerate(sheet.rows)
    )
    table = f"<table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
    return _tag("div", table, "sheet")


def _cells(sheet: Sheet, row: Sequence[str]) -> str:
    return "".join(
        _tag("td", escape(cell), "n" if numeric else "")
        for cell, numeric in zip(row, sheet.numeric, strict=True)
    )


def _tag(name: str, inside: str, class_: str = "") -> str:
    opening = f'{name} class="{class_}"' if class_ else name
    return f"<{opening}>{inside}</{name}>"


def _fold(fold: Fold) -> str:
    remark = f' <span class="faint">{escape(fold.remark)}</span>' if fold.remark else ""
    opening = "<details open>" if fold.open else "<details>"
    head = f"{opening}<summary>{escape(fold.summary)}{remark}</summary>\n"
    return f"{head}{_blocks(fold.blocks)}</details>"
