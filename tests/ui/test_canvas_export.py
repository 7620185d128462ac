"""Exported files: valid, with real text, of the size asked for, or one clear line why not."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from tests.ui import samples
from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.export import ExportError, Part, Sheet, render_image, save
from visualizer.ui.canvas.marks import waist_marks
from visualizer.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

SVG = "{http://www.w3.org/2000/svg}"


def test_that_an_svg_parses_and_carries_its_text(tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    save(Sheet(samples.alexnet(), LIGHT), path)
    root = ElementTree.parse(path).getroot()
    texts = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert root.tag == f"{SVG}svg"
    assert {"AlexNet", "conv1", "64×56×56", "width ∝ activations", "Pooling"} <= texts


def test_that_an_svg_says_what_passes_at_a_waist(tmp_path: Path) -> None:
    waist = CutMark(0.0, ("pool1",), "46,656 numbers pass · β 0.302", "46,656 numbers pass", True)
    path = tmp_path / "net.svg"
    save(Sheet(samples.alexnet(), LIGHT, waist_marks((waist,), LIGHT)), path)
    root = ElementTree.parse(path).getroot()
    texts = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert "46,656 numbers pass" in texts


def test_that_an_svg_keeps_exact_bar_widths(tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    shown = samples.inception()
    save(Sheet(shown, LIGHT), path)
    widths = drawn_widths(ElementTree.parse(path).getroot(), LIGHT.families["conv"])
    convs = [shown.placement.bars[bar.id].width for bar in shown.bars if bar.family == "conv"]
    assert sorted(widths)[-len(convs) :] == pytest.approx(sorted(convs), abs=0.01)


def drawn_widths(root: ElementTree.Element, color: str) -> list[float]:
    """Widths of the shapes filled with an opaque colour."""
    widths = []
    for group in root.iter(f"{SVG}g"):
        if group.get("fill") == color.lower() and group.get("fill-opacity") == "1":
            for path in group.iter(f"{SVG}path"):
                points = re.findall(r"(-?[\d.]+(?:e-?\d+)?),-?[\d.]+", path.get("d", ""))
                widths.append(max(map(float, points)) - min(map(float, points)))
    return widths


def test_that_a_pdf_has_one_page_and_a_header(tmp_path: Path) -> None:
    path = tmp_path / "net.pdf"
    save(Sheet(samples.residual(), DARK), path)
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert b"/Count 1" in data


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_that_a_png_has_the_size_of_its_scale(tmp_path: Path, scale: float) -> None:
    path = tmp_path / "net.png"
    save(Sheet(samples.folded_resnet(), LIGHT), path, scale)
    image, sheet = QImage(str(path)), Sheet(samples.folded_resnet(), LIGHT)
    assert image.width() == pytest.approx(sheet.size.width() * scale, abs=1)
    assert image.height() == pytest.approx(sheet.size.height() * scale, abs=1)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_the_ground_is_the_themes(theme: object) -> None:
    image = render_image(Sheet(samples.alexnet(), theme))  # type: ignore[arg-type]
    corners = [(0, 0), (image.width() - 1, image.height() - 1)]
    assert {image.pixelColor(*corner).name() for corner in corners} == {
        theme.ground.lower()  # type: ignore[attr-defined]
    }


def test_that_a_png_too_large_says_which_scale_would_do(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"use a scale up to 0\.\d+, or write \.svg or \.pdf"):
        save(Sheet(samples.long_chain(2000), LIGHT), tmp_path / "net.png")


def test_that_a_long_network_still_makes_a_pdf_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "net.pdf"
    save(Sheet(samples.long_chain(400), LIGHT), path)
    box = path.read_bytes().split(b"/MediaBox [", 1)[1].split(b"]", 1)[0].split()
    assert max(float(side) for side in box) <= 14_400


def test_that_an_unknown_ending_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"ends in \.svg, \.pdf or \.png"):
        save(Sheet(samples.alexnet(), LIGHT), tmp_path / "net.gif")
    with pytest.raises(ExportError, match="there is no folder"):
        save(Sheet(samples.alexnet(), LIGHT), tmp_path / "nowhere" / "net.svg")


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_that_a_file_that_cannot_be_written_is_said(tmp_path: Path, suffix: str) -> None:
    taken = tmp_path / f"folder{suffix}"
    taken.mkdir()
    with pytest.raises(ExportError, match="cannot write"):
        save(Sheet(samples.alexnet(), LIGHT), taken)


def test_that_a_part_is_drawn_as_it_is_seen_and_nothing_beside_it(tmp_path: Path) -> None:
    shown = samples.alexnet()
    first = shown.placement.bars[shown.bars[0].id]
    area = QRectF(first.x - 40, first.y - 10, first.width + 80, 40)
    whole, part = Sheet(shown, LIGHT), Sheet(shown, LIGHT, part=Part(area, 2.0))
    assert part.size.height() < whole.size.height()
    save(part, tmp_path / "part.svg")
    root = ElementTree.parse(tmp_path / "part.svg").getroot()
    texts = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert shown.bars[0].label in texts and shown.bars[-1].label not in texts
