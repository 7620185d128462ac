"""What a value of a feature map sees: [-P + u·S, -P + u·S + r - 1], worked out by hand."""

from visualizer.costs import ReceptiveField
from visualizer.session.field_box import field_box

PICTURE = (224, 224)
# ResNet-50 after layer2 (Araujo et al.'s recursion by hand): 91 pixels, every 8, 45 before.
LAYER2 = ReceptiveField((91, 91), (8, 8), (45, 45), (1, 1))


def test_that_the_first_value_reaches_into_the_padding():
    box = field_box(LAYER2, (512, 28, 28), PICTURE, (0, 0))
    assert (box.rows, box.columns) == ((-45, 45), (-45, 45))
    assert (box.clipped_rows, box.clipped_columns) == ((0, 45), (0, 45))
    assert box.outside == (True, True, False, False)


def test_that_a_value_in_the_middle_sees_its_whole_field():
    box = field_box(LAYER2, (512, 28, 28), PICTURE, (13, 7))
    assert (box.rows, box.columns) == ((59, 149), (11, 101))
    assert box.outside == (False, False, False, False)
    assert box.text == "Row 13, column 7 sees rows 59…149, columns 11…101"
    assert box.short == "sees 91×91 px"


def test_that_the_middle_value_is_meant_when_none_is_pointed_at():
    assert field_box(LAYER2, (512, 28, 28), PICTURE).at == (14, 14)


def test_that_the_last_value_reaches_beyond_right_and_below():
    box = field_box(LAYER2, (512, 28, 28), PICTURE, (27, 27))
    assert box.rows == (171, 261)
    assert box.clipped_rows == (171, 223)
    assert box.outside == (False, False, True, True)
    assert "beyond the picture" in box.detail


def test_that_a_field_larger_than_the_picture_sees_all_of_it():
    layer4 = ReceptiveField((427, 427), (32, 32), (213, 213), (1, 1))
    box = field_box(layer4, (2048, 7, 7), PICTURE, (3, 3))
    assert box.rows == (-117, 309)
    assert box.sees_all and not box.whole
    assert box.text == "Row 3, column 3 sees the whole picture"


def test_that_a_global_op_sees_the_whole_picture_whatever_its_shape():
    field = ReceptiveField((427, 427), (32, 32), (213, 213), (1, 1), whole_input=True)
    for shape in ((2048,), (2048, 1, 1), (197, 768)):
        box = field_box(field, shape, PICTURE)
        assert box.whole and box.clipped_rows == (0, 223)
        assert box.text == "Every value here sees the whole picture"


def test_that_the_hull_of_misaligned_paths_is_called_so():
    field = ReceptiveField((4, 4), (1, 1), (1, 1), (3, 3), aligned=False)
    box = field_box(field, (1, 222, 222), PICTURE, (10, 10))
    assert box.rows == (9, 12)
    assert "hull of misaligned paths" in box.text


def test_that_fractional_strides_are_rounded_outwards():
    field = ReceptiveField((2, 2), (0.5, 0.5), (0.25, 0.25), (1, 1))
    assert field_box(field, (1, 448, 448), PICTURE, (3, 3)).rows == (1, 3)


def test_that_maps_cut_along_other_axes_have_no_box():
    """(H, W, C) with C = 96 is no grid of rows and columns."""
    field = ReceptiveField((4, 4), (4, 4), (0, 0), (4, 4))
    assert field_box(field, (56, 56, 96), PICTURE) is None


def test_that_nothing_is_said_of_unknown_fields_and_places_outside():
    assert field_box(None, (1, 28, 28), PICTURE) is None
    assert field_box(LAYER2, (512, 28, 28), PICTURE, (28, 0)) is None
    assert field_box(LAYER2, (197, 768), PICTURE) is None
