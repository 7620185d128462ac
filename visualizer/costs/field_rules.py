"""What each op does to a receptive field.

Elementwise ops and norms keep it: the statistics of group and instance norm are taken as
constants, as is usual. Where an op moves pixels in a way that is not followed, the field
becomes unknown rather than wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from visualizer.costs.derive import Window
from visualizer.costs.fields import (
    LOST,
    Axis,
    Field,
    merge,
    mix,
    regrouped,
    resampled,
    unknown,
    window,
    without_labels,
)
from visualizer.costs.formulas.convolution import convolution_windows
from visualizer.costs.formulas.linear import einsum_indices
from visualizer.costs.formulas.pooling import adaptive_bounds, pooling_windows
from visualizer.costs.registry import Call, MissingFactError
from visualizer.graph.families import family_of

Fields = list[Field | None]
"""One entry for each input; None for a constant, which sees nothing."""

Rule = Callable[[Call, Fields], Field]
RULES: dict[str, Rule] = {}


def rule(*ops: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(ops, function))
        return function

    return register


def apply_rule(call: Call, fields: Fields) -> Field:
    """The field of an op's outputs; at least one of `fields` is not None."""
    if any(field is LOST for field in fields):
        return LOST
    function = RULES.get(call.node.op)
    if function is None:
        pointwise_family = family_of(call.node.op) in _POINTWISE
        function = pointwise if pointwise_family else moved
    try:
        return function(call, fields)
    except MissingFactError:
        return LOST


_POINTWISE = frozenset({"norm", "activation", "add", "elementwise"})


def joined(fields: Fields) -> Field:
    """All inputs at once."""
    result: Field | None = None
    for field in fields:
        if field is not None and field is not result:
            result = field if result is None else merge(result, field)
    return LOST if result is None else result


def ranked(field: Field, rank: int) -> Field:
    """The field of a result broadcast to `rank` dimensions."""
    missing = rank - len(field.dims)
    if missing == 0:
        return field
    return field._replace(dims=((),) * missing + field.dims) if missing > 0 else LOST


@rule("clone", "contiguous", "to", "type", "float", "detach", "channel_shuffle", "dropout",
      "native_channel_shuffle", "alias", "copy", "half", "double", "bfloat16")  # fmt: skip
def pointwise(call: Call, fields: Fields) -> Field:
    """Number to number; an op that makes the shape smaller reduces."""
    field = joined(fields)
    if len(call.inputs) == 1 and call.output != call.input:
        return reduced(call, fields)
    return field if field is LOST else ranked(field, len(call.output))


def moved(call: Call, fields: Fields) -> Field:
    """An op that is not followed: harmless where no dimension runs along the image."""
    field = joined(fields)
    if field is LOST or call.output != call.input:
        return LOST
    return unknown(field)


@rule("roll", "flip", "rot90", "sort", "cumsum", "grid_sample")
def shuffled(call: Call, fields: Fields) -> Field:
    return moved(call, fields)


# ------------------------------------------------------------------------------ windows


@rule("conv1d", "conv2d", "conv3d")
def convolution(call: Call, fields: Fields) -> Field:
    return _with_weight(_slide(call, fields[0], convolution_windows(call)), fields)


@rule("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
      "lp_pool1d", "lp_pool2d")  # fmt: skip
def pool(call: Call, fields: Fields) -> Field:
    return _slide(call, fields[0], pooling_windows(call))


def _slide(call: Call, field: Field | None, windows: tuple[Window, ...]) -> Field:
    if field is None:
        return LOST

    def one(axis: Axis, number: int) -> Axis:
        w = windows[number]
        return window(axis, w.dilation * (w.kernel - 1) + 1, w.stride, w.before)

    if all(w.kernel == w.stride == 1 and w.before == 0 for w in windows):
        return _channels_mixed(call, field, len(windows))
    return _each_axis(_channels_mixed(call, field, len(windows)), len(windows), one)


def _channels_mixed(call: Call, field: Field, axes: int) -> Field:
    """A convolution reads all channels: if they run along the image (flattened), it sees it."""
    if len(field.dims) < axes + 1:
        return LOST
    place = -axes - 1
    return without_labels(mix(field, (place,)), (place,)) if field.dims[place] else field


def _each_axis(field: Field, axes: int, change: Callable[[Axis, int], Axis]) -> Field:
    """Apply `change(axis, number)` to the image axis behind each of the last `axes` dimensions."""
    changed = list(field.axes)
    lost = False
    for number, carried in enumerate(field.dims[-axes:]):
        if len(carried) > 1 or field.split.intersection(carried):
            lost = True
        elif carried:
            changed[carried[0]] = change(changed[carried[0]], number)
    result = field._replace(axes=tuple(changed))
    return unknown(result) if lost else result


