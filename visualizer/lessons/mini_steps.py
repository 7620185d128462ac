"""The mini-network of Fig 1 told step by step: what is seen at each step, and a sentence to it."""

from __future__ import annotations

from typing import Any

import msgspec

from visualizer.lessons.mini_designs import Design, Focus
from visualizer.lessons.mini_network import (
    FIG_1,
    Cell,
    Layer,
    Size,
    area,
    break_even,
    cells,
    saving,
    size_text,
)

_SLIDE_SECONDS = 0.8
_WORDS_A_SECOND = 3.5
_ALONE: Size = (1, 1)
_INSIDE: Size = (3, 3)


class Step(msgspec.Struct, frozen=True):
    """One picture of the explanation.

    `block` is how many outputs (rows, columns) are drawn; the grids below are as much larger
    than those of a single tile. `window` is a layer and the position at which its window is
    shown. For each layer, `fresh` are the cells computed now, `reused` those computed before
    and needed again, `done` those computed before. `macs` and `weights` are those so far.
    """

    title: str
    text: str
    block: Size = _ALONE
    window: tuple[int, Cell] | None = None
    fresh: tuple[frozenset[Cell], ...] = ()
    reused: tuple[frozenset[Cell], ...] = ()
    done: tuple[frozenset[Cell], ...] = ()
    macs: int = 0
    weights: int = 0
    focus: Focus = ""
    shows_paths: bool = False
    seconds: float = 0.0


def steps(design: Design) -> tuple[Step, ...]:
    """The whole explanation of a design, first step first."""
    told = [_tile_step(design), *_read_steps(design)]
    if not design.is_whole:
        told += [_activation_step(design), _gather_step(design)]
    told += [_reach_step(design), _beside_step(design), _image_step(design)]
    return tuple(told)


def _step(design: Design, title: str, text: str, **shown: Any) -> Step:
    """A step that stands as long as its text takes to be read."""
    empty = (frozenset[Cell](),) * len(design.network.layers)
    cells_shown = {"fresh": empty, "reused": empty, "done": empty}
    seconds = 1.2 + len(text.split()) / _WORDS_A_SECOND
    return Step(title, text, **{**cells_shown, "seconds": seconds, **shown})


def _tile_step(design: Design) -> Step:
    tile, count = size_text(design.whole.tile), area(design.whole.tile)
    text = f"One output of a {tile} convolution looks at a tile of {count} inputs"
    if design.is_whole:
        return _step(design, "The tile", f"{text}, at all of them at once.")
    first, second = (size_text(layer.kernel) for layer in design.network.layers)
    twice = "3×3, then 3×3 again" if first == second else f"{first}, then {second}"
    text = f"{text}. Here a small network sees the same tile: {twice}."
    return _step(design, "The tile", f"{text} {design.remark}".strip())


def _read_steps(design: Design) -> list[Step]:
    """The first layer's window at each of its positions."""
    layer = design.network.layers[0]
    return [_read_step(design, layer, number) for number in range(len(layer.cells))]


def _read_step(design: Design, layer: Layer, number: int) -> Step:
    count, above = len(layer.cells), len(design.network.layers) - 1
    none = (frozenset[Cell](),) * above
    text = _read_text(design, layer, number)
    sliding = {} if number in (0, count - 1) else {"seconds": _SLIDE_SECONDS}
    return _step(
        design,
        f"Position {number + 1} of {count}" if count > 1 else "One window",
        text,
        window=(0, layer.cells[number]),
        fresh=(frozenset({layer.cells[number]}), *none),
        done=(frozenset(layer.cells[:number]), *none),
        macs=layer.weights * (number + 1),
        weights=layer.weights,
        focus="weights" if number == 0 else "alone",
        **sliding,
    )


def _read_text(design: Design, layer: Layer, number: int) -> str:
    kernel, weights, count = size_text(layer.kernel), layer.weights, len(layer.cells)
    inputs = area(layer.below)
    if design.is_whole:
        return (
            f"The {kernel} window reads all {inputs} inputs and leaves the output: {weights} "
            f"weights, {weights} MACs, one nonlinearity after it."
        )
    if number == 0:
        return (
            f"The {kernel} window reads {weights} of the {inputs} inputs and leaves one number in "
            f"the grid above: {weights} weights, {weights} MACs."
        )
    if number == count - 1:
        return (
            f"All {count} positions are done. They used the same {weights} weights and took "
            f"{count}·{weights} = {count * weights} MACs."
        )
    done = weights * (number + 1)
    return f"The window slides on by one, with the same {weights} weights: {done} MACs so far."


def _activation_step(design: Design) -> Step:
    layer = design.network.layers[0]
    measured = " Leaving it out was worse: 76.2 % against 77.2 % top-1 (Fig 2)."
    return _step(
        design,
        "A nonlinearity between",
        f"Each of the {len(layer.cells)} numbers goes through a ReLU: one nonlinearity more than "
        f"{size_text(design.whole.tile)} at once has.{measured if design.network == FIG_1 else ''}",
        fresh=(frozenset(layer.cells), frozenset()),
        macs=layer.weights * len(layer.cells),
        weights=layer.weights,
        focus="activations",
    )


