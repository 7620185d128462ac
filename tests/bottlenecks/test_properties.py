"""What must hold for the cut profile of any acyclic graph, and how fast it must be there."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bottlenecks.graphs import (
    Drawing,
    brute_force_minimum,
    drawings,
    layer_graph,
    name,
    narrowest,
    other_order,
    profiled,
)
from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec

few = settings(max_examples=100, deadline=None)


@few
@given(drawings())
def test_that_the_narrowest_cut_of_the_profile_is_the_minimum_cut(drawing: Drawing) -> None:
    assert narrowest(layer_graph(drawing)) == brute_force_minimum(drawing)


@few
@given(drawings())
def test_that_every_cut_of_the_profile_separates_output_from_input(drawing: Drawing) -> None:
    profile = profiled(layer_graph(drawing))
    for cut in profile.cuts:
        assert cut.width == sum(
            profile.tensors.graph.by_id[node].output.elements for node in cut.tensors
        )
        assert cut.width >= brute_force_minimum(drawing)


@few
@given(drawings(), st.data())
def test_that_an_edge_more_never_lowers_the_minimum_cut(
    drawing: Drawing, data: st.DataObject
) -> None:
    target = data.draw(st.integers(1, len(drawing.widths) - 1))
    source = data.draw(st.integers(0, target - 1))
    if source in drawing.results:
        return  # it would no longer be an output
    more = Drawing(drawing.widths, drawing.edges | {(source, target)})
    assert narrowest(layer_graph(more)) >= narrowest(layer_graph(drawing))


@few
@given(drawings(14), st.randoms(use_true_random=False))
def test_that_the_order_of_execution_does_not_matter(drawing: Drawing, random: Random) -> None:
    one = profiled(layer_graph(drawing))
    other = profiled(layer_graph(drawing, other_order(drawing, random)))
    assert [(c.width, set(c.tensors), c.beta, c.nu, c.depth) for c in one.cuts] == [
        (c.width, set(c.tensors), c.beta, c.nu, c.depth) for c in other.cuts
    ]


@few
@given(drawings(), st.sets(st.integers(0, 8)))
def test_that_norms_and_activations_do_not_change_what_remains(
    drawing: Drawing, bent: set[int]
) -> None:
    plain = layer_graph(drawing)
    nodes: list[Node] = []
    passed_on: dict[str, str] = {}
    for op, node in enumerate(plain.nodes):
        reads = tuple(TensorRef(passed_on[ref.node]) for ref in node.inputs)
        nodes.append(Node(node.id, node.op, inputs=reads, outputs=node.outputs))
        passed_on[node.id] = node.id
        if op in bent:
            for extra in ("batch_norm", "relu"):
                read = (TensorRef(passed_on[node.id]),)
                passed_on[node.id] = f"{node.id}.{extra}"
                nodes.append(Node(passed_on[node.id], extra, inputs=read, outputs=node.outputs))
    results = tuple(TensorRef(passed_on[name(op)]) for op in drawing.results)
    assert profiled(LayerGraph("net", tuple(nodes), results)).cuts == profiled(plain).cuts


@few
@given(drawings(), st.integers(2, 5))
def test_that_the_batch_does_not_change_a_width(drawing: Drawing, batch: int) -> None:
    single = layer_graph(drawing)
    nodes = tuple(
        Node(n.id, n.op, inputs=n.inputs, outputs=(TensorSpec((batch, n.output.shape[1])),))
        for n in single.nodes
    )
    many = LayerGraph("net", nodes, single.outputs)
    assert profiled(many).cuts == profiled(single).cuts
