"""Ops that go along a sequence: recurrent layers and Fourier transforms."""

from __future__ import annotations

from visualizer.worker.onnx_networks.views import Attributes, Translated, View


def recurrent(op: str, view: View) -> Translated:
    """LSTM, GRU and RNN, and onnxruntime's with weights of 8 bits."""
    if op == "rnn":
        activations = [str(a).lower() for a in view.attr("activations", ("Tanh",))]
        op = "rnn_relu" if "relu" in activations else "rnn_tanh"
    weight, hidden = view.shape(1), int(view.attr("hidden_size", 0))
    found: Attributes = {
        "input_size": view.shape()[-1] if view.shape() else 0,
        "hidden_size": hidden or (view.shape(2)[-1] if view.shape(2) else 0),
        "num_layers": 1, "bidirectional": bool(weight and weight[0] == 2),
        "batch_first": bool(view.attr("layout", 0)), "bias": view.has(3),
    }  # fmt: skip
    roles = {1: "weight_ih", 2: "weight_hh", 3: "bias", 7: "weight_peephole"}
    return Translated(op, found, roles, order=(0, 1, 2, 3, 5, 6, 7))


def short_time_fourier(view: View) -> Translated:
    """STFT: signal (batch, length, 1 or 2), frame step, window, frame length. Gives (batch,
    frames, bins, 2)."""
    length = view.number(3) or (view.shape(2)[0] if view.shape(2) else None)
    step, found = view.number(1), Attributes()
    if length is not None:
        found["n_fft"] = int(length)
    if step is not None:
        found["hop_length"] = int(step)
    found["onesided"], found["frames_first"] = bool(view.attr("onesided", 1)), True
    return Translated("stft", found, {2: "window"}, frozenset((2,)), order=(0, 2))


def fourier(view: View) -> Translated:
    """DFT of (batch, ..., 1 or 2) along an axis. Its default is another one in newer files, which
    makes no difference where there is only one."""
    shape = view.shape()
    axis = view.number(2, "axis", 1 if len(shape) == 3 else None)
    found: Attributes = {"inverse": bool(view.attr("inverse", 0)),
                         "onesided": bool(view.attr("onesided", 0))}  # fmt: skip
    if axis is not None and -len(shape) <= axis < len(shape):
        found["dim"] = int(axis) % len(shape)
        found["n"] = int(view.number(1) or shape[int(axis)])
    return Translated("dft", found, order=(0,))
