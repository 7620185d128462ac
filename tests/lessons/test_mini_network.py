"""The mini-network of Fig 1: figures worked out by hand, reach against a convolution by torch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.lessons.mini_designs import DESIGNS, Design, figures
from visualizer.lessons.mini_network import (
    FIG_1,
    FIG_3,
    WHOLE_3,
    WHOLE_5,
    break_even,
    mini_network,
    saving,
)
from visualizer.lessons.mini_steps import steps

kernels = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3)
blocks = st.tuples(st.integers(1, 4), st.integers(1, 4))


def told(design: Design):
    return {step.title: step for step in steps(design)}


def test_that_two_3x3_take_18_weights_for_25():
    assert (FIG_1.weights, WHOLE_5.weights) == (18, 25)
    assert saving(FIG_1, WHOLE_5) == pytest.approx(0.28)


def test_that_1x3_then_3x1_takes_6_weights_for_9():
    assert (FIG_3.weights, WHOLE_3.weights) == (6, 9)
    assert saving(FIG_3, WHOLE_3) == pytest.approx(1 / 3)


def test_that_7x7_can_become_three_3x3():
    three = mini_network([(3, 3)] * 3)
    assert three.tile == (7, 7)
    assert saving(three, mini_network([(7, 7)])) == pytest.approx(0.449, abs=5e-4)  # 1 - 27/49


def test_that_the_middle_is_a_3x3_grid_and_the_second_layer_covers_it():
    first, second = FIG_1.layers
    assert (first.below, first.grid, second.below, second.grid) == ((5, 5), (3, 3), (3, 3), (1, 1))
    assert set(second.window((0, 0))) == set(first.cells)


def test_that_a_position_reads_the_inputs_under_its_window():
    first = FIG_1.layers[0]
    assert first.window((2, 1)) == (
        (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3), (4, 1), (4, 2), (4, 3),
    )  # fmt: skip


def test_that_the_middle_input_arrives_in_nine_ways_and_a_corner_in_one():
    assert FIG_1.paths[2, 2] == 9 and FIG_1.paths[0, 4] == 1
    assert sum(FIG_1.paths.values()) == 81  # 9 positions with 9 inputs each
    assert set(WHOLE_5.paths.values()) == {1} and len(FIG_1.paths) == 25


@settings(deadline=None)  # the first call imports parts of torch
@given(kernels)
def test_that_the_ways_are_those_of_convolutions_of_ones(sizes):
    network = mini_network(sizes)
    tile = torch.ones(1, 1, *network.tile, dtype=torch.float64, requires_grad=True)
    out = tile
    for size in sizes:
        out = torch.nn.functional.conv2d(out, torch.ones(1, 1, *size, dtype=torch.float64))
    assert out.shape[-2:] == (1, 1)
    out.sum().backward()
    ways = tile.grad[0, 0]
    assert network.paths == {
        (row, column): int(ways[row, column])
        for row in range(network.tile[0])
        for column in range(network.tile[1])
    }


@settings(deadline=None)  # the first call imports parts of torch
@given(kernels, blocks)
def test_that_macs_of_a_block_are_torchs_own_count(sizes, block):
    from torch.utils.flop_counter import FlopCounterMode

    network = mini_network(sizes)
    out = torch.ones(
        1, 1, network.tile[0] + block[0] - 1, network.tile[1] + block[1] - 1, device="meta"
    )
    with FlopCounterMode(display=False) as counter:
        for size in sizes:
            out = torch.nn.functional.conv2d(out, torch.ones(1, 1, *size, device="meta"))
    assert counter.get_total_flops() == 2 * network.macs(block)


def test_that_a_tile_alone_is_dearer_because_nothing_is_shared():
    assert (FIG_1.macs(), WHOLE_5.macs()) == (90, 25)  # 9·9 + 9
    assert (FIG_3.macs(), WHOLE_3.macs()) == (12, 9)  # 3·3 + 3


def test_that_neighbours_share_six_of_nine():
    assert FIG_1.shared((0, 1)) == {(row, column) for row in range(3) for column in (1, 2)}
    assert len(FIG_1.shared((1, 1))) == 4 and not FIG_1.shared((0, 3))
    assert not WHOLE_5.shared((0, 1))


def test_that_a_1x3_is_shared_downwards_only():
    assert not FIG_3.shared((0, 1)) and len(FIG_3.shared((1, 0))) == 2


def test_that_inside_an_image_an_output_takes_18_macs():
    assert (FIG_1.macs_per_output, WHOLE_5.macs_per_output) == (18, 25)
    assert FIG_1.macs((1000, 1000)) / 10**6 == pytest.approx(18, rel=0.003)


def test_that_the_rewrite_pays_from_7x7_outputs_on():
    assert FIG_1.macs((6, 6)) == WHOLE_5.macs((6, 6)) == 900  # 9·64 + 9·36 = 25·36
    assert break_even(FIG_1, WHOLE_5) == 7
    assert break_even(FIG_3, WHOLE_3) == 3  # 3·5·3 + 3·9 = 72 < 81
    assert break_even(WHOLE_5, FIG_1, most=6) == 1 and break_even(WHOLE_5, WHOLE_5) is None


@pytest.mark.parametrize("sizes", [[], [(0, 3)], [(3, 3), (3, -1)]])
def test_that_impossible_kernels_are_refused(sizes):
    with pytest.raises(ValueError, match="at least 1"):
        mini_network(sizes)


def test_that_an_empty_block_is_refused():
    with pytest.raises(ValueError, match="0×2"):
        FIG_1.macs((0, 2))


# --------------------------------------------------------------------------- told step by step


def test_that_fig_1_is_told_with_the_second_layer_as_a_convolution():
    gather = told(DESIGNS[1])["The second layer"]
    assert "it is the second 3×3 convolution. No dense layer follows" in gather.text
    assert (gather.macs, gather.weights) == (90, 18)


def test_that_the_window_visits_every_position_once():
    visited = [s.window[1] for s in steps(DESIGNS[1]) if s.title.startswith("Position")]
    assert visited == [(row, column) for row in range(3) for column in range(3)]


def test_that_sharing_is_told_honestly():
    beside, inside = told(DESIGNS[1])["The tile beside it"], told(DESIGNS[1])["Inside an image"]
    assert "6 are there already, 3 are new" in beside.text
    assert "3·9 + 9 = 36 MACs instead of 90; 5×5 at once takes 25" in beside.text
    assert "9 + 9 = 18 MACs per output instead of 25, 28 % saved" in inside.text
    assert "A tile alone takes 90, so it pays from 7×7 outputs on" in inside.text


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.network.title)
def test_that_every_number_needed_is_new_or_used_again(design):
    for step in steps(design):
        grids = [
            {(r, c) for r in range(layer.grid[0] + step.block[0] - 1)
             for c in range(layer.grid[1] + step.block[1] - 1)}
            for layer in design.network.layers
        ]  # fmt: skip
        for grid, fresh, reused, done in zip(
            grids, step.fresh, step.reused, step.done, strict=True
        ):
            assert not (fresh & reused or fresh & done or reused & done)
            assert fresh | reused | done <= grid
        assert step.text and step.seconds > 0


def test_that_among_finished_tiles_one_number_is_new():
    inside = told(DESIGNS[1])["Inside an image"]
    assert len(inside.fresh[0]) == 1 and len(inside.reused[0]) == 8


def test_that_the_counters_only_grow():
    for design in DESIGNS:
        macs = [step.macs for step in steps(design)]
        assert macs == sorted(macs) and macs[0] == 0


def test_that_the_figures_of_fig_1_stand_beside_those_of_5x5():
    rows = {figure.focus: (figure.value, figure.whole) for figure in figures(DESIGNS[1])}
    assert rows == {
        "weights": (18, 25), "alone": (90, 25), "beside": (36, 25), "image": (18, 25),
        "field": (5, 5), "activations": (2, 1),
    }  # fmt: skip


def test_that_fig_3_shares_with_the_tile_below():
    beside = told(DESIGNS[2])["The tile beside it"]
    assert "The tile below needs 3 numbers in the grid too: 2 are there already, 1 is new" in (
        beside.text
    )
    assert "1·3 + 3 = 6 MACs instead of 12; 3×3 at once takes 9" in beside.text
