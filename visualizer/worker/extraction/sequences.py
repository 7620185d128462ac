"""Packed sequences as inputs: sequences of several lengths, one behind the other in one tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import torch
from msgspec.structs import replace
from torch.nn.utils.rnn import PackedSequence

from visualizer.sources import InputSpec
from visualizer.worker.extraction.records import tensors_in


def packed_example(spec: InputSpec, make: Callable[[InputSpec], torch.Tensor]) -> PackedSequence:
    """What torch's `pack_padded_sequence` gives for an input of (N, T, …), all sequences T long
    unless `spec.values` are their lengths: data (total length, …), and how many sequences have a
    number at each step. `make` makes the data."""
    count, longest, *rest = spec.shape
    lengths = list(islice(cycle(spec.values or (longest,)), count))
    sizes = [sum(length > step for length in lengths) for step in range(max(lengths))]
    data = replace(spec, shape=(sum(sizes), *rest), values=(), packed=False)
    with torch.device("cpu"):  # where torch wants the sizes, whatever the data are on
        return PackedSequence(make(data), torch.tensor(sizes))


def with_data(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """A tensor, or a packed sequence's data, changed; the sizes stay numbers."""
    if not isinstance(value, PackedSequence):
        return change(value)
    return PackedSequence(
        change(value.data), value.batch_sizes, value.sorted_indices, value.unsorted_indices
    )


def spec_of_packed(value: PackedSequence, name: str) -> InputSpec:
    """Shape (N, T, …), and the lengths where they differ."""
    sizes = value.batch_sizes.tolist()
    lengths = tuple(sum(size > number for size in sizes) for number in range(sizes[0]))
    shape = (sizes[0], len(sizes), *value.data.shape[1:])
    dtype = str(value.data.dtype).removeprefix("torch.")
    told = lengths if len(set(lengths)) > 1 else ()
    return InputSpec(shape, dtype, name, told, packed=True)


def input_tensors(value: Any) -> Iterator[torch.Tensor]:
    """All tensors in what a network is given; of a packed sequence the data only."""
    if isinstance(value, PackedSequence):
        yield value.data
    elif isinstance(value, dict):
        for part in value.values():
            yield from input_tensors(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from input_tensors(part)
    else:
        yield from tensors_in(value)
