"""What is remembered of an op besides its tensors: kernel, stride, eps, dim, ...

Every scalar, tuple and text argument is kept under its name; a small table then brings the
ops whose arguments come in several spellings (convolution, pooling, ...) to one form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from visualizer.graph.model import AttributeValue
from visualizer.worker.extraction.words import words

Attributes = dict[str, AttributeValue]

_NOT_SHOWN = words(
    """
    device layout memory_format non_blocking copy generator requires_grad pin_memory out inplace
    _stacklevel training train implicit cudnn_enabled cudnn_enable
    """
)
_DEFAULTS_SHOWN = words(
    """
    dim start_dim end_dim eps is_causal enable_gqa approximate keepdim p mode align_corners
    ceil_mode count_include_pad upscale_factor negative_slope
    """
)
_LARGEST_INTEGER = 2**63
_LONGEST_TUPLE = 64


@dataclass(frozen=True, slots=True)
class Arguments:
    """A call: arguments by name, defaults of those not given, result tensors."""

    op: str
    bound: Mapping[str, Any]
    defaults: Mapping[str, Any]
    outputs: Sequence[torch.Tensor]

    def get(self, name: str, default: Any = None) -> Any:
        value = self.bound.get(name)
        if value is None:
            value = self.defaults.get(name)
        return default if value is None else value

    def tensor(self, *names: str) -> torch.Tensor | None:
        """The first of these arguments that is a tensor."""
        found = (self.bound.get(name) for name in names)
        return next((value for value in found if isinstance(value, torch.Tensor)), None)


def attributes_of(call: Arguments) -> Attributes:
    """All attributes of an executed op, ready for the layer graph."""
    found: Attributes = {}
    for name in call.defaults.keys() & _DEFAULTS_SHOWN - call.bound.keys():
        _keep(found, name, call.defaults[name])
    for name, value in call.bound.items():
        if name not in _NOT_SHOWN:
            _keep(found, name, value)
    special = _SPECIAL.get(call.op)
    if special is not None:
        special(call, found)
    return found


def _keep(found: Attributes, name: str, value: Any) -> None:
    plain = plain_value(value)
    if plain is not None:
        found[name] = plain


def plain_value(value: Any) -> AttributeValue:
    """A value as plain data, None when it has no place in the graph."""
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -_LARGEST_INTEGER <= value < _LARGEST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, (tuple, list)):
        return _plain_tuple(value)
    return str(value) if isinstance(value, complex) else None


def _plain_tuple(values: Sequence[Any]) -> AttributeValue:
    if any(isinstance(value, torch.Tensor) for value in values):
        return None
    if len(values) > _LONGEST_TUPLE:
        return f"{len(values):,} values"
    plain = [plain_value(value) for value in values]
    if all(isinstance(value, (int, float, str)) for value in plain):
        return tuple(plain)  # type: ignore[arg-type]
    return str(tuple(values))


def per_axis(value: Any, axes: int, default: int) -> tuple[int, ...]:
    """`2`, `(2,)` and `(2, 2)` are all `(2, 2)` for two axes; nothing is `default`."""
    if value is None or (isinstance(value, (tuple, list)) and not value):
        value = default
    sides = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return tuple(int(side) for side in (sides * axes if len(sides) == 1 else sides))


# --------------------------------------------------------------------------- single ops


def _convolution(call: Arguments, found: Attributes) -> None:
    weight = call.tensor("weight")
    if weight is None:
        return
    transposed = "transpose" in call.op
    kernel = tuple(weight.shape[2:])
    axes, groups = len(kernel), int(call.get("groups", 1))
    dilation = per_axis(call.get("dilation"), axes, 1)
    channels = (weight.shape[0], weight.shape[1] * groups)
    found.update(
        kernel_size=kernel,
        stride=per_axis(call.get("stride"), axes, 1),
        padding=_padding(call.get("padding"), kernel, dilation),
        dilation=dilation,
        groups=groups,
        transposed=transposed,
        in_channels=channels[0] if transposed else channels[1],
        out_channels=channels[1] if transposed else channels[0],
    )
    if transposed:
        found["output_padding"] = per_axis(call.get("output_padding"), axes, 0)


def _padding(given: Any, kernel: Sequence[int], dilation: Sequence[int]) -> AttributeValue:
    """Elements before each axis. "same" stays a word where more are added after than before."""
    if given == "valid":
        return (0,) * len(kernel)
    if given == "same":
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return "same" if any(t % 2 for t in totals) else tuple(t // 2 for t in totals)
    return per_axis(given, len(kernel), 0)


def _deformable(call: Arguments, found: Attributes) -> None:
    weight = call.tensor("weight")
    names = ("stride", "padding", "dilation")
    for name in names:
        along = tuple(call.get(f"{name}_{axis}", call.get(name, 1)) for axis in ("h", "w"))
        found[name] = per_axis(along if isinstance(along[0], int) else along[0], 2, 1)
    for name in [key for key in found if key.endswith(("_h", "_w"))]:
        del found[name]
    if weight is not None:
        found["kernel_size"] = tuple(weight.shape[2:])


def _pooling(call: Arguments, found: Attributes) -> None:
    axes = int(call.op[-2])
    kernel = per_axis(call.get("kernel_size"), axes, 1)
    found["kernel_size"] = kernel
    found["stride"] = per_axis(call.get("stride") or kernel, axes, 1)
    found["padding"] = per_axis(call.get("padding"), axes, 0)
    if call.op.startswith("max"):
        found["dilation"] = per_axis(call.get("dilation"), axes, 1)
    found["ceil_mode"] = bool(call.get("ceil_mode", False))
    if call.op.startswith("avg"):
        found["count_include_pad"] = bool(call.get("count_include_pad", True))


def _adaptive(call: Arguments, found: Attributes) -> None:
    found["output_size"] = tuple(call.outputs[0].shape[-int(call.op[-2]) :])


def _linear(call: Arguments, found: Attributes) -> None:
    weight = call.tensor("weight")
    if weight is not None and weight.dim() == 2:
        found.update(in_features=weight.shape[1], out_features=weight.shape[0])


def _embedding(call: Arguments, found: Attributes) -> None:
    # F.embedding takes (input, weight), torch.embedding (weight, input).
    tables = [call.tensor("weight"), call.tensor("input")]
    table = next(
        (t for t in tables if t is not None and t.dim() == 2 and t.is_floating_point()), None
    )
    if table is not None:
        found.update(num_embeddings=table.shape[0], embedding_dim=table.shape[1])


def _batch_norm(call: Arguments, found: Attributes) -> None:
    found["num_features"] = call.outputs[0].shape[1]


def _recurrent(call: Arguments, found: Attributes) -> None:
    weights: Sequence[torch.Tensor] = call.get("params") or ()
    data = call.tensor("input", "data")
    if data is None or len(weights) < 2:
        return
    projected = weights[1].shape[1]
    gates = {"lstm": 4, "gru": 3}.get(call.op, 1)
    hidden = weights[0].shape[0] // gates
    found.update(
        input_size=data.shape[-1],
        hidden_size=hidden,
        num_layers=int(call.get("num_layers", 1)),
        bidirectional=bool(call.get("bidirectional", False)),
        batch_first=bool(call.get("batch_first", False)),
        bias=bool(found.pop("has_biases", True)),
    )
    if projected != hidden:
        found["proj_size"] = projected


def _recurrent_cell(call: Arguments, found: Attributes) -> None:
    weight = call.tensor("w_ih")
    if weight is not None:
        gates = {"lstm_cell": 4, "gru_cell": 3}.get(call.op, 1)
        found.update(input_size=weight.shape[1], hidden_size=weight.shape[0] // gates)


def _attention(call: Arguments, found: Attributes) -> None:
    dim, heads = int(call.get("embed_dim")), int(call.get("num_heads"))
    found.update(embed_dim=dim, num_heads=heads, head_dim=dim // heads, batch_first=False)
    for name in ("use_separate_proj_weight", "average_attn_weights"):
        found.pop(name, None)


def _index(call: Arguments, found: Attributes) -> None:
    found["index"] = index_text(call.get("index"))


def index_text(index: Any) -> str:
    """`:, 0` for `x[:, 0]`."""
    if isinstance(index, tuple):
        return ", ".join(index_text(part) for part in index)
    if isinstance(index, slice):
        parts = ["" if part is None else index_text(part) for part in (index.start, index.stop)]
        return ":".join(parts if index.step is None else [*parts, index_text(index.step)])
    if isinstance(index, torch.Tensor):
        return "tensor"
    return "..." if index is Ellipsis else str(index)


def _interpolate(call: Arguments, found: Attributes) -> None:
    found["output_size"] = tuple(call.outputs[0].shape[2:])


_CONVOLUTIONS = [f"{kind}{n}d" for kind in ("conv", "conv_transpose") for n in (1, 2, 3)]
_POOLINGS = [f"{kind}_pool{n}d" for kind in ("max", "avg") for n in (1, 2, 3)]
_ADAPTIVES = [f"adaptive_{kind}_pool{n}d" for kind in ("max", "avg") for n in (1, 2, 3)]
_RECURRENTS = ["lstm", "gru", "rnn_tanh", "rnn_relu"]

_SPECIAL: dict[str, Callable[[Arguments, Attributes], None]] = {
    **dict.fromkeys(_CONVOLUTIONS, _convolution),
    **dict.fromkeys(_POOLINGS, _pooling),
    **dict.fromkeys(_ADAPTIVES, _adaptive),
    **dict.fromkeys(_RECURRENTS, _recurrent),
    **dict.fromkeys([f"{op}_cell" for op in _RECURRENTS], _recurrent_cell),
    **dict.fromkeys(["getitem", "setitem"], _index),
    **dict.fromkeys(["interpolate", "upsample"], _interpolate),
    "deform_conv2d": _deformable,
    "linear": _linear,
    "embedding": _embedding,
    "embedding_bag": _embedding,
    "batch_norm": _batch_norm,
    "multi_head_attention_forward": _attention,
}
