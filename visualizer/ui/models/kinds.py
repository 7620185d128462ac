"""What a node is called in lists: its module's class, or its op."""

from __future__ import annotations

from visualizer.graph import Node


def is_module(node: Node) -> bool:
    """Whether the op is all that its module did, so that it stands for the module."""
    return bool(node.module_type) and node.id.partition("#")[0] == node.module_path


def kind_of(node: Node) -> str:
    """`Conv2d` for a module, `add` for an op inside a larger one."""
    return node.module_type if is_module(node) else node.op
