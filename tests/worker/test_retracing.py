"""Real networks traced for other inputs, and other batches worked out from two traces."""

import pytest
import torch
import torchvision

from visualizer.engine.waiting import WorkerFailure, WorkerSession
from visualizer.graph.rebatching import Rebatching
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.extraction import extract


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "vit_b_16", "swin_t", "densenet121"])
def test_that_a_batch_worked_out_is_a_batch_traced(name):
    with torch.device("meta"):
        module = getattr(torchvision.models, name)()

    def traced(batch):
        return extract(lambda _: module, [InputSpec((batch, 3, 224, 224))], name=name)[0]

    found = Rebatching(2, traced(2), traced(3))
    assert found.agrees_with(traced(1), 1)
    assert found.at(16) == traced(16)


@pytest.fixture
def counted_source(tmp_path):
    """A network whose file notes each time it is built."""
    file = tmp_path / "net.py"
    notes = tmp_path / "builds"
    file.write_text(
        "from torch import nn\n"
        "def build():\n"
        f"    open({str(notes)!r}, 'a').write('built ')\n"
        "    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(),\n"
        "                         nn.Linear(4, 2))\n"
    )
    return parse_source(f"{file}:build"), notes


def test_that_an_open_network_is_traced_again_without_building_it(counted_source):
    source, notes = counted_source
    with WorkerSession() as session:
        session.load(source, (InputSpec((1, 3, 8, 8)),))
        before = notes.read_text()
        reply = session.retrace(source, (InputSpec((5, 3, 12, 10)),))
    assert notes.read_text() == before
    assert reply.graph.by_id["0"].output.shape == (5, 4, 10, 8)
    assert reply.inputs == (InputSpec((5, 3, 12, 10)),)


def test_that_an_input_it_does_not_take_is_told_and_the_network_stays_open(counted_source):
    source, notes = counted_source
    with WorkerSession() as session:
        session.load(source, (InputSpec((1, 3, 8, 8)),))
        before = notes.read_text()
        with pytest.raises(WorkerFailure, match="Kernel size"):
            session.retrace(source, (InputSpec((1, 3, 2, 2)),), keep=True)
        assert session.retrace(source, (InputSpec((1, 3, 8, 8)),)).graph.nodes
    assert notes.read_text() == before
