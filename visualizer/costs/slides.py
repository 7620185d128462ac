"""What the slides of the lecture "CNN Architectures" print, to check arithmetic against."""

from __future__ import annotations

# (kind, output channels, kernel, stride, output side) of the lecture's AlexNet at 227x227
ALEXNET_GEOMETRY: tuple[tuple[str, int, tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...] = (
    ("conv", 64, (11,), (4,), (56,)),
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

# memory (KB), params (k), flop (M) of each of these rows, as printed
ALEXNET_SLIDE: tuple[tuple[int, int, int], ...] = (
    (784, 23, 73), (182, 0, 0), (547, 307, 224), (127, 0, 0), (254, 664, 112), (169, 885, 145),
    (169, 590, 100), (36, 0, 0), (36, 0, 0), (16, 37_749, 38), (16, 16_777, 17), (4, 4_096, 4),
)  # fmt: skip

# why a printed cell differs: a misprint, not another convention
REASONS = {
    ("conv4", "Flop (M)"): "(256·13·13)·(384·3·3) = 149,520,384, so that 145 is a misprint",
}
