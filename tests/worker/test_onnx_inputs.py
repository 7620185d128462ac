"""What an ONNX file is opened with where it leaves sides open: chosen, tried, or asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper

from tests.worker.onnx_files import Quiet, classifier, model_of, opened, save, value, weight, whole
from visualizer.sources import InputSpec
from visualizer.worker.loaders import InputsError, LoadError


def passing(*inputs: Any) -> ModelProto:
    """A network that only hands on what it is given."""
    nodes = [helper.make_node("Identity", [one.name], [f"{one.name}_out"]) for one in inputs]
    return model_of(nodes, list(inputs), [f"{one.name}_out" for one in inputs])


def lines_of_text() -> ModelProto:
    """A text recognizer: 48 rows become one, columns stay. Its own Reshape fixes the 48."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], kernel_shape=[16, 1], strides=[16, 1]),
        helper.make_node("Shape", ["a"], ["s"]),
        helper.make_node("Slice", ["s", "three", "four"], ["columns"]),
        helper.make_node("Concat", ["head", "columns"], ["t"], axis=0),
        helper.make_node("Reshape", ["a", "t"], ["y"]),
    ]
    stored = [weight("w", 4, 3, 16, 1), whole("three", 3), whole("four", 4), whole("head", 1, 12)]
    return model_of(nodes, [value("x", ["n", 3, "h", "w"])], ["y"], stored)


def test_that_other_likely_sizes_are_tried_where_the_first_does_not_fit(tmp_path: Path):
    network = opened(save(lines_of_text(), tmp_path / "net.onnx"))
    assert network.inputs == (InputSpec((1, 3, 48, 320), name="x"),)
    assert network.graph.by_id["Reshape" if "Reshape" in network.graph.by_id else "reshape"]
    assert "input x is n×3×h×w in the file: 1×3×48×320 was chosen" in network.graph.notes


@pytest.mark.parametrize(
    ("key", "said", "sides"),
    [("imgsz", "[320, 320]", (320, 320)), ("imgsz", "[96, 160]", (96, 160)),
     ("image_size", "256", (256, 256)), ("input_size", "(3, 192, 128)", (192, 128)),
     ("input_size", "[1, 64, 80, 3]", (64, 80)), ("imgsz", "large", (224, 224)),
     ("imgsz", "[0, 0]", (224, 224)), ("imgsz", "9" * 30, (224, 224))],
)  # fmt: skip
def test_that_the_size_a_file_tells_comes_before_what_is_usual(
    key: str, said: str, sides: tuple[int, int], tmp_path: Path
):
    """As Ultralytics, timm and others write it; what is no size is passed over."""
    model = passing(value("x", ["n", 3, "h", "w"]))
    helper.set_model_props(model, {"stride": "32", key: said})
    network = opened(save(model, tmp_path / "net.onnx"))
    height, width = sides
    assert network.inputs == (InputSpec((1, 3, height, width), name="x"),)
    how = "" if sides == (224, 224) else f", as its {key} says"
    chosen = f"input x is n×3×h×w in the file: 1×3×{height}×{width} was chosen{how}"
    assert chosen in network.graph.notes


def test_that_a_size_a_file_tells_gives_way_to_one_that_fits_or_is_given(tmp_path: Path):
    """Its own Reshape fixes the 48 rows."""
    model = lines_of_text()
    helper.set_model_props(model, {"imgsz": "[320, 320]"})
    path = save(model, tmp_path / "net.onnx")
    network = opened(path)
    assert network.inputs[0].shape == (1, 3, 48, 320)
    assert "input x is n×3×h×w in the file: 1×3×48×320 was chosen" in network.graph.notes
    assert opened(path, InputSpec((1, 3, 48, 64))).inputs[0].shape == (1, 3, 48, 64)


def test_that_a_size_that_was_only_guessed_is_said_to_be(tmp_path: Path):
    """No likely height is 16·7."""
    model = lines_of_text()
    fixed = numpy_helper.from_array(np.asarray([1, 28], np.int64), "head")
    model.graph.initializer[3].CopyFrom(fixed)
    path = save(model, tmp_path / "net.onnx")
    with pytest.raises(InputsError) as raised:
        opened(path)
    said = str(raised.value)
    assert said.startswith(
        "x=1x3x224x224 was only guessed, and does not fit: give the network's own inputs, "
        "--input in a command; "
    )
    assert raised.value.inputs == (InputSpec((1, 3, 224, 224), name="x"),)
    assert opened(path, InputSpec((1, 3, 112, 64))).graph.ops[-1].output.shape == (1, 28, 64)


