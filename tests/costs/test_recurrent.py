"""Weights of a recurrent layer are multiplied once at every step (Hochreiter, Schmidhuber 1997)."""

from __future__ import annotations

from tests.costs.building import Net, line


def test_that_an_lstm_has_four_gates() -> None:
    net = Net((35, 20, 10))
    net.op("lstm", "lstm", ["input"], (35, 20, 16), hidden_size=16, num_layers=1)
    cost = net.cost("lstm")
    assert cost.macs == 35 * 20 * 4 * 16 * (10 + 16)
    assert line(cost, "MACs") == "700·1·4·16·(10 + 16) = 1,164,800"


def test_that_a_gru_has_three_gates_and_a_plain_rnn_one() -> None:
    net = Net((35, 20, 10))
    net.op("gru", "gru", ["input"], (35, 20, 16), hidden_size=16)
    net.op("rnn", "rnn_tanh", ["input"], (35, 20, 16), hidden_size=16)
    assert net.cost("gru").macs == 35 * 20 * 3 * 16 * 26
    assert net.cost("rnn").macs == 35 * 20 * 16 * 26


def test_that_upper_layers_read_both_directions() -> None:
    net = Net((5, 1, 10))
    net.op("lstm", "lstm", ["input"], (5, 1, 32), hidden_size=16, num_layers=2, bidirectional=True)
    assert net.cost("lstm").macs == 5 * 2 * 4 * 16 * ((10 + 16) + (32 + 16))


def test_that_a_projection_is_counted_and_fed_back() -> None:
    net = Net((5, 1, 10))
    net.op("lstm", "lstm", ["input"], (5, 1, 4), hidden_size=16, num_layers=1, proj_size=4)
    assert net.cost("lstm").macs == 5 * (4 * 16 * (10 + 4) + 16 * 4)


def test_that_a_cell_is_one_step() -> None:
    net = Net((3, 10), (3, 20))
    net.op("cell", "gru_cell", ["input", "input_2"], (3, 20), hidden_size=20)
    assert net.cost("cell").macs == 3 * 3 * 20 * (10 + 20)
