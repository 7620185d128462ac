"""Gates of recurrent layers: each has its own weights for the input and for the state before."""

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
GATES.update({f"{name}_cell": gates for name, gates in list(GATES.items())})
