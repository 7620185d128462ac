"""Reports as files: HTML in one piece, Markdown with its drawings beside it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from visualizer.reports.html import html_page
from visualizer.reports.markdown import markdown_page, svg_file
from visualizer.reports.model import Report
from visualizer.reports.style import Theme

SUFFIXES = (".html", ".htm", ".md")


class ReportError(ValueError):
    """The report cannot be written as asked; the text says why and what to do."""


def check_target(path: Path) -> None:
    """Raises ReportError for an ending that is not known or a folder that is not there."""
    if path.suffix.lower() not in SUFFIXES:
        raise ReportError(f"cannot write a report to '{path.name}': use a name in .html or .md")
    if not path.absolute().parent.is_dir():
        raise ReportError(f"there is no folder {path.absolute().parent}")


def save_report(report: Report, path: Path, theme: Theme = "system") -> tuple[Path, ...]:
    """Write the report as its ending says; returns the files written, the report first.

    Raises ReportError as `check_target` does, and OSError.
    """
    check_target(path)
    if path.suffix.lower() != ".md":
        path.write_text(html_page(report, theme), encoding="utf-8")
        return (path,)
    drawings = {
        figure.name: path.with_name(f"{path.stem}-{figure.name}.svg") for figure in report.figures
    }
    for figure in report.figures:
        drawings[figure.name].write_text(svg_file(figure, theme), encoding="utf-8")
    links = {name: _link(drawing) for name, drawing in drawings.items()}
    path.write_text(markdown_page(report, links), encoding="utf-8")
    return (path, *drawings.values())


def _link(drawing: Path) -> str:
    """A file beside the report, as a link that Markdown reads whole."""
    return quote(drawing.name)
