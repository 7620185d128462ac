"""Which ops leave a tensor what it was, so that the two count as one tensor."""

from __future__ import annotations

from visualizer.graph.families import family_of
from visualizer.graph.model import Node, TensorSpec

_SAME_NUMBERS = ("norm", "activation", "elementwise", "add", "concat", "reshape")
_OF_THEIR_OWN = ("channel_shuffle", "pixel_shuffle", "pixel_unshuffle", "glu")
_COPIES = (
    "pad", "expand", "expand_as", "broadcast_to", "repeat", "tile", "repeat_interleave",
    "interpolate", "upsample",
)  # fmt: skip
_LINEAR_IN_THE_ACTIVATION_FAMILY = (
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout",
    "stochastic_depth",
)  # fmt: skip


def is_same_tensor(node: Node, spec: TensorSpec) -> bool:
    """Whether `node`, whose only data input has `spec`, holds the numbers of that input.

    Norms, activations, dropout, arithmetic with weights and views are one tensor with what
    they read, whoever else reads it: each is a function of it and not smaller, so no minimum
    cut ever needs it. Padding, repeating and upsampling compute nothing new. Leaving the grid
    (flatten before a dense layer) starts a tensor of its own, as the head begins there.
    """
    if len(node.outputs) != 1 or node.op in _OF_THEIR_OWN:
        return False
    family, out = family_of(node.op), node.output
    if node.op in _COPIES:
        return out.elements >= spec.elements
    if family == "reshape" and has_grid(node.op, out) != has_grid("", spec):
        return False
    if node.op.startswith("adaptive_") and family == "pool":
        return out.shape == spec.shape
    return family in _SAME_NUMBERS and out.elements == spec.elements


def has_grid(op: str, spec: TensorSpec) -> bool:
    """Whether a tensor has positions (pixels, tokens) beside its features.

    1x64x7x7 and 1x197x768 have; 1x512x1x1, 1x512 and 1x1x768 do not. What a convolution or
    pool gives has its positions behind the channels, so that a single channel has them too.
    """
    if family_of(op) in ("conv", "pool", "input") and len(spec.shape) > 2:
        return any(side > 1 for side in spec.shape[2:])
    return sum(side > 1 for side in spec.shape[1:]) > 1


def is_activation(op: str) -> bool:
    """Whether the op bends its input: dropout and its kin do not."""
    return family_of(op) == "activation" and op not in _LINEAR_IN_THE_ACTIVATION_FAMILY


def is_pointwise_linear(node: Node) -> bool:
    """A 1x1 convolution, or a linear layer applied to every token."""
    if family_of(node.op) == "conv":
        kernel = node.attributes.get("kernel_size")
        return isinstance(kernel, tuple) and all(side == 1 for side in kernel)
    return node.op == "linear" and len(node.output.shape) > 2


def reduces_features(node: Node, read: TensorSpec) -> bool:
    """A stride-1 convolution or linear layer that gives fewer numbers than `read`, its input."""
    if family_of(node.op) == "conv":
        stride = node.attributes.get("stride")
        keeps_grid = isinstance(stride, tuple) and all(step == 1 for step in stride)
    else:
        keeps_grid = node.op == "linear"
    return keeps_grid and node.output.elements < read.elements
