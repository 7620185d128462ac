"""Names beside the dots of the accuracy scatter: in pixels, downwards."""

from visualizer.ui.comparison.label_places import anchor_for, covered

ROOM, SIZE = (400.0, 300.0), (60.0, 16.0)
DOT = (200.0, 150.0)


def box(anchor, spot=DOT):
    left, top = spot[0] - anchor[0] * SIZE[0], spot[1] - anchor[1] * SIZE[1]
    return left, top, left + SIZE[0], top + SIZE[1]


def test_that_a_name_stands_right_of_a_lonely_dot():
    left, top, _, bottom = box(anchor_for(DOT, SIZE, [DOT], ROOM))
    assert left > DOT[0] and top < DOT[1] < bottom


def test_that_it_goes_left_when_the_right_is_taken():
    _, _, right, _ = box(anchor_for(DOT, SIZE, [DOT, (230.0, 150.0)], ROOM))
    assert right < DOT[0]


def test_that_it_goes_above_when_both_sides_are_taken():
    taken = [DOT, (230.0, 150.0), (170.0, 150.0)]
    assert box(anchor_for(DOT, SIZE, taken, ROOM))[3] < DOT[1]


def test_that_it_never_leaves_the_chart_for_a_free_place():
    edge = (395.0, 150.0)
    left, _, right, _ = box(anchor_for(edge, SIZE, [edge, (360.0, 150.0)], ROOM), edge)
    assert left >= 0 and right <= ROOM[0]


def test_that_a_name_keeps_the_next_one_away():
    first = anchor_for(DOT, SIZE, [DOT], ROOM)
    taken = [DOT, *covered(DOT, SIZE, first)]
    below = (200.0, 156.0)
    assert anchor_for(below, SIZE, taken, ROOM) != first
