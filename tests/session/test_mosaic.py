import numpy as np

from visualizer.session.mosaic import as_channels, best_columns, mosaic, normalized, tiled


def test_that_each_channel_is_scaled_to_its_own_range():
    maps = np.stack([np.array([[0.0, 10.0]]), np.array([[-1.0, 1.0]])]).astype(np.float32)
    assert normalized(maps).tolist() == [[[0.0, 1.0]], [[0.0, 1.0]]]


def test_that_scaling_together_keeps_channels_comparable():
    maps = np.stack([np.array([[0.0, 10.0]]), np.array([[0.0, 5.0]])]).astype(np.float32)
    assert normalized(maps, together=True)[1].tolist() == [[0.0, 0.5]]


def test_that_a_constant_channel_is_zero_and_not_nan():
    assert normalized(np.full((1, 2, 2), 7.0, np.float32)).tolist() == [[[0, 0], [0, 0]]]


def test_that_values_that_are_not_finite_count_as_zero():
    maps = np.array([[[np.nan, 4.0, np.inf]]], np.float32)
    assert normalized(maps).tolist() == [[[0.0, 1.0, 0.0]]]


def test_that_tiles_stand_in_reading_order_with_a_gap_between():
    channels = np.arange(3, dtype=np.float32).reshape(3, 1, 1)
    grid = tiled(channels, columns=2)
    assert grid.shape == (3, 3)
    assert [grid[0, 0], grid[0, 2], grid[2, 0]] == [0, 1, 2]
    assert np.isnan(grid[1]).all() and np.isnan(grid[2, 2])


def test_that_columns_follow_the_shape_of_the_space():
    assert best_columns(64, (10, 10), (100, 100)) == 8
    assert best_columns(8, (10, 10), (10, 100)) == 8
    assert best_columns(8, (10, 10), (100, 10)) == 1


def test_that_vectors_and_tokens_are_one_map():
    assert as_channels(np.zeros(5, np.float32)).shape == (1, 1, 5)
    assert as_channels(np.zeros((7, 5), np.float32)).shape == (1, 7, 5)
    assert mosaic(np.zeros((4, 3, 3), np.float32)).dtype == np.uint8
