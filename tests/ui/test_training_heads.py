"""Auxiliary heads on the screen: dashed and pale, quiet in the lists, hidden on request."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.session.test_sessions import loaded
from tests.session.test_training_heads import with_head
from tests.ui import samples
from tests.ui.test_canvas_painting import painted, run_of
from visualizer.paper import PAPER_NETWORKS
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.content import Content
from visualizer.ui.models.roles import TRAINING_ROLE
from visualizer.ui.models.tree_model import NAME, PARAMS, ModuleTreeModel
from visualizer.ui.panels.inspection import inspect
from visualizer.ui.panels.layer_table import LayerTablePanel
from visualizer.ui.panels.start_page import StartPage
from visualizer.ui.theme import DARK, LIGHT, Theme

REPLACE = msgspec.structs.replace


@pytest.fixture
def network() -> OpenNetwork:
    return open_network(REPLACE(loaded(1), graph=with_head()))


def dashed() -> ShownGraph:
    """AlexNet whose conv3, alone, runs only in training."""
    shown = samples.alexnet()
    bars = tuple(REPLACE(bar, training_only=bar.id == "conv3") for bar in shown.bars)
    ribbons = tuple(
        REPLACE(r, training_only="conv3" in (r.source, r.target)) for r in shown.ribbons
    )
    return REPLACE(shown, bars=bars, ribbons=ribbons)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_a_bar_of_training_is_pale_within_dashes(theme: Theme) -> None:
    plain, marked = samples.alexnet(), dashed()
    rect = plain.placement.bars["conv3"]
    top = min(r.y for r in plain.placement.bars.values())
    middle = round(rect.y - top + rect.height / 2)
    conv = theme.family("conv")
    assert run_of(painted(plain, theme), middle, conv) > 0.9 * rect.width
    assert run_of(painted(marked, theme), middle, conv) <= 4
    edge = painted(marked, theme)[round(rect.y - top)].astype(int)
    colour = np.array([conv.red(), conv.green(), conv.blue()])
    near = (np.abs(edge - colour).sum(axis=-1) < 90).astype(int)
    assert int(np.abs(np.diff(near)).sum()) > 10  # on and off along the edge


@pytest.mark.usefixtures("qapp")
def test_that_the_legend_explains_dashes_only_where_there_are_some() -> None:
    assert Content.of(dashed(), LIGHT).has_dashes
    assert not Content.of(samples.alexnet(), LIGHT).has_dashes


def test_that_the_tree_marks_a_head_and_gives_it_no_share(network: OpenNetwork) -> None:
    model = ModuleTreeModel()
    model.show_network(network)
    assert model.data(model.index_of("aux", NAME), TRAINING_ROLE)
    assert not model.data(model.index_of("block", NAME), TRAINING_ROLE)
    assert model.share("aux", PARAMS) is None
    tooltip = model.data(model.index_of("aux", NAME), Qt.ItemDataRole.ToolTipRole)
    assert "runs only in training" in tooltip


def test_that_the_table_has_a_head_but_not_in_its_sums(qtbot: QtBot, network: OpenNetwork) -> None:
    table = LayerTablePanel()
    qtbot.addWidget(table)
    table.show_network(network)
    assert table.model.rowCount() == 5
    assert table.totals.text().startswith("3 ops")
    assert "more parameters in 2 ops only in training" in table.totals.text()
    exported = table.model.text_table(range(5)).rows
    assert [row[2] for row in exported if row[1] == "aux.fc"] == ["flatten (training only)"]
    table.show_network(network.without_heads)
    assert table.model.rowCount() == 3


def test_that_the_inspector_says_what_a_head_is_for(network: OpenNetwork) -> None:
    about = inspect(network, "aux").training
    assert about[0].startswith("Auxiliary classifier, runs only in training: its 0 parameters")
    assert "regularizers" in about[-1]
    assert inspect(network, "aux.fc").training[0].startswith("Part of aux, which runs only in")
    assert inspect(network, "block").training == ()
    assert [row.value for row in inspect(network, "aux").flow] == ["1×4×8×8", "1×64"]


def test_that_the_start_page_offers_every_figure_of_the_paper(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    offered = page.findChildren(QPushButton, "figure")
    buttons = offered[-len(PAPER_NETWORKS) :]
    assert [button.text() for button in buttons] == [network.title for network in PAPER_NETWORKS]
    with qtbot.waitSignal(page.source_chosen) as chosen:
        next(button for button in buttons if button.text() == "Fig 10").click()
    assert chosen.args == ["paper:fig10"]
    assert all(button.accessibleName() and button.toolTip() for button in buttons)
