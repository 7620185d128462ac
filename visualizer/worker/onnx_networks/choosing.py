"""Sides that an ONNX file leaves open: what is usual for such an input, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from onnx import GraphProto, ModelProto

from visualizer.sources import InputSpec
from visualizer.worker.onnx_networks.declared import Declared
from visualizer.worker.onnx_networks.told import told_picture

_TOKENS = 16
_SECOND = 16_000  # samples of sound, and how many there are in a second
_PICTURES = ((224, 224), (48, 320), (32, 320), (64, 320), (640, 640), (256, 256), (32, 32))
"""Height and width: of classes, of lines of text, of detectors."""
_SOUNDS = (_SECOND, 512)
_FLOATS = ("float32", "float16", "bfloat16", "float64")
_WHOLE = ("int64", "int32")
_PICTURE_CHANNELS = (1, 3)
_IS_SOUND = re.compile(r"audio|wave?|signal|samples|speech|sound|pcm|sequence")
_IS_RATE = re.compile(r"^(sr|rate|fs)$|sampl(e|ing)_?rate")
_IS_STATE = re.compile(r"^[hc](_?\d|_?n|_?in)?$|state|hidden|memory|cell")
_IS_LENGTH = re.compile(r"len(gth)?s?$")


@dataclass(frozen=True)
class Sizes:
    """What open sides are taken for: height and width of a picture, samples of a sound. `told`
    is what in the file says so of the picture; "" where it is only usual."""

    picture: tuple[int, int]
    sound: int
    told: str = ""


LIKELY = (
    *(Sizes(picture, _SOUNDS[0]) for picture in _PICTURES),
    *(Sizes(_PICTURES[0], sound) for sound in _SOUNDS[1:]),
)


def likely_sizes(model: ModelProto) -> tuple[Sizes, ...]:
    """What open sides may be, the likeliest first: what the file tells of its pictures, then
    what is usual."""
    told = told_picture(model)
    return LIKELY if told is None else (Sizes(told.sides, _SOUNDS[0], told.key), *LIKELY)


@dataclass
class Chooser:
    """Chooses the inputs that are not in `given`. `symbols` are the sides known by name so far,
    `sides` those chosen, by input, -1 for one that nothing tells, `notes` what was chosen,
    `chosen` the inputs of which that says something, `as_told` those that are as big as the file
    tells."""

    declared: Sequence[Declared]
    given: Mapping[str, InputSpec]
    sizes: Sizes
    graph: GraphProto
    symbols: dict[str, int] = field(default_factory=dict)
    sides: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    as_told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        free = [one for one in self.declared if one.name not in self.given]
        for one in self.declared:
            if one.name in self.given:
                self._learn(one, self.given[one.name].shape)
        for one in free:
            if not self._is_sound_alone(one):
                self._learn(one, (1,))  # the batch
        told = set(self.symbols)
        for one in (*free, *free):  # the second time by what later ones have told
            self.sides[one.name] = self._chosen(one)
            self._learn(one, self.sides[one.name])
        for one in free:
            self._note(one, told)

    @property
    def open(self) -> tuple[Declared, ...]:
        """The inputs that somebody has to give."""
        return tuple(
            one for one in self.declared
            if one.name not in self.given
            and (one.sides is None or any(side < 0 for side in self.sides[one.name]))
        )  # fmt: skip

    @property
    def is_consistent(self) -> bool:
        """Whether sides of one name are of one length."""
        return all(
            self.symbols.get(symbol, side) == side
            for one in self.declared
            for symbol, side in zip(one.sides or (), self.sides.get(one.name, ()), strict=False)
            if isinstance(symbol, str) and symbol != "?" and side > 0
        )

    def spec(self, one: Declared) -> InputSpec:
        """The input, with the likeliest where a side has to be given: an example."""
        if one.name in self.given:
            return self.given[one.name]
        shape: tuple[int, ...] = (1, 3, *self.sizes.picture)
        if one.sides is not None:
            shape = tuple(side if side >= 0 else _TOKENS for side in self.sides[one.name])
        return InputSpec(shape, one.dtype, one.name, self._numbers(one))

    def _learn(self, one: Declared, shape: Sequence[int]) -> None:
        for side, length in zip(one.sides or (), shape, strict=False):
            if isinstance(side, str) and side != "?" and length > 0:
                self.symbols.setdefault(side, length)

    def _note(self, one: Declared, told: set[str]) -> None:
        """Says what was chosen for sides that nothing before told."""
        names = [side for side in one.sides or () if isinstance(side, str)]
        first_is_batch = isinstance((one.sides or (0,))[0], str) and not self._is_sound_alone(one)
        is_chosen = any(side not in told for side in names[first_is_batch:])
        told.update(side for side in names if side != "?")
        before = len(self.notes)
        if is_chosen and all(side >= 0 for side in self.sides[one.name]):
            shape = "×".join(map(str, self.sides[one.name]))
            said = f", as its {self.sizes.told} says" if one.name in self.as_told else ""
            self.notes.append(
                f"input {one.name} is {one.text} in the file: {shape} was chosen{said}"
            )
        if numbers := self._numbers(one):
            self.notes.append(f"input {one.name} says a number: {numbers[0]:,} was chosen")
        if len(self.notes) > before:
            self.chosen.append(one.name)

    def _chosen(self, one: Declared) -> list[int]:
        sides = [self._usual(one, place, side) for place, side in enumerate(one.sides or ())]
        if len(sides) == 4 and one.dtype in _FLOATS:
            self._choose_picture(one, sides)
        elif len(sides) == 2 and one.dtype in _WHOLE and sides[1] < 0:
            sides[1] = _TOKENS
        elif self._is_sound(one) and sides[-1] < 0:
            sides[-1] = self.sizes.sound
        return sides

    def _usual(self, one: Declared, place: int, side: int | str) -> int:
        if isinstance(side, int):
            return side
        is_batch = "batch" in side.lower() or (place == 0 and not self._is_sound_alone(one))
        is_batch = is_batch or (side == "?" and place == 1 and _is_state(one))
        return self.symbols.get(side, 1 if is_batch else -1)

    # ------------------------------------------------------------------ kinds of inputs

    def _is_sound_alone(self, one: Declared) -> bool:
        """Without a batch."""
        return len(one.sides or ()) == 1 and self._is_sound(one)

    def _is_sound(self, one: Declared) -> bool:
        """Floats in a row, called so, or with a sampling rate beside them."""
        sides = one.sides or ()
        is_row = len(sides) in (1, 2) or (len(sides) == 3 and sides[1] in (1, 2))
        if not is_row or one.dtype not in _FLOATS or isinstance(sides[-1], int):
            return False
        told = _IS_SOUND.search(f"{one.name} {sides[-1]}".lower())
        others = (other for other in self.declared if other is not one)
        return told is not None or (len(sides) > 1 and any(map(_is_rate, others)))

    def _choose_picture(self, one: Declared, sides: list[int]) -> None:
        """Height and width of a picture; channels as the first convolution reads."""
        if sides[1] < 0 and not one.is_channels_last:
            sides[1] = _channels_read(one.name, self.graph)
        channels, space = (sides[3], (1, 2)) if one.is_channels_last else (sides[1], (2, 3))
        if channels in _PICTURE_CHANNELS:
            if self.sizes.told and all(sides[place] < 0 for place in space):
                self.as_told.add(one.name)
            for place, length in zip(space, self.sizes.picture, strict=True):
                sides[place] = length if sides[place] < 0 else sides[place]

    def _numbers(self, one: Declared) -> tuple[int, ...]:
        """What an input that says a rate or a length has to say."""
        if _is_rate(one):
            return (_SECOND,)
        if one.dtype not in _WHOLE or len(one.sides or ()) > 1 or not _IS_LENGTH.search(one.name):
            return ()
        longest = [sides[-1] for sides in (*self.sides.values(), *self._given_sides())
                   if len(sides) > 1]  # fmt: skip
        return (max(longest),) if longest and max(longest) > 0 else ()

    def _given_sides(self) -> Iterator[Sequence[int]]:
        return (spec.shape for spec in self.given.values())


def _is_rate(one: Declared) -> bool:
    return len(one.sides or ()) < 2 and _IS_RATE.search(one.name.lower()) is not None


def _is_state(one: Declared) -> bool:
    """What a recurrent layer begins with: layers × batch × numbers."""
    sides = one.sides or ()
    if len(sides) != 3 or not isinstance(sides[0], int) or not isinstance(sides[2], int):
        return False
    return sides[0] > 1 or _IS_STATE.search(one.name.lower()) is not None


def _channels_read(name: str, graph: GraphProto) -> int:
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) > 1 and node.input[0] == name:
            weight = weights.get(node.input[1])
            groups = next((a.i for a in node.attribute if a.name == "group"), 1)
            if weight is not None and len(weight.dims) > 1:
                return int(weight.dims[1]) * max(int(groups), 1)
    return -1
