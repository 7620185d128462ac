"""ONNX's own ops among those of others, and which version of them a file is written in."""

from __future__ import annotations

from onnx import ModelProto, NodeProto

_STANDARD = ("", "ai.onnx")


def is_standard(node: NodeProto) -> bool:
    """Whether it is an op of ONNX's own."""
    return node.domain in _STANDARD


def opset_of(model: ModelProto) -> int:
    """The version of ONNX's own ops; 1 where the file does not say it."""
    return next((int(o.version) for o in model.opset_import if o.domain in _STANDARD), 1)
