"""The grid reductions that come with a network's narrow places."""

from __future__ import annotations

import pytest

from tests.bottlenecks.networks import traced
from visualizer.bottlenecks.tensors import Unit
from visualizer.engine.messages import ModelLoaded
from visualizer.session.network import narrowing_of, open_network
from visualizer.sources import parse_source


@pytest.mark.parametrize("unit", ["numbers", "bytes"])
def test_that_reductions_are_in_numbers_whatever_cuts_are_counted_in(unit: Unit) -> None:
    source = parse_source("alexnet")
    network = open_network(ModelLoaded(1, source, (), traced("alexnet_lecture"), "", False))
    narrowing = narrowing_of(network, unit)
    waist = narrowing.reductions[1]
    assert (waist.kind, waist.min_cut) == ("fig9-left", 64 * 27 * 27)
    assert narrowing.profile.unit == unit