def _with_weight(field: Field, fields: Fields) -> Field:
    """A weight computed from the image brings what it sees."""
    for other in fields[1:]:
        if other is not None and other.whole:
            field = field._replace(axes=tuple(axis._replace(whole=True) for axis in field.axes))
        elif other is not None:
            field = unknown(field)
    return field


@rule("deform_conv2d")
def deformable(call: Call, fields: Fields) -> Field:
    """Learned offsets may point anywhere."""
    field = joined(fields[:1])
    return mix(field, tuple(range(2, len(field.dims)))) if field is not LOST else LOST


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed(call: Call, fields: Fields) -> Field:
    """Output o reads the inputs i with o = i·S − P + D·t: at most floor(D·(K − 1)/S) + 1."""
    axes = len(call.operand("weight", 1)) - 2
    kernel = call.operand("weight", 1)[2:]
    strides, pads = call.per_axis("stride", axes, 1), call.per_axis("padding", axes, 0)
    dilations = call.per_axis("dilation", axes, 1)

    def one(axis: Axis, number: int) -> Axis:
        k, s, p, d = kernel[number], strides[number], pads[number], dilations[number]
        least = max(k // s, 1) if d == 1 else 1
        shift = Fraction(2 * p - d * (k - 1), 2 * s)
        return resampled(axis, Fraction(1, s), shift, d * (k - 1) // s + 1, least)

    if fields[0] is None:
        return LOST
    return _with_weight(_each_axis(_channels_mixed(call, fields[0], axes), axes, one), fields)


_INTERPOLATION_TAPS = {
    "nearest": 1, "nearest-exact": 1, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4
}  # fmt: skip


@rule("interpolate", "upsample", "upsample_nearest", "upsample_bilinear")
def interpolated(call: Call, fields: Fields) -> Field:
    """Output o looks at input (o + ½)·I/O − ½ and, by mode, 1, 2 or 4 numbers around it."""
    field = joined(fields[:1])
    axes = len(call.input) - 2
    mode = call.attribute("mode", "bilinear" if call.node.op.endswith("bilinear") else "nearest")
    taps = _INTERPOLATION_TAPS.get(str(mode))
    if field is LOST or len(call.output) != len(call.input):
        return LOST
    if taps is None:
        return unknown(field)

    def one(axis: Axis, number: int) -> Axis:
        before, after = call.input[2 + number], call.output[2 + number]
        if before == after:
            return axis
        step = Fraction(before, after)
        return resampled(axis, step, (step - 1) / 2, taps, 1)

    return _each_axis(field, axes, one)


@rule("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
      "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")  # fmt: skip
def adaptive(call: Call, fields: Fields) -> Field:
    """To one number an axis: the whole input. Else windows of I/O, the largest where uneven."""
    field = joined(fields)
    axes = int(call.node.op[-2])
    if field is LOST or len(field.dims) < axes + 1:
        return LOST
    if all(side == 1 for side in call.output[-axes:]):
        places = tuple(range(-axes, 0))
        return without_labels(mix(field, places), places)

    def one(axis: Axis, number: int) -> Axis:
        before, after = call.input[number - axes], call.output[number - axes]
        if after == 1:
            return axis._replace(whole=True)
        if before % after == 0:
            return window(axis, before // after, before // after, 0)
        reads = [end - begin for begin, end in adaptive_bounds(before, after)]
        step = Fraction(before, after)
        return resampled(axis, step, (step - 1) / 2, max(reads), min(reads))

    return _each_axis(field, axes, one)


@rule("pad")
def padded(call: Call, fields: Fields) -> Field:
    """Padding shifts the field to the left by as many strides as numbers were put before."""
    field = joined(fields)
    if field is LOST or len(call.output) != len(call.input):
        return LOST
    given = call.attribute("pad", ())
    before = given[::2] if isinstance(given, tuple) else ()
    rank = len(call.input)
    changed = list(field.axes)
    for place, carried in enumerate(field.dims):
        if not carried or call.input[place] == call.output[place]:
            continue
        slot = rank - 1 - place
        if len(carried) > 1 or field.split.intersection(carried) or slot >= len(before):
            return unknown(field)
        changed[carried[0]] = window(changed[carried[0]], 1, 1, int(before[slot]))
    return field._replace(axes=tuple(changed))


@rule("pixel_shuffle", "pixel_unshuffle")
def pixel_shuffled(call: Call, fields: Fields) -> Field:
    """Shuffle: r outputs look at one input. Unshuffle: one output at r inputs."""
    field = joined(fields)
    if field is LOST:
        return LOST

    def one(axis: Axis, number: int) -> Axis:
        before, after = call.input[number - 2], call.output[number - 2]
        if before >= after:
            return window(axis, before // after, before // after, 0)
        step = Fraction(before, after)
        return resampled(axis, step, (step - 1) / 2, 1, 1)

    return _each_axis(field, 2, one)


# --------------------------------------------------------------------- matrix products


@rule("linear")
def linear(call: Call, fields: Fields) -> Field:
    """Reads the last dimension: pointwise on channels, everything on a flattened map."""
    if fields[0] is None:
        return LOST
    return _with_weight(without_labels(mix(fields[0], (-1,)), (-1,)), fields)


@rule("matmul", "mm", "bmm")
def product(call: Call, fields: Fields) -> Field:
    """Contracts the last dimension of the left with the last but one of the right."""
    if len(call.inputs) != 2:
        return _product_with_parameter(call, joined(fields))
    if any(len(spec.shape) < 2 for spec in call.inputs):
        return LOST
    left, right = fields
    rank = len(call.output)
    sides = []
    if left is not None:
        sides.append(ranked(without_labels(mix(left, (-1,)), (-1,)), rank))
    if right is not None:
        sides.append(ranked(without_labels(mix(right, (-2,)), (-2,)), rank))
    return joined([side if side is not LOST else None for side in sides])


def _product_with_parameter(call: Call, field: Field) -> Field:
    """One factor is a weight: what stayed in the result was not contracted."""
    if field is LOST or len(field.dims) < 2 or len(call.output) != len(call.input):
        return LOST
    if call.output[:-1] == call.input[:-1]:
        return without_labels(mix(field, (-1,)), (-1,))
    if call.output[-1] == call.input[-1]:
        return without_labels(mix(field, (-2,)), (-2,))
    return LOST


@rule("einsum")
def einsum(call: Call, fields: Fields) -> Field:
    """Indices that are not in the result are contracted."""
    terms, result = einsum_indices(call)
    if call.parameters or len(terms) != len(fields):
        return LOST
    sides: Fields = []
    for term, field in zip(terms, fields, strict=True):
        if field is None:
            continue
        summed = tuple(place for place, index in enumerate(term) if index not in result)
        seen = mix(field, summed)
        carried = dict(zip(term, seen.dims, strict=True))
        sides.append(seen._replace(dims=tuple(carried.get(index, ()) for index in result)))
    return joined(sides)


@rule("scaled_dot_product_attention")
def attention(call: Call, fields: Fields) -> Field:
    """Every query reads every key and value."""
    query, *others = fields[:3]
    seen = [mix(field, (-2,)) for field in others if field is not None and len(field.dims) > 1]
    if query is None or not seen:
        return LOST
    return joined([query, *(_attended(query, field) for field in seen)])


@rule("multi_head_attention_forward")
def multi_head(call: Call, fields: Fields) -> Field:
    """As attention, on (L, N, E) or (L, E): positions stand first."""
    query = fields[0]
    if query is None or not query.dims:
        return LOST
    keys = [field for field in fields[1:3] if field is not None and field.dims] or [query]
    return joined([query, *(_attended(query, mix(field, (0,))) for field in keys)])


def _attended(query: Field, seen: Field) -> Field:
    """What attention adds to the query's field, in the query's own dimensions."""
    return seen._replace(dims=query.dims)


@rule("lstm", "gru", "rnn_tanh", "rnn_relu")
def recurrent(call: Call, fields: Fields) -> Field:
    """The state carries what came before (and, in both directions, after): the whole sequence."""
    field = fields[0]
    if field is None or len(field.dims) < 2:
        return LOST
    steps = 1 if len(field.dims) == 3 and call.attribute("batch_first", False) else 0
    return without_labels(mix(mix(field, (steps,)), (-1,)), (-1,))


# ------------------------------------------------------------------- reductions, shapes


@rule("mean", "amax", "amin", "sum", "var", "std", "argmax", "argmin", "max", "min", "norm",
      "logsumexp", "prod", "any", "all", "median")  # fmt: skip
def reduced(call: Call, fields: Fields) -> Field:
    """Reads all numbers along the reduced dimensions, which go or stay with size one."""
    field = joined(fields)
    if field is LOST or (len(call.inputs) > 1 or call.output == call.input):
        return LOST if field is LOST else ranked(field, len(call.output))
    places = _reduced_places(call)
    seen = mix(field, places)
    if len(call.output) == len(call.input):
        return without_labels(seen, places)
    return seen._replace(dims=tuple(d for p, d in enumerate(seen.dims) if p not in places))


def _reduced_places(call: Call) -> tuple[int, ...]:
    """Dimensions that a reduction removed or made one."""
    before, after = call.input, call.output
    given = call.attribute("dim", call.attribute("axis"))
    if isinstance(given, int):
        given = (given,)
    if isinstance(given, tuple) and given:
        return tuple(int(place) % len(before) for place in given)
    if len(before) == len(after):
        return tuple(p for p, (a, b) in enumerate(zip(before, after, strict=True)) if a != b)
    if not after:
        return tuple(range(len(before)))
    raise MissingFactError(f"{call.node.op} does not say its dim")


@rule("softmax", "log_softmax", "softmin", "normalize")
def normalized(call: Call, fields: Fields) -> Field:
    """Each result depends on all numbers along the dimension."""
    field = joined(fields)
    dim = call.attribute("dim", 1 if call.node.op == "normalize" else None)
    if field is LOST or not isinstance(dim, int) or not field.dims:
        return field
    return mix(field, (dim % len(field.dims),))


@rule("layer_norm", "rms_norm")
def layer_normalized(call: Call, fields: Fields) -> Field:
    """Statistics over the last dimensions; over a whole map they see all of it."""
    field = joined(fields)
    shape = call.attribute("normalized_shape", ())
    count = len(shape) if isinstance(shape, tuple) and shape else 1
    return mix(field, tuple(range(-count, 0))) if field is not LOST else LOST


@rule("cat", "concat", "concatenate", "hstack", "vstack", "dstack")
def concatenated(call: Call, fields: Fields) -> Field:
    """Side by side in channels: the hull. Side by side in space: positions are not followed."""
    field = joined(fields)
    if field is LOST or len(call.output) != len(call.inputs[0].shape):
        return LOST
    grown = [
        p for p, (a, b) in enumerate(zip(call.inputs[0].shape, call.output, strict=True)) if a != b
    ]
    return unknown(field) if any(field.dims[place] for place in grown) else field


@rule("stack")
def stacked(call: Call, fields: Fields) -> Field:
    field = joined(fields)
    if field is LOST:
        return LOST
    place = call.integer("dim", 0) % len(call.output)
    return field._replace(dims=(*field.dims[:place], (), *field.dims[place:]))


@rule("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view_as", "reshape_as",
      "ravel")  # fmt: skip
def reshaped(call: Call, fields: Fields) -> Field:
    field = joined(fields[:1])
    return regrouped(field, call.input, call.output) if field is not LOST else LOST


@rule("expand", "expand_as", "broadcast_to")
def expanded(call: Call, fields: Fields) -> Field:
    field = joined(fields[:1])
    return field if field is LOST else ranked(field, len(call.output))


@rule("permute", "transpose", "swapaxes", "swapdims", "t", "T", "mT", "movedim", "moveaxis")
def permuted(call: Call, fields: Fields) -> Field:
    field = joined(fields)
    order = permutation(call)
    if field is LOST or order is None:
        return LOST
    return field._replace(dims=tuple(field.dims[place] for place in order))


def permutation(call: Call) -> tuple[int, ...] | None:
    """Old position of each new dimension; None when neither attributes nor sizes tell."""
    rank = len(call.input)
    dims = call.attribute("dims", call.attribute("dim"))
    if isinstance(dims, tuple) and len(dims) == rank:
        return tuple(int(place) % rank for place in dims)
    order = list(range(rank))
    first, second = _swapped(call)
    if first is not None and second is not None:
        order[first % rank], order[second % rank] = order[second % rank], order[first % rank]
        return tuple(order)
    if call.node.op in ("t", "T"):
        return tuple(reversed(order))
    if len(set(call.input)) == rank and sorted(call.input) == sorted(call.output):
        return tuple(call.input.index(side) for side in call.output)
    return None


def _swapped(call: Call) -> tuple[int | None, int | None]:
    if call.node.op == "mT":
        return -2, -1
    for names in (("dim0", "dim1"), ("axis0", "axis1")):
        first, second = (call.attribute(name) for name in names)
        if isinstance(first, int) and isinstance(second, int):
            return first, second
    return None, None


@rule("getitem", "select", "narrow", "slice", "chunk", "split", "tensor_split", "unbind",
      "index_select", "gather", "take", "split_with_sizes")  # fmt: skip
def taken(call: Call, fields: Fields) -> Field:
    """A part: harmless across channels; a part of the image is not followed.

    Dimensions are matched by size from the left; those without a match were dropped.
    """
    field = joined(fields)
    if field is LOST:
        return LOST
    before, after = call.input, call.output
    if len(after) > len(before):
        return regrouped(field, before, after)
    kept, cut = _kept(before, after)
    gone = {axis for place in cut for axis in field.dims[place]}
    dims = tuple(field.dims[place] for place in kept)
    result = field._replace(dims=dims)
    return unknown(result) if gone else result


def _kept(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Old dimensions that remain, and those that were cut or dropped."""
    if len(before) == len(after):
        cut = [p for p, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        return list(range(len(before))), cut
    kept: list[int] = []
    for place, side in enumerate(before):
        spare = len(before) - place > len(after) - len(kept)
        if len(kept) < len(after) and (side == after[len(kept)] or not spare):
            kept.append(place)
    return kept, [place for place in range(len(before)) if place not in kept]
