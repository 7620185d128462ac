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


def test_that_tokens_are_one_map_and_volumes_a_map_a_slice():
    assert sheet(np.zeros((7, 5), np.float32)).shape == (7, 5)
    assert sheet(np.zeros((2, 3, 4, 4), np.float32)).shape == (2 * 4 + 2, 3 * 4 + 2 * 2)


def test_that_every_number_of_a_vector_is_a_square_on_one_scale():
    image = sheet(np.array([0.0, 1.0, 2.0, 4.0, 4.0, 0.0], np.float32))
    assert image.shape == (2 * 12 + 2, 3 * 12 + 2 * 2)
    assert [image[0, 0], image[0, 14], image[0, 28]] == [0, TOP_LEVEL // 4, TOP_LEVEL // 2]