def test_that_a_size_that_was_given_is_not_said_to_be_guessed(tmp_path: Path):
    with pytest.raises(LoadError) as raised:
        opened(save(lines_of_text(), tmp_path / "net.onnx"), InputSpec((1, 3, 224, 224)))
    assert "guessed" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "sides", "shape"),
    [("waveforms", ["batch", "N"], (1, 16_000)), ("audio", ["samples"], (16_000,)),
     ("speech", ["b", 1, "n"], (1, 1, 16_000)), ("x", ["batch", "sequence"], (1, 16_000))],
)  # fmt: skip
def test_that_a_row_of_sound_is_a_second_of_it(
    name: str, sides: list[Any], shape: tuple[int, ...], tmp_path: Path
):
    network = opened(save(passing(value(name, sides)), tmp_path / "net.onnx"))
    assert network.inputs == (InputSpec(shape, name=name),)
    assert any(note.endswith("was chosen") for note in network.graph.notes)


def test_that_a_sampling_rate_a_length_and_a_state_go_with_the_sound(tmp_path: Path):
    """As in voice activity detectors: the rate is 16 kHz, the middle of a state is the batch."""
    model = passing(
        value("input", [None, None]), value("state", [2, None, 128]),
        value("sr", [], TensorProto.INT64), value("lengths", ["b"], TensorProto.INT64),
    )  # fmt: skip
    network = opened(save(model, tmp_path / "net.onnx"))
    assert network.inputs == (
        InputSpec((1, 16_000), name="input"), InputSpec((2, 1, 128), name="state"),
        InputSpec((), "int64", "sr", (16_000,)), InputSpec((1,), "int64", "lengths", (16_000,)),
    )  # fmt: skip
    assert "input sr says a number: 16,000 was chosen" in network.graph.notes
    assert network.graph.assumed == ("input", "state", "sr", "lengths")
    kept = network.run(torch.zeros(1, 3, 4, 4), "cpu", None, 1 << 20, Quiet()).kept  # type: ignore[arg-type]
    assert kept["sr"].shape == () and int(kept["sr"]) == 16_000
    assert kept["lengths"].tolist() == [16_000]


def test_that_numbers_that_are_given_are_those_it_runs_on(tmp_path: Path):
    model = passing(value("sr", [], TensorProto.INT64))
    network = opened(save(model, tmp_path / "net.onnx"), InputSpec((), "int64", "", (8_000,)))
    kept = network.run(torch.zeros(1, 3, 4, 4), "cpu", None, 1 << 20, Quiet()).kept  # type: ignore[arg-type]
    assert int(kept["sr"]) == 8_000


def test_that_a_scalar_given_sides_is_told_how_to_be_given(tmp_path: Path):
    path = save(passing(value("n", [], TensorProto.INT64)), tmp_path / "net.onnx")
    with pytest.raises(LoadError) as raised:
        opened(path, InputSpec((1,), "int64", "n", (4,)))
    assert str(raised.value) == "input 'n' is a scalar in the file: give n=scalar:int64@4"


def test_that_a_scalar_given_for_sides_is_said_to_be_one(tmp_path: Path):
    path = save(passing(value("x", [1, 4])), tmp_path / "net.onnx")
    with pytest.raises(LoadError, match="input 'x' is 1×4 in the file, a scalar was given"):
        opened(path, InputSpec((), name="x"))


def test_that_all_inputs_with_open_sides_are_asked_for_at_once(tmp_path: Path):
    model = passing(
        value("mel", ["batch", 80, "frames"]), value("past", [4, "batch", "steps"]),
        value("size", ["batch", 2]),
    )  # fmt: skip
    with pytest.raises(InputsError) as raised:
        opened(save(model, tmp_path / "net.onnx"))
    assert str(raised.value) == (
        "inputs 'mel' (batch×80×frames), 'past' (4×batch×steps) have sides that are not fixed in "
        "the file; give them, for example mel=1x80x16 past=4x1x16 (--input before each in a "
        "command)"
    )
    assert [spec.shape for spec in raised.value.inputs] == [(1, 80, 16), (4, 1, 16), (1, 2)]


def test_that_a_name_that_cannot_be_typed_is_given_by_its_place(tmp_path: Path):
    model = passing(value("in:0", ["batch", 80, "frames"]))
    with pytest.raises(InputsError, match=r"for example 1x80x16 \(--input"):
        opened(save(model, tmp_path / "net.onnx"))


def test_that_sides_of_one_name_are_of_one_length(tmp_path: Path):
    """Squares stay squares whichever size is tried."""
    network = opened(save(classifier("side"), tmp_path / "net.onnx"))
    assert network.inputs[0].shape == (1, 3, 224, 224)
