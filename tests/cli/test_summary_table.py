"""The summary's table: what it shows on wide and narrow terminals."""

import io
import json

import pytest
from onnx import helper
from rich.console import Console

from tests.costs.building import Net
from tests.worker.onnx_files import model_of, save, value
from visualizer.cli.summary_table import print_tree
from visualizer.costs.tree import tree_rows


@pytest.fixture
def lines():
    net = Net((1, 3, 32, 32))
    net.conv("body.first", "input", (1, 64, 32, 32), (3, 3), padding=1, scope=("body",))
    net.conv("body.second", "body.first", (1, 64, 32, 32), (3, 3), padding=1, scope=("body",))
    return tree_rows(net.graph(), net.report())


def printed(lines, width, **options):
    out = io.StringIO()
    print_tree(Console(file=out, width=width, **options), "net", lines)
    return out.getvalue()


def test_that_a_wide_terminal_shows_everything(lines):
    text = printed(lines, 160)
    for column in ("Layer", "Kind", "Output", "Params", "MACs", "Memory", "Receptive field"):
        assert column in text
    assert "5×5, stride 1, padding 2" in text and "want of width" not in text
    assert "  first" in text and "body.first" not in text
    # 3·64·9 and 64·64·9 weights: the second has 36,864 of 38,592.
    assert "95.5 %" in text


@pytest.mark.parametrize("width", [100, 80, 60, 40])
def test_that_a_narrow_terminal_leaves_columns_out_and_says_which(lines, width):
    text = printed(lines, width)
    assert max(map(len, text.splitlines())) <= width
    assert "Layer" in text and "Params" in text and "MACs" in text
    assert "receptive" in text.partition("want of width")[2]


def test_that_colours_are_for_terminals_that_want_them(lines, monkeypatch):
    assert "\x1b[" not in printed(lines, 160)
    assert "\x1b[1;33m" in printed(lines, 160, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(lines, 160, force_terminal=True, color_system="standard")
    assert "33m" not in plain


def test_that_the_summary_is_sorted_in_every_format(run):
    for format in ("json", "csv", "md", "table"):
        code, out, _ = run("summary", "alexnet", "--sort", "params", "--format", format)
        assert code == 0
        found = [json.loads(out)["layers"][0]["id"]] if format == "json" else out.splitlines()
        places = [n for n, line in enumerate(found) if "classifier.1" in line]
        others = [n for n, line in enumerate(found) if "features.0" in line]
        assert places and (format == "json" or places[0] < others[0])


def test_that_the_table_ends_with_the_totals(run):
    code, out, _ = run("summary", "alexnet", "--input", "1x3x227x227", "--depth", "1")
    assert code == 0
    assert "61,100,840" in out and "716,767,232" in out and "traced on" in out
    assert [line.split()[0] for line in out.splitlines()[4:8]] == [
        "features", "avgpool", "flatten", "classifier",
    ]  # fmt: skip


def test_that_an_unknown_order_is_refused_in_one_line(run):
    code, _, err = run("summary", "alexnet", "--sort", "colour")
    assert code == 2 and err.count("\n") == 1


def test_that_the_most_memory_at_once_is_said_to_have_the_inputs_in_it(run, tmp_path):
    """1×4 in, 1×4 out, float32: 16 bytes are made, 32 are alive."""
    path = save(model_of([helper.make_node("Relu", ["x"], ["y"])], [value("x", [1, 4])], ["y"]),
                tmp_path / "net.onnx")  # fmt: skip
    code, out, _ = run("summary", str(path))
    assert code == 0
    assert "16 B in all, at most 32 B at once with the inputs" in out


def test_that_inputs_the_file_leaves_open_are_said_with_how_to_give_others(run, tmp_path):
    model = model_of([helper.make_node("Relu", ["x"], ["y"])], [value("x", ["n", 3, "h", "w"])],
                     ["y"])  # fmt: skip
    path = str(save(model, tmp_path / "net.onnx"))
    said = "the file leaves sizes open, chosen: --input x=1x3x224x224; give others in the same way"
    assert said in " ".join(run("summary", path)[1].split())
    assert "leaves sizes open" not in run("summary", path, "--input", "x=1x3x32x32")[1]
