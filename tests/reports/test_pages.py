"""Reports as HTML and Markdown: complete, closed in themselves, and safe."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.costs.building import Net
from tests.reports.networks import lecture_report, report_on
from visualizer.costs.training import Part, Plan, TrainingMemory
from visualizer.reports import Report, ReportError, save_report
from visualizer.reports.html import html_page
from visualizer.reports.markdown import markdown_page, said
from visualizer.reports.model import Sheet, Words
from visualizer.reports.training import training_blocks
from visualizer.session.training import TrainingShown

EVIL = '<img src=x onerror="alert(1)">'
_VOID = {"meta", "br", "img"}


class Outline(HTMLParser):
    """Checks that tags nest, and gathers names, attributes and the text outside styles."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    found.close()
    assert found.open == []
    return found


@cache
def report() -> Report:
    return lecture_report()


@cache
def evil_report() -> Report:
    net = Net((1, 3, 8, 8))
    net.conv(EVIL, "input", (1, 4, 8, 8), (3, 3), padding=1)
    net.op("a|b `c` *d* [e](f)", "relu", [EVIL], (1, 4, 8, 8))
    return report_on(net.graph())


def test_that_a_page_has_the_lecture_s_totals_and_every_part() -> None:
    page = outline(html_page(report()))
    for number in ("61,100,840", "716.77 M", "1.43 G FLOPs", "233.08 MB"):
        assert number in page.text
    for title in ("Silhouette", "Layer by layer", "Where it narrows", "Principles 2 to 4",
                  "Where the grid gets smaller", "The lecture's table", "All layers"):  # fmt: skip
        assert title in page.text
    assert "46,656 numbers pass" in page.text  # the waist behind pool1: 64·27·27
    assert "the slide prints 145, arithmetic gives 150" in page.text


def test_that_a_page_runs_nothing_and_asks_nobody_for_anything() -> None:
    page = html_page(report())
    found = outline(page)
    assert not found.tags & {"script", "link", "iframe", "object", "embed", "img", "foreignobject"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert not found.attributes & {"href", "src", "srcset", "xlink:href", "action"}
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"url\(([^)]*)\)", page) and "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))


def test_that_names_of_layers_are_text_and_nothing_else() -> None:
    page = html_page(evil_report())
    assert EVIL not in page
    assert EVIL in outline(page).text
    for figure in evil_report().figures:
        ElementTree.fromstring(figure.svg)


def test_that_light_dark_and_print_have_their_colours() -> None:
    system, light, dark = (html_page(report(), theme) for theme in ("system", "light", "dark"))
    assert "prefers-color-scheme:dark" in system and "@media print" in system
    assert "#17181D" not in light and "color-scheme:light;" in light
    assert "color-scheme:dark;" in dark


def test_that_markdown_has_its_drawings_beside_it(tmp_path: Path) -> None:
    written = save_report(report(), tmp_path / "my net.md")
    text = written[0].read_text(encoding="utf-8")
    links = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text)
    assert links == ["my%20net-silhouette.svg", "my%20net-trends.svg", "my%20net-memory.svg"]
    assert [path.name for path in written[1:]] == [link.replace("%20", " ") for link in links]
    for path in written[1:]:
        drawing = path.read_text(encoding="utf-8")
        assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
        assert "prefers-color-scheme:dark" in drawing
    assert "<svg" not in text and "data:" not in text  # GitHub shows neither


def test_that_the_tables_of_markdown_keep_their_columns(tmp_path: Path) -> None:
    save_report(evil_report(), tmp_path / "net.md")
    text = (tmp_path / "net.md").read_text(encoding="utf-8")
    assert EVIL not in text and said(EVIL) in text
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(columns) == 1


def test_that_marks_of_markdown_in_names_mean_nothing() -> None:
    assert said("a|b `c` *d* [e](f) <g> _h_\n# i") == (
        r"a\|b \`c\` \*d\* \[e\](f) &lt;g&gt; \_h\_ \# i"
    )


def test_that_an_html_report_is_one_file(tmp_path: Path) -> None:
    assert save_report(report(), tmp_path / "net.html") == (tmp_path / "net.html",)
    assert [path.name for path in tmp_path.iterdir()] == ["net.html"]


@pytest.mark.parametrize(
    ("target", "words"), [("net.pdf", ".html or .md"), ("nowhere/net.html", "no folder")]
)
def test_that_a_target_that_cannot_be_written_is_told(
    tmp_path: Path, target: str, words: str
) -> None:
    with pytest.raises(ReportError, match=words):
        save_report(report(), tmp_path / target)


def test_that_the_lecture_s_points_and_its_corrections_are_in_the_report() -> None:
    report = lecture_report()
    page = markdown_page(report, {figure.name: "x.svg" for figure in report.figures})
    assert "## What the lecture says" in page and "Guide 1: three 3×3 instead of one 7×7" in page
    assert "37,752,832" in page and "150 \\*" in page


def test_that_training_is_in_the_report_with_its_parts_or_why_it_is_not() -> None:
    (words,) = training_blocks("A training step could not be observed: it needs targets")
    assert isinstance(words, Words) and "needs targets" in words.text
    memory = TrainingMemory(Plan(8), 300, "update", "", (Part("Parameters", 100, "weights"),
        Part("Gradients", 200, "of them")), 100, 200, 0, 0)  # fmt: skip
    shown = TrainingShown("net", None, memory, 1, 16.0, (), 0, 0.0)  # type: ignore[arg-type]
    sheet = next(block for block in training_blocks(shown) if isinstance(block, Sheet))
    assert [row[:3] for row in sheet.rows] == [
        ("Parameters", "100 B", "33.3 %"), ("Gradients", "200 B", "66.7 %"),
        ("Peak", "300 B", "100.0 %"),
    ]  # fmt: skip
