import numpy as np

from visualizer.session.maps import BLANK, TOP_LEVEL, sheet


def test_that_a_sheet_has_every_map_in_its_own_size_scaled_to_its_own_range():
    maps = np.zeros((6, 4, 5), np.float32)
    maps[0, 0, 0] = 8.0
    maps[5] = -1.0
    maps[5, 3, 4] = 1.0
    image = sheet(maps)
    assert image.shape == (2 * 4 + 2, 3 * 5 + 2 * 2)
    assert image[0, 0] == TOP_LEVEL and image[0, 1] == 0
    assert image[-1, -1] == TOP_LEVEL and image[-1, -2] == 0
    assert (image[4:6] == BLANK).all()


def test_that_vectors_and_tokens_are_one_map():
    assert sheet(np.arange(5, dtype=np.float32)).shape == (1, 5)
    assert sheet(np.zeros((7, 5), np.float32)).shape == (7, 5)
