"""The `report` command as a shell runs it."""

import subprocess
import sys

import pytest


def test_that_a_report_is_written_and_named(run, tmp_path):
    page = tmp_path / "net.html"
    code, out, err = run("report", "squeezenet1_1", "-o", str(page))
    assert (code, out, err) == (0, f"{page}\n", "")
    text = page.read_text(encoding="utf-8")
    assert "1,235,496" in text  # torchvision's num_params
    assert "What training needs" in text and "Optimizer state" in text


def test_that_markdown_names_its_drawings(run, tmp_path):
    code, out, _ = run("report", "squeezenet1_1", "-o", str(tmp_path / "net.md"))
    names = [line.rpartition("/")[2] for line in out.splitlines()]
    assert code == 0
    assert names == ["net.md", "net-silhouette.svg", "net-trends.svg", "net-memory.svg"]


@pytest.mark.parametrize("target", ["net.pdf", "nowhere/net.html"])
def test_that_a_target_that_cannot_be_written_is_one_line(run, tmp_path, target):
    code, out, err = run("report", "squeezenet1_1", "-o", str(tmp_path / target))
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_that_no_qt_is_needed(tmp_path):
    """The command imports what draws, and Qt is not among it."""
    code = "import sys, visualizer.cli.report; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
