"""Matrix products, attention and recurrence: which dimensions are read as a whole."""

from __future__ import annotations

from msgspec.structs import replace

from visualizer.costs.field_rules.table import Fields, joined, ranked, rule, with_weight
from visualizer.costs.fields import LOST, Field, mix, without_labels
from visualizer.costs.formulas.linear import einsum_indices
from visualizer.costs.registry import Call


@rule("linear", "linear_relu", "linear_leaky_relu", "linear_tanh", "linear_dynamic",
      "linear_relu_dynamic", "linear_dynamic_fp16", "linear_relu_dynamic_fp16")  # fmt: skip
def linear(call: Call, fields: Fields) -> Field:
    """Reads the last dimension: pointwise on channels, everything on a flattened map."""
    if fields[0] is None:
        return LOST
    return with_weight(without_labels(mix(fields[0], (-1,)), (-1,)), fields)


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
    if field is LOST or len(field.dims) < 2 or len(call.output) != len(call.arriving):
        return LOST
    if call.output[:-1] == call.arriving[:-1]:
        return without_labels(mix(field, (-1,)), (-1,))
    if call.output[-1] == call.arriving[-1]:
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
        sides.append(replace(seen, dims=tuple(carried.get(index, ()) for index in result)))
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
    return replace(seen, dims=query.dims)


@rule("lstm", "gru", "rnn_tanh", "rnn_relu", "quantized_lstm", "quantized_gru")
def recurrent(call: Call, fields: Fields) -> Field:
    """The state carries what came before (and, in both directions, after): the whole sequence."""
    field = fields[0]
    if field is None or len(field.dims) < 2:
        return LOST
    steps = 1 if len(field.dims) == 3 and call.attribute("batch_first", False) else 0
    return without_labels(mix(mix(field, (steps,)), (-1,)), (-1,))
