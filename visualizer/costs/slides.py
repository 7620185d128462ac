"""Where the slides of the lecture "CNN Architectures" and notes of it differ from arithmetic.

Checked are the networks whose layers the slides count: the AlexNet of the table, VGG-16 with
and without conv3_3, the stem of GoogLeNet, ResNet-50. A network is recognized by its geometry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from visualizer.costs.lecture_row import COLUMNS, LectureRow, SlideCell, lecture_cells
from visualizer.costs.units import exact

# kind, output channels, kernel, stride, output side
Geometry = tuple[str, int, tuple[int, ...], tuple[int, ...], tuple[int, ...]]

# the lecture's AlexNet at 227x227, and what differs at torchvision's 224x224
_CONV1: Geometry = ("conv", 64, (11,), (4,), (56,))
_CONV1_AT_55: Geometry = ("conv", 64, (11,), (4,), (55,))
_AFTER_CONV1: tuple[Geometry, ...] = (
    ("pool", 64, (3,), (2,), (27,)),
    ("conv", 192, (5,), (1,), (27,)),
    ("pool", 192, (3,), (2,), (13,)),
    ("conv", 384, (3,), (1,), (13,)),
    ("conv", 256, (3,), (1,), (13,)),
    ("conv", 256, (3,), (1,), (13,)),
    ("pool", 256, (3,), (2,), (6,)),
    ("flatten", 9216, (), (), ()),
    ("fc", 4096, (), (), ()),
    ("fc", 4096, (), (), ()),
    ("fc", 1000, (), (), ()),
)
ALEXNET_GEOMETRY: tuple[Geometry, ...] = (_CONV1, *_AFTER_CONV1)

# memory (KB), params (k), flop (M) of each of these rows, as printed
ALEXNET_SLIDE: tuple[tuple[int, int, int], ...] = (
    (784, 23, 73), (182, 0, 0), (547, 307, 224), (127, 0, 0), (254, 664, 112), (169, 885, 145),
    (169, 590, 100), (36, 0, 0), (36, 0, 0), (16, 37_749, 38), (16, 16_777, 17), (4, 4_096, 4),
)  # fmt: skip

# why a printed cell differs: a misprint, not another convention
REASONS = {
    ("conv4", "Flop (M)"): "(256·13·13)·(384·3·3) = 149,520,384, so that 145 is a misprint",
}

_GEOMETRY_REASON = (
    "227 with padding 2 gives (227 − 11 + 4)/4 + 1 = 56, as on the slide, but that is nobody's "
    "AlexNet: the paper's takes 227 with padding 0 to 55, torchvision's 224 with padding 2 to "
    "floor(54.25) + 1 = 55. pool1 gives 27 from either, so that every later row agrees"
)
_OTHER_GEOMETRY_REASON = (
    "the slide puts 227 with padding 2 in, which is nobody's AlexNet, and gets 56, 784 KB and "
    "73 M flop. pool1 gives 27 from either, so that every later row is the slide's"
)
_TOWER_REASON = (
    "64, 192, 384, 256, 256 are those of the AlexNet in one tower (2014, torchvision's); "
    "the network that notes of the lecture split over two GPUs (2012) has 96, 256, 384, 384, 256"
)
_ALEXNET_REMARKS: Mapping[int, tuple[SlideCell, ...]] = {
    0: (SlideCell("Filters", "64", _TOWER_REASON, "remark"),),
    9: (
        SlideCell(
            "Params (k)", "37,725,832",
            "9216·4096 + 4096 = 37,752,832 parameters. The lecture's worked example prints "
            "37,725,832, two digits changed places; notes of it write 9216 × 4096 × 4096, where "
            "the last × should be +; the slide's table prints 37,749 k, the weights without bias",
            "remark",
        ),
    ),
    10: (
        SlideCell(
            "Params (k)", "16,777",
            "the slide prints fully connected rows without their bias: 4096·4096 + 4096 = "
            "16,781,312 parameters", "remark",
        ),
    ),
    11: (
        SlideCell(
            "Params (k)", "4,096",
            "the slide prints fully connected rows without their bias: 4096·1000 + 1000 = "
            "4,097,000 parameters", "remark",
        ),
    ),
}  # fmt: skip

_TWO_GPUS: tuple[tuple[str, int], ...] = (("conv", 96), ("pool", 96), ("conv", 256))
_TWO_GPUS_REMARKS = {
    0: (
        SlideCell(
            "Filters", "64",
            "this is the network split over two GPUs; the slide's table counts the AlexNet in one "
            "tower, with 64 filters here", "remark",
        ),
    ),
}  # fmt: skip

_VGG_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
_CONV3_3, _POOL3 = 8, 9  # rows of VGG-16
_VGG_REMARKS = {
    _CONV3_3: (
        SlideCell(
            "Layer", "",
            "the slide's VGG-16 lacks conv3_3: its 48.6 MB and 13.6 GFLOP are the sums without "
            "it. With it conv and fc outputs take 51.7 MB, and the network 15.5 GFLOP", "remark",
        ),
    ),
    _POOL3: (
        SlideCell(
            "Flop (M)", "7,485",
            "until here, 28×28, the slide that compares stems prints 42.9 MB, 1.1 M and 7485 "
            "MFLOP, again without conv3_3; with it conv outputs take 45.9 MB (51.3 MB with "
            "pools), 1.73 M weights and 9335 MFLOP", "remark",
        ),
    ),
}  # fmt: skip
_VGG_SLIDE_REMARKS = {
    _CONV3_3 - 1: (
        SlideCell(
            "Layer", "",
            "VGG-16 has one more convolution after this one, conv3_3, which the slide lacks: so "
            "come its 48.6 MB and 13.6 GFLOP about", "remark",
        ),
    ),
    _POOL3 - 1: (
        SlideCell(
            "Flop (M)", "7,485",
            "until here, 28×28, the slide that compares stems prints 42.9 MB, 1.1 M and 7485 "
            "MFLOP: the sums of the convolutions above, conv3_3 missing", "remark",
        ),
    ),
}  # fmt: skip

_GOOGLENET_STEM: tuple[Geometry, ...] = (
    ("conv", 64, (7,), (2,), (112,)),
    ("pool", 64, (3,), (2,), (56,)),
    ("conv", 64, (1,), (1,), (56,)),
    ("conv", 192, (3,), (1,), (56,)),
    ("pool", 192, (3,), (2,), (28,)),
)
_GOOGLENET_REMARKS = {
    4: (
        SlideCell(
            "Flop (M)", "418",
            "until here, 28×28, the slide that compares stems prints 418 MFLOP; arithmetic gives "
            "477.7, 480.8 with pools, so that 418 looks like 481 with its digits changed places. "
            "Its 7.5 MB counts pools (7.46 MB, 6.12 MB without), its 124 K are the weights",
            "remark",
        ),
    ),
}  # fmt: skip

_RESNET50_CONVS = 53
_RESNET50_REMARK = (
    "the lecture prints 3.8 GFLOP for ResNet-50, that of the paper: 3.86 with the stride in the "
    "first 1×1 of a block. torchvision's has it in the 3×3: 4.09"
)


def checked(rows: Sequence[LectureRow]) -> tuple[LectureRow, ...]:
    """With what is to be said of their cells, where the slides count this network."""
    shapes = [_geometry(row) for row in rows]
    if tuple(shapes[1:]) == _AFTER_CONV1 and shapes[0] in (_CONV1, _CONV1_AT_55):
        return _checked_alexnet(rows, shapes[0] == _CONV1)
    if tuple(shapes[: len(_GOOGLENET_STEM)]) == _GOOGLENET_STEM:
        return _remarked(rows, _GOOGLENET_REMARKS)
    return _remarked(rows, _remarks_by_filters(rows))


def _remarks_by_filters(rows: Sequence[LectureRow]) -> Mapping[int, tuple[SlideCell, ...]]:
    found = tuple((row.kind, row.c_out) for row in rows)
    if found[: len(_TWO_GPUS)] == _TWO_GPUS and found[-1] == ("fc", 1000):
        return _TWO_GPUS_REMARKS
    if found == _vgg(_VGG_STAGES):
        return _VGG_REMARKS
    if found == _vgg((*_VGG_STAGES[:2], (256, 2), *_VGG_STAGES[3:])):
        return _VGG_SLIDE_REMARKS
    convs = [row for row in rows if row.kind == "conv"]
    if len(convs) == _RESNET50_CONVS and convs[-1].c_out == 2048 and convs[0].kernel == (7, 7):
        return {0: (SlideCell("Layer", "", _RESNET50_REMARK, "remark"),)}
    return {}


def _vgg(stages: Sequence[tuple[int, int]]) -> tuple[tuple[str, int], ...]:
    """Kind and output channels of the rows of a VGG of these stages: width, convolutions."""
    body = [row for width, depth in stages for row in (*[("conv", width)] * depth, ("pool", width))]
    return (*body, ("flatten", 25_088), ("fc", 4096), ("fc", 4096), ("fc", 1000))


def _geometry(row: LectureRow) -> Geometry:
    return (row.kind, row.c_out, row.kernel[:1], row.stride[:1], row.size_out[:1])


def _remarked(
    rows: Sequence[LectureRow], remarks: Mapping[int, tuple[SlideCell, ...]]
) -> tuple[LectureRow, ...]:
    return tuple(
        msgspec.structs.replace(row, slide=(*row.slide, *remarks.get(number, ())))
        for number, row in enumerate(rows)
    )


def _checked_alexnet(rows: Sequence[LectureRow], as_printed: bool) -> tuple[LectureRow, ...]:
    """The misprints among the rows that the slide has too, and what is said of them."""
    size = SlideCell(
        "H/W out", "56", _GEOMETRY_REASON if as_printed else _OTHER_GEOMETRY_REASON, "remark"
    )
    compared = [
        row if number == 0 and not as_printed
        else msgspec.structs.replace(row, slide=_differing(row, printed))
        for number, (row, printed) in enumerate(zip(rows, ALEXNET_SLIDE, strict=True))
    ]  # fmt: skip
    return _remarked(_remarked(compared, _ALEXNET_REMARKS), {0: (size,)})


def _differing(row: LectureRow, printed: tuple[int, int, int]) -> tuple[SlideCell, ...]:
    ours = lecture_cells(row, "lecture")[-3:]
    return tuple(
        SlideCell(column, exact(theirs), REASONS[row.name, column])
        for column, mine, theirs in zip(COLUMNS[-3:], ours, printed, strict=True)
        if mine != exact(theirs)
    )
