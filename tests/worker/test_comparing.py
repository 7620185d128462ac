"""What the worker does for a comparison: a network beside those it has open, and accuracies."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision import models

from visualizer.engine.messages import ModelLoaded
from visualizer.engine.waiting import WorkerSession
from visualizer.sources import parse_source
from visualizer.worker import networks
from visualizer.worker.loaders.torchvision_published import published_accuracies
from visualizer.worker.networks import Networks
from visualizer.worker.running import Running


class Silent:
    def send(self, message: object) -> None: ...


def test_that_a_network_beside_takes_no_place_of_those_that_are_open() -> None:
    running = Running(Silent(), 1, lambda: None)
    known = Networks()
    first, second = parse_source("alexnet"), parse_source("squeezenet1_1")
    opened = [known.open(source, (), running) for source in (first, second)]
    beside = known.open(parse_source("resnet18"), (), running, keep=False)
    assert beside.graph.name == "resnet18"
    assert len(opened) == networks._MOST_OPEN
    assert known.find(first, opened[0].inputs) is opened[0]
    assert known.find(second, opened[1].inputs) is opened[1]
    assert known.find(parse_source("resnet18"), beside.inputs) is None


def test_that_the_worker_answers_for_a_network_beside_and_for_accuracies() -> None:
    with WorkerSession() as session:
        run = session.client.load_beside(parse_source("alexnet"))
        assert session.wait(run, ModelLoaded).graph.name == "alexnet"
        named = {entry.network: entry for entry in session.published() if entry.side == 224}
    assert named["vgg16"].params == 138_357_544
    assert named["vgg16"].macs == 15_470_000_000


def test_that_every_classification_network_of_torchvision_has_an_accuracy() -> None:
    entries = published_accuracies()
    assert {entry.network for entry in entries} == set(models.list_models(module=models))
    assert all(0 < entry.top1 < entry.top5 < 100 for entry in entries)  # no nan, no 0 for unknown
    first = next(entry for entry in entries if entry.network == "resnet50")
    assert (first.weights, first.top1, first.top5) == ("IMAGENET1K_V1", 76.13, 92.862)


@pytest.mark.parametrize("name", ["alexnet", "mobilenet_v2", "resnet18"])
def test_that_published_parameters_are_those_of_the_network(name: str) -> None:
    with torch.device("meta"):
        module: nn.Module = models.get_model(name)
    entry = next(entry for entry in published_accuracies() if entry.network == name)
    assert entry.params == sum(parameter.numel() for parameter in module.parameters())
