"""The window about training memory: bar, legend, list and choices."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.costs.test_training import chain_blocks, chain_observed, observed, two_blocks
from visualizer.costs.checkpointing import saved_by_part
from visualizer.costs.training import Plan, largest_batch, training_memory
from visualizer.session.training import TrainingShown
from visualizer.ui.dialogs.training_memory import TrainingMemoryDialog


def shown(plan: Plan, blocks: int = 2) -> TrainingShown:
    chain = chain_observed()
    return TrainingShown(
        name="net",
        observed=chain,
        memory=training_memory(chain, plan, chain_blocks()),
        largest=largest_batch(chain, plan, 1.0, chain_blocks()),
        gib=1.0,
        parts=saved_by_part(two_blocks(), chain, plan.batch),
        blocks=blocks,
        recomputed=0.5,
    )


@pytest.fixture
def dialog(qtbot: QtBot) -> TrainingMemoryDialog:
    dialog = TrainingMemoryDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_that_the_bar_is_as_long_as_its_parts_together(dialog) -> None:
    dialog.show_memory(shown(Plan(batch=8, optimizer="adam")))
    areas = dialog.bar.segments()
    assert sum(area.width() for _, area in areas) == pytest.approx(dialog.bar.width())
    whole = sum(part.bytes for part, _ in areas)
    for part, area in areas:
        assert area.width() == pytest.approx(dialog.bar.width() * part.bytes / whole)


def test_that_the_bar_is_said_in_words_for_those_who_do_not_see_it(dialog) -> None:
    dialog.show_memory(shown(Plan(batch=8, optimizer="adam")))
    assert "Optimizer state 7.81 KB" in dialog.bar.accessibleDescription()


def test_that_choosing_asks_for_a_plan_and_shows_nothing_by_itself(dialog, qtbot: QtBot) -> None:
    dialog.show_plan(Plan(batch=8), 16.0)
    with qtbot.waitSignal(dialog.plan_chosen) as asked:
        dialog.batch_box.setValue(64)
    assert asked.args == [Plan(batch=64)]
    with qtbot.waitSignal(dialog.plan_chosen) as asked:
        dialog.optimizer_box.setCurrentText("AdamW, 8-bit")
    assert asked.args == [Plan(batch=8, optimizer="adamw8bit")]
    with qtbot.waitSignal(dialog.plan_chosen) as asked:
        dialog.precision_box.setCurrentIndex(1)
    assert asked.args == [Plan(batch=8, mixed=True)]
    with qtbot.waitSignal(dialog.plan_chosen) as asked:
        dialog.checkpoint_box.setChecked(True)
    assert asked.args == [Plan(batch=8, checkpoint=True)]
    with qtbot.waitSignal(dialog.gib_chosen) as gib:
        dialog.gib_box.setValue(24.0)
    assert gib.args == [24.0]


def test_that_showing_a_plan_asks_for_nothing(dialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.plan_chosen), qtbot.assertNotEmitted(dialog.gib_chosen):
        dialog.show_plan(Plan(batch=77, optimizer="sgd", mixed=True, checkpoint=True), 80.0)
    assert dialog.batch_box.value() == 77 and dialog.gib_box.value() == 80.0


def test_that_a_click_on_a_part_selects_it(dialog, qtbot: QtBot) -> None:
    dialog.show_memory(shown(Plan(batch=8)))
    with qtbot.waitSignal(dialog.selected) as chosen:
        dialog.table.selectRow(0)
    assert chosen.args == ["blocks.0"]


def test_that_a_network_without_blocks_cannot_be_checkpointed_and_says_why(dialog) -> None:
    dialog.show_memory(shown(Plan(batch=8), blocks=0))
    assert not dialog.checkpoint_box.isEnabled()
    assert "no blocks in a row" in dialog.checkpoint_box.toolTip()


def test_that_waiting_and_failing_are_said_in_words(dialog) -> None:
    dialog.show_memory(None)
    dialog.show_state("", "", "")
    assert "Open a network" in dialog.status.text() and not dialog.progress.isVisible()
    dialog.show_state("net", "Watching a training step …", "")
    assert dialog.progress.isVisible() and dialog.cancel_button.isVisible()
    dialog.show_state("net", "Watching a training step …", "targets should be given")
    assert dialog.status.text() == "targets should be given"
    assert dialog.retry_button.isVisible() and not dialog.progress.isVisible()


def test_that_the_note_says_how_it_was_observed(dialog) -> None:
    dialog.show_memory(shown(Plan(batch=8)))
    assert "fake tensors with batches of 2 and 4" in dialog.note.text()
    assert observed().off == 0.0 and "0.0 % off" in dialog.note.text()
