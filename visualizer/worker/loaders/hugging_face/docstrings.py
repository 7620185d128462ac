"""Shapes that transformers writes into the docstrings of its forward passes.

`states (`torch.FloatTensor` of shape `(batch_size, episode_length, state_dim)`)` names settings of
the config, or means what its words say; so does `queries: Output queries [batch_size, seq_len,
hidden_size]`. Where such a docstring is shared by all networks, it may be wrong for one of them,
so the names of arguments are asked first.
"""

from __future__ import annotations

import ast
import inspect
import operator
import re
from collections.abc import Callable
from typing import Any

from visualizer.worker.loaders.hugging_face import sizes

Spec = tuple[tuple[int, ...], str]
"""Shape and dtype, "" for the dtype of the weights."""

_SHAPE = re.compile(r"`\(([^`]*?)\)`")
_PLAIN_SHAPE = re.compile(r"\[([^\]]*)\]")
_WHOLE = ("LongTensor", "IntTensor", "torch.long", "torch.int")
_ONE = (
    "batch_size", "batch", "bs", "num_images", "num_videos", "num_images_or_videos",
    "num_questions", "num_audios", "num_chunks", "num_crops", "num_tiles", "max_num_images",
    "num_marks", "num_levels",
)  # fmt: skip
_TEXT = (
    "sequence_length", "seq_len", "seq_length", "text_sequence_length", "text_seq_length",
    "text_seq_len", "token_sequence_length", "input_ids_length", "num_tokens", "episode_length",
    "max_num_frames", "num_patches", "max_patches", "image_num_patches", "total_patches",
    "time_steps",
)  # fmt: skip
_BANDS = (
    "feature_dim", "feature_size", "mel_bins", "num_mel_bins", "n_mel_bins",
)  # fmt: skip
_MEANINGS: dict[str, Callable[[Any], int]] = {
    **dict.fromkeys(_ONE, lambda config: 1),
    **dict.fromkeys(_TEXT, sizes.tokens),
    **dict.fromkeys(_BANDS, sizes.mels),
    **dict.fromkeys(("image_size", "frame_size", "height", "width"), lambda c: min(sizes.sides(c))),
    **dict.fromkeys(("num_channels", "in_channels", "image_channels"), sizes.channels),
    **dict.fromkeys(("hidden_size", "embed_dim"), sizes.width),
    **dict.fromkeys(("grid_height", "grid_width"), sizes.grid),
    "num_frames": sizes.frames,
    **dict.fromkeys(("pool_h", "pool_w"), lambda c: sizes.POOLED),
    "patch_size": sizes.patch,
}
_OPERATORS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Pow: operator.pow,
    ast.FloorDiv: operator.floordiv,
}  # fmt: skip


def documented(architecture: Any, config: Any, argument: str) -> Spec | None:
    """What the docstring of forward says of `argument`; None when it says nothing to use."""
    text = inspect.getdoc(architecture.forward) or ""
    told = re.search(rf"^\s*{re.escape(argument)}(?: \((.*?)\):|: (.*))", text, re.MULTILINE)
    if told is None:
        return None
    words = told[1] or told[2] or ""
    shape = (_SHAPE if told[1] else _PLAIN_SHAPE).search(words)
    if shape is None:
        return None
    found = tuple(_size(part, config) for part in shape[1].split(",") if part.strip())
    if not found or not all(found):
        return None
    return tuple(int(side or 0) for side in found), _dtype(words, argument)


def _dtype(told: str, argument: str) -> str:
    if "BoolTensor" in told:
        return "bool"
    return "int64" if any(word in told for word in _WHOLE) or is_whole(argument) else ""


def is_whole(argument: str) -> bool:
    """Whether an argument of this name takes whole numbers."""
    return argument.endswith(
        ("_ids", "ids", "_index", "_idx", "mask", "_lens", "_lengths", "_sizes", "_shapes", "_type")
    )


def _size(text: str, config: Any) -> int | None:
    try:
        return _worked_out(ast.parse(text.strip().replace(" x ", " * "), mode="eval").body, config)
    except SyntaxError:  # words, not a formula
        return None


def _worked_out(node: ast.AST, config: Any) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        meaning = _MEANINGS.get(node.id)
        return meaning(config) if meaning else sizes.whole(config, node.id) or None
    if isinstance(node, ast.Attribute):  # config.n_docs
        return sizes.whole(config, node.attr) or None
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "len":
        listed = sizes.find(config, ast.unparse(node.args[0]))
        return len(listed) if isinstance(listed, (list, tuple)) else None
    if ast.unparse(node) == "height * width":  # the places of a picture inside the network
        return sizes.grid(config) ** 2
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _worked_out(node.left, config), _worked_out(node.right, config)
        if left is not None and right is not None:
            return _OPERATORS[type(node.op)](left, right)
    return None
