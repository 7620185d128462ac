"""Tokens of a text, and the numbers that stand for them inside a network."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table
from visualizer.worker.loaders.hugging_face.arguments.pictures import GRIDS, patches
from visualizer.worker.loaders.hugging_face.arguments.sound import sounds


def token_ids(config: Any, parameters: Parameters) -> list[Made]:
    """(1, tokens), or several tokens at each place for codes of sound."""
    count = sizes.tokens(config)
    books = sizes.whole(config, "num_codebooks", "num_channels", "num_quantizers")
    if "last_hidden_state" in parameters and books > 1:  # one of each book, for one moment
        return [Made((1, books), "int64")]
    several = [(books, count), (1, count, books), (1, count, books + 1), (1, books)]
    return [Made(shape, "int64") for shape in ((1, count), *(several if books > 1 else ()))]


def boxes(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, sizes.tokens(config), 4), "int64"), Made((1, sizes.tokens(config), 4))]


def hidden(config: Any, parameters: Parameters) -> list[Made]:
    """(1, tokens, numbers inside the network), or such numbers at each place of a picture; the
    patches of a picture where a grid is given."""
    if any(name in parameters for name in GRIDS):
        return patches(config, parameters)
    inner, count, side = sizes.width(config), sizes.tokens(config), sizes.grid(config)
    before = sizes.whole(config, "input_dim", "latent_channels", otherwise=inner)
    return [
        Made(shape) for shape in dict.fromkeys(
            ((1, count, before), (1, count, inner), (1, inner, side, side), (1, side, side, inner),
             (1, side * side, inner), (count, inner), (1, inner, count),
             (1, count, sizes.mels(config)), (1, before, side, side))
        )
    ]  # fmt: skip


def marks(config: Any, name: str) -> list[Made]:
    """A mask of ones, or whole numbers for each token."""
    shape, ones = (1, sizes.tokens(config)), (1,) if name.endswith("mask") else ()
    return [Made(shape, "int64", ones), *([Made(shape, "bool", ones)] if ones else [])]


def encoded(config: Any, parameters: Parameters) -> list[Made]:
    """What an encoder gives to a decoder."""
    told = sizes.whole(
        config, "encoder_hidden_size", "cross_attention_hidden_size", "cross_hidden_size"
    )
    books = sizes.whole(config, "num_codebooks")
    if books and "last_hidden_state" in parameters:  # what a text gives for codes of sound
        return [Made((1, books, sizes.whole(config, "input_size", otherwise=sizes.width(config))))]
    return [Made((1, sizes.tokens(config), told or sizes.width(config)))]


def lengths_of_patches(config: Any, parameters: Parameters) -> list[Made]:
    """A text cut into patches of as many bytes as the config wants on average."""
    count, long = sizes.tokens(config), sizes.patch(config)
    return [Made((1, count // long), "int64", (long,))]


def count(config: Any, name: str) -> list[Made]:
    """A whole number, as a tensor of no dimension: a setting of this name, else half a text."""
    return [Made((), "int64", (sizes.whole(config, name, otherwise=sizes.tokens(config) // 2),))]


def raw_inputs(config: Any, parameters: Parameters) -> list[Made]:
    """`inputs`: numbers at each place, or samples of sound."""
    return [*hidden(config, parameters), *sounds(config, parameters)]


BY_NAME: Table = {
    **dict.fromkeys(("input_ids", "decoder_input_ids"), token_ids),
    **dict.fromkeys(("hidden_states", "inputs_embeds", "context", "query_embeds"), hidden),
    **dict.fromkeys(("encoder_hidden_states", "last_hidden_state"), encoded),
    "inputs": raw_inputs,
    "task_inputs": lambda config, _: [Made((1, sizes.whole(config, "task_seq_len", otherwise=77)))],
    "bbox": boxes,
    "patch_lengths": lengths_of_patches,
    "lang_ids": lambda config, _: [Made((1,), "int64", (0,))],  # the first of its languages
}
