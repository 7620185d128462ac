"""Commands as a shell runs them: exit codes, stdout, one line on stderr."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from visualizer.cli.main import with_default_command
from visualizer.resources import resource

GOLDEN = Path(__file__).parents[1] / "golden"
CAT = str(resource("sample", "chelsea.png"))


def test_that_a_source_alone_means_the_window():
    assert with_default_command(["resnet50"]) == ["window", "resnet50"]
    assert with_default_command([]) == ["window"]
    assert with_default_command(["summary", "resnet50"]) == ["summary", "resnet50"]


def test_that_the_summary_of_alexnet_is_the_lecture_s_table(run):
    code, out, _ = run("summary", "alexnet", "--input", "1x3x227x227", "--format", "json")
    document = json.loads(out)
    expected = json.loads((GOLDEN / "layer_tables.json").read_text())["alexnet_lecture"]["layers"]
    totals = json.loads((GOLDEN / "totals.json").read_text())["alexnet_lecture"]
    ours = [row for row in document["layers"] if row["op"] in ("conv2d", "linear", "max_pool2d")]
    theirs = [row for row in expected if row["op"] in ("conv", "fc", "pool")]
    assert code == 0
    assert len(ours) == len(theirs)
    for row, golden in zip(ours, theirs, strict=True):
        assert row["macs"] == golden["macs"]
        assert row["params"] == golden["weights"] + golden["biases"]
        assert row["activation_bytes"] == golden["memory_kib"] * 1024
        assert row["activation_elements"] == np.prod(golden["output"])
    assert document["totals"]["params"] == totals["weights_and_biases"] == 61_100_840
    assert document["totals"]["macs"] == totals["macs"]
    assert (
        document["totals"]["macs"] + document["totals"]["pooling_macs"] == totals["macs_with_pools"]
    )
    assert document["uncovered_ops"] == []


def test_that_the_first_row_has_the_fields_of_the_contract(run):
    _, out, _ = run("summary", "alexnet", "--input", "1x3x227x227", "--format", "json")
    first = json.loads(out)["layers"][0]
    assert first.items() >= {
        "id": "features.0", "op": "conv2d", "module_path": "features.0", "inputs": ["input"],
        "input_shapes": [[1, 3, 227, 227]], "output_shape": [1, 64, 56, 56], "dtype": "float32",
        "macs": 72_855_552, "flops": 145_711_104, "params": 23_296, "param_bytes": 93_184,
        "activation_elements": 200_704, "activation_bytes": 802_816,
    }.items()  # fmt: skip
    field = first["receptive_field"]
    assert (field["size"], field["stride"], field["padding"]) == ([11, 11], [4, 4], [2, 2])
    assert field["aligned"] is True


def test_that_the_maps_of_a_layer_are_written_as_numbers_and_as_a_picture(run, tmp_path):
    numbers, picture = tmp_path / "maps.npz", tmp_path / "maps.png"
    asked = ("activations", "demo", "--image", CAT, "--layer", "_conv_stem", "-o")
    code, out, _ = run(*asked, str(numbers))
    assert code == 0 and "Egyptian cat" in out.splitlines()[0]
    assert np.load(numbers)["maps"].shape == (32, 112, 112)
    assert run(*asked, str(picture))[0] == 0
    assert Image.open(picture).width > 500


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot", "json"])
def test_that_the_graph_is_exported(run, tmp_path, suffix):
    target = tmp_path / f"graph.{suffix}"
    assert run("export", "squeezenet1_1", "-o", str(target))[0] == 0
    assert target.stat().st_size > 1000
    if suffix == "svg":
        assert "<text" in target.read_text() and "512×13×13" in target.read_text()


def test_that_data_flows_to_the_right_in_an_exported_drawing_when_wanted(run, tmp_path):
    sizes = {}
    for flow in ("down", "right"):
        target = tmp_path / f"{flow}.svg"
        assert run("export", "squeezenet1_1", "-o", str(target), "--flow", flow)[0] == 0
        drawing = ElementTree.parse(target).getroot()
        _, _, *sizes[flow] = map(float, drawing.get("viewBox").split())
        side = "widths" if flow == "down" else "heights"
        assert f"Bar {side} are proportional to activations" in target.read_text()
    assert sizes["right"][0] > 1.5 * sizes["right"][1]
    assert sizes["down"][0] < sizes["down"][1]
    assert run("export", "alexnet", "-o", str(target), "--flow", "up")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("summary", "resnet5"), "did you mean resnet50"),
        (("summary", "nowhere.py:build"), "no file nowhere.py"),
        (("summary", "no_such_package:build"), "no_such_package"),
        (("summary", "alexnet", "--input", "1x3xx"), "cannot read input shape"),
        (("summary", "alexnet", "--input", "1x4x224x224"), "features.0 (Conv2d)"),
        (("summary",), "Missing argument"),
        (("summary", "alexnet", "--wrong"), "No such option"),
        (("summary", "squeezenet1_1", "--dtype", "float99"), "float16"),
        (("export", "alexnet", "-o", "graph.tiff"), ".svg"),
        (("activations", "alexnet", "--image", "no.png", "--layer", "x", "-o", "a.png"), "no.png"),
        (
            ("activations", "alexnet", "--image", CAT, "--layer", "fc9", "-o", "a.png"),
            "no layer 'fc9'",
        ),
    ],
)
def test_that_bad_input_is_one_line_and_exit_code_2(run, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('bad luck')", r"bad luck.*net\.py:2"),
        ("import sys; sys.exit(3)", r"sys\.exit"),
        ("return 42", r"42|int"),
    ],
)
def test_that_a_factory_that_fails_is_told_by_the_user_s_own_line(run, tmp_path, body, said):
    net = tmp_path / "net.py"
    net.write_text(f"def build():\n    {body}\n")
    code, _, err = run("summary", f"{net}:build")
    assert code == 2
    assert re.search(said, err)
    assert len(err.strip().splitlines()) == 1


def test_that_a_picture_that_cannot_be_read_is_told(run, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    target = str(tmp_path / "maps.png")
    asked = ("activations", "squeezenet1_1", "--image", str(broken), "--layer", "classifier")
    code, _, err = run(*asked, "-o", target)
    assert code == 2
    assert "broken.jpg" in err
