"""What went wrong in a forward pass, in the user's terms: the layer, the op, their own line."""

from __future__ import annotations

import importlib
import re
import traceback
from collections.abc import Mapping
from pathlib import Path

import torch

from visualizer.sources import InputSpec

_TORCH = str(Path(torch.__file__).parent)
_OURS = str(Path(__file__).parents[2])
_IMPORTLIB = str(Path(importlib.__file__).parent)
_FOREIGN = tuple(f"{folder}/" for folder in (_TORCH, _OURS, _IMPORTLIB))
_MOST_CHARACTERS = 300

_ASKS_FOR_VALUES = re.compile(
    r"meta tensor|meta device|no data|on meta\b|device meta|device='meta'|'meta'|same device"
    r"|expected device|meta kernel|fake impl|faketensor|fake tensor|tensor subclass"
    r"|data.dependent|unbacked|register_meta|could not run '|tensor\.__format__|numpy",
    re.IGNORECASE,
)
_FAKE_TENSOR_ERRORS = {
    "UnsupportedFakeTensorException", "DynamicOutputShapeException", "DataDependentOutputException",
    "UnsupportedOperatorException", "FakeTensorDeviceMismatchError",
    "UnsupportedMutationAliasingException", "GuardOnDataDependentSymNode",
}  # fmt: skip


class TraceError(Exception):
    """The forward pass failed.

    `message` is one line that names the layer, the op and the shapes it was given; `layer` is
    the module path ("" for the network itself); `detail` has the user's own traceback lines.
    `asks_for_values` says that the pass failed only for want of numbers in its tensors, `inputs`
    what the network was opened for.
    """

    def __init__(self, message: str, layer: str, detail: str, asks_for_values: bool) -> None:
        super().__init__(message)
        self.message = message
        self.layer = layer
        self.detail = detail
        self.asks_for_values = asks_for_values
        self.inputs: tuple[InputSpec, ...] = ()


def asks_for_values(error: BaseException) -> bool:
    """Whether the error comes from tensors without data, not from a mistake in the network."""
    if any(kind.__name__ in _FAKE_TENSOR_ERRORS for kind in type(error).__mro__):
        return True
    if isinstance(error, NotImplementedError):
        return 'required "forward"' not in str(error)
    return bool(_ASKS_FOR_VALUES.search(str(error)))


def first_line(error: BaseException) -> str:
    """What an exception says, on one line of bearable length."""
    text = str(error).strip()
    line = text.splitlines()[0] if text else type(error).__name__
    return line if len(line) <= _MOST_CHARACTERS else line[:_MOST_CHARACTERS] + "…"


def user_lines(error: BaseException) -> str:
    """The traceback without torch's and our own frames, "" when nothing is left."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not is_foreign(frame.filename)]
    return "".join(traceback.format_list(own)).rstrip()


def is_foreign(filename: str) -> bool:
    """Whether a source file is torch's, ours or the import machinery's."""
    return filename.startswith(_FOREIGN) or filename.startswith("<")


def shapes_given(tensors: Mapping[str, torch.Tensor]) -> str:
    """`input 1×512 and weight 1000×2048`."""
    parts = [f"{name} {_shape(tensor)}" for name, tensor in tensors.items()]
    return (
        parts[0]
        if len(parts) == 1
        else ", ".join(parts[:-1]) + " and " + parts[-1]
        if parts
        else ""
    )


def _shape(tensor: torch.Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "scalar"
