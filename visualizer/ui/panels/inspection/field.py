"""What the inspector says about receptive fields and the border rule."""

from __future__ import annotations

from visualizer.costs import ReceptiveField
from visualizer.costs.border import Border
from visualizer.costs.border_words import (
    SOURCE,
    counts_text,
    range_reason,
    range_text,
    verdict_text,
    wasted_text,
)
from visualizer.costs.rows import kernel_of
from visualizer.graph import Node
from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspection.model import Row


def sides_of_input(network: OpenNetwork) -> tuple[int, ...]:
    """Height and width of the network's first input in pixels."""
    return network.graph.inputs[0].output.shape[2:] if network.graph.inputs else ()


def field_rows(field: ReceptiveField | None, picture: tuple[int, ...]) -> tuple[Row, ...]:
    """Size, stride and padding of a layer's field, beside the `picture` it looks at."""
    if field is None:
        return ()
    rows = [Row("Sees", "the whole input")] if field.whole_input else []
    if field.size:
        rows += [
            _size_row(field, picture),
            Row("Stride", _sides(field.stride), "input pixels from one output to the next"),
            Row("Padding", _sides(field.padding), "pixels it reaches outside the input"),
            Row("Paths", "aligned" if field.aligned else "misaligned", _alignment(field)),
        ]
    return tuple(rows)


def _size_row(field: ReceptiveField, picture: tuple[int, ...]) -> Row:
    size = _sides(field.size)
    remark = "input pixels that one output value sees"
    if field.whole_input:
        return Row("Size before that", size, remark)
    if len(picture) != len(field.size):
        return Row("Sees", size, remark)
    full = all(seen >= side for seen, side in zip(field.size, picture, strict=True))
    remark = "everything it can: as large as the picture or larger" if full else remark
    return Row("Sees", f"{size} of {_sides(picture)}", remark)


def growth_rows(network: OpenNetwork, node: Node) -> tuple[Row, ...]:
    """How a window widens the field of what it reads, r + d·(K − 1)·S (Araujo et al. 2019);
    nothing where that is not how it came about."""
    layers = network.report.layers
    before = layers.get(node.inputs[0].node) if node.inputs else None
    own, kernel = layers.get(node.id), kernel_of(network.graph, node)
    read = before.receptive_field if before is not None else None
    seen = own.receptive_field if own is not None else None
    if read is None or seen is None or not kernel or read.whole_input or not read.size:
        return ()
    size, stride, side, dilation = read.size[-1], read.stride[-1], kernel[-1], _dilation(node)
    grown = size + dilation * (side - 1) * stride
    if grown != seen.size[-1] or seen.whole_input:
        return ()
    times = f"{dilation}·({side} − 1)·{stride:g}" if dilation > 1 else f"({side} − 1)·{stride:g}"
    rule = "r + d·(K − 1)·S" if dilation > 1 else "r + (K − 1)·S"
    remark = f"{rule}, with size r and stride S of what it reads"
    return (Row("Width from", f"{size} + {times} = {grown:g}", remark),)


def _dilation(node: Node) -> int:
    value = node.attributes.get("dilation", 1)
    last = value[-1] if isinstance(value, tuple) and value else value
    return last if isinstance(last, int) else 1


def border_rows(border: Border | None, node: str) -> tuple[Row, ...]:
    """The border rule for a convolution; nothing for other ops."""
    layer = border.by_node.get(node) if border is not None else None
    if border is None or layer is None:
        return ()
    return (Row("Border rule", layer.verdict, verdict_text(layer, border.side)),)


def network_border_rows(border: Border | None) -> tuple[Row, ...]:
    """The border rule for the whole network: what it wastes, and the inputs worth using."""
    if border is None:
        return ()
    wasted = f"{wasted_text(border)}; " if border.unproductive else ""
    rows = [Row(f"At {border.side} px", counts_text(border), f"{wasted}border rule, {SOURCE}")]
    if border.worth is not None:
        worth = range_text(border.worth)
        rows.append(Row("Feasible input", worth, range_reason(border.worth)))
    return tuple(rows)


def _alignment(field: ReceptiveField) -> str:
    if not field.aligned:
        return "the size is the hull over all paths"
    if field.minimum and field.minimum != field.size:
        return f"the narrowest path sees {_sides(field.minimum)}"
    return ""


def _sides(sides: tuple[int | float, ...]) -> str:
    return " × ".join(f"{side:g}" for side in sides)
