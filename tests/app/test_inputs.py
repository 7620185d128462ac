"""Giving a network its inputs, through the real window."""

import onnx
from onnx import TensorProto, helper

from visualizer.sources import InputSpec
from visualizer.ui.dialogs.inputs import InputsDialog

NETWORK = """
from torch import nn

class Sum(nn.Module):
    def forward(self, left, right):
        return left.relu() + right

def build():
    return Sum()
"""


def test_that_inputs_are_given_where_they_cannot_be_guessed_and_changed_later(
    application, settle, tmp_path, monkeypatch
):
    typed = []

    def answer(dialog):
        """The user's part: the shapes of `typed`, then Trace."""
        for line, shape in zip(dialog.rows.lines, typed, strict=True):
            line.shape.setText(shape)
        dialog.trace_button.click()
        return dialog.result()

    monkeypatch.setattr(InputsDialog, "exec", answer)
    file = tmp_path / "net.py"
    file.write_text(NETWORK)
    session, bar = application.session, application.window.message_bar
    session.state.picture = ""
    session.opening.open_text(f"{file}:build")
    settle()
    assert "takes 2 inputs (left, right)" in bar.text.text() and bar.inputs_button.isVisible()

    typed[:] = ["2×5", "2×5"]
    bar.inputs_button.click()
    settle()
    assert session.state.network.inputs == (
        InputSpec((2, 5), name="left"),
        InputSpec((2, 5), name="right"),
    )
    assert not bar.isVisible()

    typed[:] = ["3x4", "4"]
    application.window.inspector.inputs_requested.emit()
    settle()
    assert session.state.network.graph.by_id["add"].output.shape == (3, 4)

    typed[:] = ["3x4", "5"]
    application.actions.inputs.edit()
    settle()
    assert "add got input 3×4 and other 5" in bar.text.text() and bar.inputs_button.isVisible()
    assert session.state.network.graph.by_id["add"].output.shape == (3, 4)


def test_that_an_onnx_file_that_leaves_a_side_open_leads_to_its_inputs(
    application, settle, tmp_path, monkeypatch
):
    """The dialog begins with what is known and an example of what is not: Trace opens it."""
    offered = []

    def answer(dialog):
        offered.extend(dialog.inputs())
        dialog.trace_button.click()
        return dialog.result()

    monkeypatch.setattr(InputsDialog, "exec", answer)
    mel = helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["batch", 80, "frames"])
    relu = helper.make_node("Relu", ["mel"], ["y"])
    graph = helper.make_graph([relu], "g", [mel], [onnx.ValueInfoProto(name="y")])
    file = tmp_path / "net.onnx"
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), file)
    session, bar = application.session, application.window.message_bar
    session.state.picture = ""
    session.opening.open_text(str(file))
    settle()
    assert "its sides frames are not fixed in the file" in bar.text.text()
    assert bar.inputs_button.isVisible()

    bar.inputs_button.click()
    settle()
    assert offered == [InputSpec((1, 80, 16), name="mel")]
    assert session.state.network.graph.ops[-1].output.shape == (1, 80, 16)
    assert not bar.isVisible()
