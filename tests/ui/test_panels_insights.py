"""The inspector's card "In the lecture", and the lecture's networks on the start page."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from torchvision import models

from visualizer.engine.messages import ModelLoaded
from visualizer.insights import Insight
from visualizer.lecture import LECTURE_NETWORKS
from visualizer.session.lecture import insights_about
from visualizer.session.network import OpenNetwork, open_network
from visualizer.sources import InputSpec, ModelSource
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.panels.inspector_cards import FACTORIZE_LINK
from visualizer.ui.panels.inspector_lecture import StemText, insight_html
from visualizer.ui.panels.parts import FlowText, theme_now
from visualizer.ui.panels.start_page import StartPage
from visualizer.worker.extraction import trace


def opened(name: str) -> OpenNetwork:
    shape = (1, 3, 224, 224)
    with torch.device("meta"):
        module = models.get_model(name, weights=None).eval()
    graph = trace(module, [torch.empty(shape, device="meta")], name=name)
    source = ModelSource("torchvision", name)
    return open_network(
        ModelLoaded(1, source, (InputSpec(shape),), graph, "random weights", False, None)
    )


@pytest.fixture(scope="module")
def resnet() -> OpenNetwork:
    return opened("resnet50")


@pytest.fixture(scope="module")
def alexnet() -> OpenNetwork:
    return opened("alexnet")


@pytest.fixture
def panel(qtbot: QtBot) -> InspectorPanel:
    made = InspectorPanel()
    qtbot.addWidget(made)
    return made


def text_of(panel: InspectorPanel) -> str:
    return "\n".join(text.toPlainText() for text in panel.findChildren(FlowText))


def test_that_the_overview_has_what_is_said_of_the_whole_network(
    panel: InspectorPanel, resnet: OpenNetwork
) -> None:
    panel.show_network(resnet)
    text = text_of(panel)
    assert "The stem: until the first 28×28 grid" in text
    assert "VGG's design rules" in text
    assert "Half the grid, twice the channels" in text
    assert "100,353,000 parameters" in text  # 2048·7·7·1000 + 1000
    assert "Why a shortcut" not in text


def test_that_the_stem_is_counted_until_the_grid_that_is_chosen(
    panel: InspectorPanel, resnet: OpenNetwork
) -> None:
    panel.show_network(resnet)
    (stem,) = panel.findChildren(StemText)
    stem.anchorClicked.emit(QUrl("stem:56"))
    assert "until the first 56×56 grid" in stem.toPlainText()
    assert "118.0 M" in stem.toPlainText()  # 64·112·112·3·7·7
    panel.show_network(resnet)
    assert "until the first 56×56 grid" in text_of(panel)


def test_that_a_block_and_its_addition_are_explained(
    panel: InspectorPanel, resnet: OpenNetwork
) -> None:
    panel.show_network(resnet)
    for item in ("layer1.1", "layer1.1.add"):
        panel.select(item)
        text = text_of(panel)
        assert "Bottleneck block: 17 H·W·C²" in text
        assert "218,365,952 MACs" in text
        assert "Why a shortcut" in text


def test_that_a_stage_says_how_often_the_same_applies(
    panel: InspectorPanel, resnet: OpenNetwork
) -> None:
    panel.show_network(resnet)
    panel.select("layer3")
    assert "The same applies 4 times more." in text_of(panel)  # six blocks, one changes the grid


def test_that_a_large_kernel_leads_to_the_factorize_tab(
    qtbot: QtBot, panel: InspectorPanel, alexnet: OpenNetwork
) -> None:
    panel.show_network(alexnet)
    panel.select("features.3")
    card = next(t for t in panel.findChildren(FlowText) if "Two 3×3" in t.toPlainText())
    assert FACTORIZE_LINK in card.toHtml()
    with qtbot.waitSignal(panel.factorize_requested):
        card.anchorClicked.emit(QUrl(FACTORIZE_LINK))


def test_that_names_of_layers_in_the_rules_select_them(
    qtbot: QtBot, panel: InspectorPanel, alexnet: OpenNetwork
) -> None:
    panel.show_network(alexnet)
    rules = next(t for t in panel.findChildren(FlowText) if "design rules" in t.toPlainText())
    assert 'href="select:features.0"' in rules.toHtml()
    with qtbot.waitSignal(panel.selected) as chosen:
        rules.anchorClicked.emit(QUrl("select:features.0"))
    assert chosen.args == ["features.0"]


def test_that_what_a_network_calls_its_layers_is_shown_as_text() -> None:
    odd = Insight("residual", "block", "<b>title", "a < b & <i>c</i>", "x < y", nodes=("n",))
    html = insight_html(odd, theme_now())
    assert "&lt;b&gt;title" in html
    assert "<i>c</i>" not in html


def test_that_a_module_of_one_layer_shows_its_layers_points(alexnet: OpenNetwork) -> None:
    assert {i.kind for i in insights_about(alexnet, "features.3")} == {"large-kernel", "depthwise"}
    assert insights_about(alexnet, "features.1") == ()
    # of its layers nothing, but of conv3 to conv5 together
    assert {i.kind for i in insights_about(alexnet, "features")} == {"stacked"}


def test_that_the_start_page_offers_the_lectures_networks(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    buttons = page.findChildren(QPushButton, "figure")[: len(LECTURE_NETWORKS)]
    assert [button.text() for button in buttons] == [n.title for n in LECTURE_NETWORKS]
    slide = next(button for button in buttons if button.text() == "VGG-16, slide")
    assert "48.6 MB, 138 M parameters, 13.6 GFLOP" in slide.toolTip()
    with qtbot.waitSignal(page.source_chosen) as chosen:
        slide.click()
    assert chosen.args == ["lecture:vgg16-slide"]
