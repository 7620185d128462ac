"""Training memory from an observed step: optimizer state, the peak, what fits, checkpointing."""

from __future__ import annotations

import msgspec
import pytest

from tests.costs.building import Net
from visualizer.costs import cost_report
from visualizer.costs.blocks import blocks_of
from visualizer.costs.checkpointing import Checkpointing, checkpointing, saved_by_part
from visualizer.costs.observed import Law, Moment, SavedTensor, TrainingObserved
from visualizer.costs.training import (
    GIB,
    OPTIMIZERS,
    Plan,
    largest_batch,
    optimizer_bytes,
    training_memory,
)
from visualizer.costs.training_words import fits_sentence, peak_sentence, plan_text
from visualizer.graph.model import LayerGraph, Module

ALEXNET = 61_100_840  # parameters


def observed(**changes: object) -> TrainingObserved:
    """1,000 parameters and 10 B of buffers; at most 400 + 100 b alive, of which 80 b saved."""
    found = TrainingObserved(
        mixed=False,
        route="fake tensors",
        param_bytes=4000,
        buffer_bytes=10,
        gradient_bytes=4000,
        trained=(900, 100),
        saved=(SavedTensor("a", "a", "input", Law(0, 60)), SavedTensor("b", "b", "", Law(0, 20))),
        made={},
        moments=(
            Moment("forward", "b", Law(0, 90), Law(), Law(0, 80)),
            Moment("backward", "b", Law(400, 100), Law(400), Law(0, 80)),
            Moment("after", "a", Law(4000, 10), Law(4000), Law()),
        ),
        batches=(2, 4),
        checked_batch=3,
        off=0.0,
    )
    return msgspec.structs.replace(found, **changes)


def test_that_momentum_takes_4_bytes_a_parameter_and_adam_8() -> None:
    sizes = (ALEXNET - 1000, 1000)
    assert optimizer_bytes(sizes, "sgd") == 0
    assert optimizer_bytes(sizes, "momentum") == 244_403_360
    assert optimizer_bytes(sizes, "adam") == optimizer_bytes(sizes, "adamw") == 488_806_720


def test_that_8_bit_adamw_takes_2_bytes_a_parameter_and_two_maxima_a_block_of_256() -> None:
    # 8192 numbers: 2 x 8192 + 2 x 32 blocks x 4 B, and two code books of 256 fp32.
    assert optimizer_bytes((8192,), "adamw8bit") == 16384 + 256 + 2048
    # A last block that is not full has its maxima too: 33 blocks.
    assert optimizer_bytes((8193,), "adamw8bit") == 16386 + 264 + 2048


def test_that_8_bit_adamw_keeps_small_tensors_in_32_bits() -> None:
    assert optimizer_bytes((4095,), "adamw8bit") == 8 * 4095
    assert optimizer_bytes((8192, 64), "adamw8bit") == 16384 + 256 + 2048 + 8 * 64


def test_that_the_peak_moves_with_the_batch() -> None:
    # SGD, beside 4,010 B of parameters and buffers: 400 + 100 b in backward, 4,000 + 10 b after.
    small = training_memory(observed(), Plan(batch=10, optimizer="sgd"))
    large = training_memory(observed(), Plan(batch=100, optimizer="sgd"))
    assert (small.phase, small.peak_bytes) == ("update", 4010 + 4100)
    assert (large.phase, large.node, large.peak_bytes) == ("backward", "b", 4010 + 10_400)


def test_that_adam_updating_all_at_once_needs_the_parameters_once_more() -> None:
    together = training_memory(observed(), Plan(batch=1, optimizer="adam"))
    apart = training_memory(observed(), Plan(batch=1, optimizer="adam", foreach=False))
    assert together.peak_bytes == 4010 + 8000 + 4010 + 4000
    assert apart.peak_bytes == 4010 + 8000 + 4010 + 2 * 4 * 900


@pytest.mark.parametrize("batch", [1, 50, 1000])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_the_parts_add_up_to_the_peak(batch: int, optimizer: str) -> None:
    memory = training_memory(observed(), Plan(batch=batch, optimizer=optimizer))  # type: ignore[arg-type]
    assert sum(part.bytes for part in memory.parts) == memory.peak_bytes
    assert all(part.bytes >= 0 for part in memory.parts)


def test_that_saved_activations_are_said_in_full_beside_the_peak() -> None:
    memory = training_memory(observed(), Plan(batch=10, optimizer="sgd"))
    assert (memory.saved_bytes, memory.gradient_bytes) == (800, 4000)
    rules = {d.quantity: d.text for d in memory.derivations}
    assert rules["saved activations"] == "0 + 10·80 = 800 B"
    assert rules["gradients"] == "4·1,000 = 4,000 B"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("room", [25_000, 100_000, 12_345_678])
def test_that_the_largest_batch_fits_and_one_more_does_not(optimizer: str, room: int) -> None:
    plan = Plan(optimizer=optimizer)  # type: ignore[arg-type]
    largest = largest_batch(observed(), plan, room / GIB)

    def peak(batch: int) -> int:
        return training_memory(observed(), msgspec.structs.replace(plan, batch=batch)).peak_bytes

    assert largest > 0
    assert peak(largest) <= room < peak(largest + 1)


