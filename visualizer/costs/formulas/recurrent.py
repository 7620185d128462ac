"""Recurrent layers: at every step each gate multiplies the input and the state before."""

from __future__ import annotations

import math

from visualizer.costs.derive import counted, summed
from visualizer.costs.gates import GATES
from visualizer.costs.model import Cost
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import product_text


@formula("lstm", "gru", "rnn_tanh", "rnn_relu")
def recurrent(call: Call) -> Cost:
    """Per step and direction gates·H·(I + H); above the first layer I = H·directions.

    An LSTM with a projection of size P feeds back P numbers and adds H·P.
    """
    gates = GATES[call.node.op]
    hidden, layers = call.integer("hidden_size"), call.integer("num_layers", 1)
    directions = 2 if call.attribute("bidirectional", False) else 1
    projected = call.integer("proj_size", 0)
    state = projected or hidden
    steps = math.prod(call.input[:-1])
    parts = []
    for layer in range(layers):
        width = call.input[-1] if layer == 0 else state * directions
        inner = gates * hidden * (width + state) + projected * hidden
        rule = "N·T·directions·gates·H·(I + H)"
        numbers = f"{steps}·{directions}·{gates}·{hidden}·({width} + {state})"
        if projected:
            rule = "N·T·directions·(gates·H·(I + P) + H·P)"
            numbers = (
                f"{steps}·{directions}·"
                f"({gates}·{hidden}·({width} + {state}) + {hidden}·{projected})"
            )
        parts.append((f"layer {layer + 1}", rule, numbers, steps * directions * inner))
    return counted(*parts[0][1:]) if len(parts) == 1 else summed(tuple(parts))


@formula("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
def recurrent_cell(call: Call) -> Cost:
    """One step: gates·H·(I + H), from the two weight matrices."""
    gates = GATES[call.node.op]
    hidden = call.output[-1]
    width = call.input[-1]
    rows = math.prod(call.input[:-1])
    return counted(
        "N·gates·H·(I + H)",
        f"{product_text((rows, gates, hidden))}·({width} + {hidden})",
        rows * gates * hidden * (width + hidden),
    )


@formula(
    "quantized_lstm", "quantized_gru", "quantized_lstm_cell_dynamic", "quantized_gru_cell_dynamic",
    "quantized_rnn_tanh_cell_dynamic", "quantized_rnn_relu_cell_dynamic",
)  # fmt: skip
def quantized(call: Call) -> Cost:
    """Every number of the weights of all layers and directions once a step."""
    sizes = [spec.elements for role, spec in call.parameters.items() if role.startswith("weight")]
    if not sizes:
        raise MissingFactError(f"the weights of {call.node.op} are not recorded")
    steps = math.prod(call.arriving[:-1])
    return counted(
        "N·T·(numbers in the weights of input and state)",
        f"{steps}·({' + '.join(map(str, sizes))})",
        steps * sum(sizes),
    )
