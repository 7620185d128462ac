"""ONNX's element types by the names used everywhere else."""

from __future__ import annotations

from onnx import TensorProto

_NAMES = {
    "FLOAT": "float32", "DOUBLE": "float64", "FLOAT8E4M3FN": "float8_e4m3fn",
    "FLOAT8E5M2": "float8_e5m2", "UNDEFINED": "unknown",
}  # fmt: skip
_BY_NUMBER: dict[int, str] = {
    number: _NAMES.get(name, name.lower()) for name, number in TensorProto.DataType.items()
}


def dtype_name(number: int) -> str:
    """`float32` for 1; "unknown" for a number that ONNX has not."""
    return _BY_NUMBER.get(number, "unknown")