def test_that_nothing_fits_where_the_parameters_do_not() -> None:
    assert largest_batch(observed(), Plan(), 4000 / GIB) == 0
    assert fits_sentence(0, 2.0) == "Not even a batch of 1 fits in 2 GB."
    assert fits_sentence(1234, 16.0) == "The largest batch in 16 GB is 1,234."


def test_that_a_plan_in_another_precision_is_refused() -> None:
    with pytest.raises(ValueError, match="precision"):
        training_memory(observed(), Plan(mixed=True))


def test_that_checkpointing_without_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="blocks"):
        training_memory(observed(), Plan(checkpoint=True))


def test_that_the_peak_is_said_in_words() -> None:
    plan = Plan(batch=1024, optimizer="sgd", checkpoint=False)
    assert plan_text(plan) == "batch 1,024, SGD, float32"
    memory = training_memory(observed(), plan)
    assert peak_sentence(memory) == "The peak, 104.31 KB, is in the backward pass at b."


# ---------------------------------------------------------------------- blocks


def two_blocks() -> LayerGraph:
    """stem -> blocks.0 (a, b) -> blocks.1 (a, b) -> head, 10 numbers each."""
    net = Net((1, 10))
    net.op("stem", "linear", ["input"], (1, 10), weights={"weight": (10, 10)})
    before = "stem"
    for number in (0, 1):
        around = ("blocks", f"blocks.{number}")
        for part in ("a", "b"):
            name = f"blocks.{number}.{part}"
            shape = {"weight": (10, 10)}
            before = net.op(name, "linear", [before], (1, 10), weights=shape, scope=around)
    net.op("head", "linear", [before], (1, 10), weights={"weight": (10, 10)})
    modules = (
        Module("", "Net"), Module("blocks", "ModuleList"), Module("blocks.0", "Block"),
        Module("blocks.1", "Block"),
    )  # fmt: skip
    return msgspec.structs.replace(net.graph(), modules=modules)


def chain_observed() -> TrainingObserved:
    """Each op saves its input, 40 B an example. Backward is done from the head on; at each of
    its moments one gradient of 40 B is on its way."""
    order = ["stem", "blocks.0.a", "blocks.0.b", "blocks.1.a", "blocks.1.b", "head"]
    makers = ["input", *order[:-1]]
    saved = tuple(
        SavedTensor(node, node, maker, Law(0, 40))
        for node, maker in zip(order, makers, strict=True)
    )
    moments = tuple(
        Moment("backward", node, Law(0, 40 * held + 40), Law(), Law(0, 40 * held))
        for held, node in enumerate(order, 1)
    )
    made = {name: Law(0, 40) for name in makers}
    return observed(saved=saved, moments=moments, made=made)


def chain_blocks() -> Checkpointing:
    graph = two_blocks()
    found = checkpointing(graph, cost_report(graph), chain_observed())
    assert found is not None
    return found


def test_that_items_of_a_module_list_are_blocks_and_single_layers_are_not() -> None:
    blocks = blocks_of(two_blocks())
    assert [block.id for block in blocks] == ["blocks.0", "blocks.1"]
    assert [block.inputs for block in blocks] == [{"stem"}, {"blocks.0.b"}]
    net = Net((1, 10))
    net.op("a", "linear", ["input"], (1, 10), weights={"weight": (10, 10)})
    assert blocks_of(net.graph()) == ()


def test_that_checkpointing_keeps_a_blocks_input_instead_of_what_it_saved() -> None:
    # Kept: the stem's input, the inputs of both blocks, and the head's own: 4 of 6 tensors.
    assert chain_observed().saved_law == Law(0, 240)
    assert chain_blocks().saved_law == Law(0, 160)


def test_that_one_block_at_a_time_is_there_again_in_the_backward_pass() -> None:
    changed = [chain_blocks().changed(moment).saved for moment in chain_observed().moments]
    # stem: input. blocks.0: + its own. blocks.1: stem's and blocks.0's inputs + its own.
    assert [law.per_example // 40 for law in changed] == [1, 2, 3, 3, 4, 4]
    before = [moment.saved.per_example // 40 for moment in chain_observed().moments]
    assert before == [1, 2, 3, 4, 5, 6]


def test_that_the_second_forward_pass_is_that_of_the_blocks() -> None:
    assert chain_blocks().extra_macs == 4 * 100


def test_that_an_input_that_is_held_anyway_is_not_counted_twice() -> None:
    graph = two_blocks()
    plain = chain_observed()
    also = SavedTensor("stem", "stem", "blocks.0.b", Law(0, 40))
    found = checkpointing(
        graph, cost_report(graph), msgspec.structs.replace(plain, saved=(*plain.saved, also))
    )
    assert found is not None
    assert found.saved_law == Law(0, 160)


def test_that_what_is_saved_is_told_by_block_the_most_first() -> None:
    parts = saved_by_part(two_blocks(), chain_observed(), 2)
    assert [(part.item, part.bytes) for part in parts] == [
        ("blocks.0", 160), ("blocks.1", 160), ("stem", 80), ("head", 80),
    ]  # fmt: skip
    assert sum(part.share for part in parts) == pytest.approx(1)
