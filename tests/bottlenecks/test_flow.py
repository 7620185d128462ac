"""The maximum flow, against networkx's."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from visualizer.bottlenecks.flow import SINK, SOURCE, FlowNetwork

VERTICES = 9
# Vertices other than source and sink are in a topological order, as tensors are.
_ORDER = [SOURCE, *range(2, VERTICES), SINK]


@st.composite
def edges(draw: st.DrawFn) -> dict[tuple[int, int], int]:
    places = st.tuples(st.integers(0, VERTICES - 1), st.integers(0, VERTICES - 1))
    pairs = draw(st.sets(places.filter(lambda pair: pair[0] < pair[1]), max_size=24))
    return {(_ORDER[a], _ORDER[b]): draw(st.integers(1, 20)) for a, b in pairs}


@given(edges())
def test_that_the_cut_is_as_wide_as_the_maximum_flow(
    capacities: dict[tuple[int, int], int],
) -> None:
    network, other = FlowNetwork(VERTICES), nx.DiGraph()
    other.add_nodes_from((SOURCE, SINK))
    for (start, end), capacity in capacities.items():
        network.add_edge(start, end, capacity)
        other.add_edge(start, end, capacity=capacity)
    reached = network.reached_at_maximum()
    cut = sum(room for (a, b), room in capacities.items() if reached[a] and not reached[b])
    assert reached[SOURCE] and not reached[SINK]
    assert cut == nx.maximum_flow_value(other, SOURCE, SINK)