def _gather_step(design: Design) -> Step:
    network = design.network
    first, second = network.layers
    again = "the second" if first.kernel == second.kernel else "the"
    kernel = size_text(second.kernel)
    return _step(
        design,
        "The second layer",
        f"One {kernel} window covers the whole {size_text(first.grid)} grid, so this layer is "
        f"fully connected over it: it is {again} {kernel} convolution. No dense layer follows. "
        f"{first.weights} + {second.weights} = {network.weights} weights.",
        window=(1, (0, 0)),
        fresh=(frozenset(), frozenset(second.cells)),
        done=(frozenset(first.cells), frozenset()),
        macs=network.macs(),
        weights=network.weights,
        focus="weights",
    )


def _reach_step(design: Design) -> Step:
    network = design.network
    everything = tuple(frozenset(layer.cells) for layer in network.layers)
    return _step(
        design,
        "What reaches the output",
        _reach_text(design),
        done=everything,
        macs=network.macs(),
        weights=network.weights,
        focus="field",
        shows_paths=True,
    )


def _reach_text(design: Design) -> str:
    count, most = area(design.network.tile), max(design.network.paths.values())
    if design.is_whole:
        return f"Each of the {count} inputs reaches the output in one way, with its own weight."
    sides = [max(layer.kernel) for layer in design.network.layers]
    if most == 1:
        return (
            f"All {count} inputs reach the output, each in one way: both kernels together reach "
            f"as far as one of {size_text(design.network.tile)}."
        )
    field = f"{max(design.network.tile)} = {sides[0]} + {sides[1] - 1}"
    return (
        f"All {count} inputs reach the output: the receptive field is {field} across. The middle "
        f"one arrives in {most} ways, a corner in one."
    )


def _beside_step(design: Design) -> Step:
    last = design.beside
    where = "to the right" if last == (0, 1) else "below"
    text = _beside_text(design, where)
    return _block_step(design, "The tile beside it", text, design.pair, last, "beside")


def _beside_text(design: Design, where: str) -> str:
    network, whole = design.network, design.whole
    if design.is_whole:
        seen = area(network.tile) - min(network.tile)
        return (
            f"The tile {where} has {seen} inputs in common with this one, but meets them with "
            f"other weights. Nothing can be used again: {network.weights} MACs once more."
        )
    first, second = network.layers
    count, shared = len(first.cells), len(network.shared(design.beside))
    fresh = count - shared
    sums = f"{fresh}·{first.weights} + {second.weights} = {design.beside_macs}"
    return (
        f"The tile {where} needs {count} numbers in the grid too: {shared} are there already, "
        f"{fresh} {'is' if fresh == 1 else 'are'} new. That takes {sums} MACs instead of "
        f"{network.macs()}; {size_text(whole.tile)} at once takes {whole.macs()}."
    )


def _image_step(design: Design) -> Step:
    last = (_INSIDE[0] - 1, _INSIDE[1] - 1)
    text = _image_text(design)
    return _block_step(design, "Inside an image", text, _INSIDE, last, "image")


def _image_text(design: Design) -> str:
    network, whole = design.network, design.whole
    if design.is_whole:
        return (
            f"Every output of an image costs {whole.weights} MACs, however many there are. "
            f"Two 3×3 convolutions take {FIG_1.weights}: see the next explanation."
        )
    first, second = network.layers
    pays = break_even(network, whole)
    share = f"{100 * saving(network, whole):.0f} %"
    return (
        f"Among finished tiles only 1 of the {len(first.cells)} numbers is new: {first.weights} + "
        f"{second.weights} = {network.weights} MACs per output instead of {whole.weights}, {share} "
        f"saved. A tile alone takes {network.macs()}, so it pays from {pays}×{pays} outputs on."
    )


def _block_step(
    design: Design, title: str, text: str, block: Size, last: Cell, focus: Focus
) -> Step:
    """Several outputs, of which `last` is being made from what the others have left."""
    network = design.network
    earlier = [output for output in cells(block) if output != last]
    needed = [_moved(layer.cells, last) for layer in network.layers]
    done = [
        frozenset().union(*(_moved(layer.cells, output) for output in earlier))
        for layer in network.layers
    ]
    return _step(
        design,
        title,
        text,
        block=block,
        window=(len(network.layers) - 1, last),
        fresh=tuple(own - old for own, old in zip(needed, done, strict=True)),
        reused=tuple(own & old for own, old in zip(needed, done, strict=True)),
        done=tuple(old - own for own, old in zip(needed, done, strict=True)),
        macs=network.macs(block),
        weights=network.weights,
        focus=focus,
    )


def _moved(positions: tuple[Cell, ...], by: Cell) -> frozenset[Cell]:
    return frozenset((row + by[0], column + by[1]) for row, column in positions)
