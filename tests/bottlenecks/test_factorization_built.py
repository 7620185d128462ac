"""Predicted costs against networks in which the convolutions were really replaced."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.bottlenecks.factorized import (
    built,
    conv_of,
    factorization,
    input_of,
    rewritten,
    torch_macs,
    traced_again,
)
from visualizer.bottlenecks.factorization import (
    Alternative,
    Candidate,
    Factorization,
    Site,
    alternatives,
)
from visualizer.costs import cost_report

# VGG-16 has nothing larger than 3×3; a first factor can stride in the padded 7×7 stems only.
NETWORKS = {
    "alexnet": ("3x3s", "1xn+nx1", "2x2s", "depthwise", "bottleneck"),
    "googlenet_paper": (
        "3x3s", "3x3s-stride-first", "1xn+nx1", "2x2s", "depthwise", "bottleneck",
    ),
    "inception_v3": ("3x3s", "1xn+nx1", "2x2s", "depthwise", "bottleneck"),
    "resnet50": ("3x3s", "3x3s-stride-first", "1xn+nx1", "2x2s", "depthwise", "bottleneck"),
    "vgg16": ("1xn+nx1", "2x2s", "depthwise", "bottleneck"),
}  # fmt: skip
CASES = [(name, kind) for name, kinds in NETWORKS.items() for kind in kinds]


def _chosen(found: Factorization, kind: str) -> list[tuple[Candidate, Alternative]]:
    return [
        (candidate, option)
        for candidate in found.candidates
        for option in candidate.alternatives
        if option.kind == kind
    ]


def _assert_as_built(name: str, chosen: list[tuple[Candidate, Alternative]]) -> None:
    predicted = factorization(name).macs - sum(option.saved_macs for _, option in chosen)
    network = rewritten(name, chosen)
    graph = traced_again(network, input_of(name))
    assert torch_macs(network, input_of(name)) == predicted
    assert cost_report(graph).totals.macs == predicted


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_that_the_predicted_macs_are_those_of_the_network_really_built(
    name: str, kind: str
) -> None:
    chosen = _chosen(factorization(name), kind)
    assert chosen
    _assert_as_built(name, chosen)


@pytest.mark.parametrize("name", NETWORKS)
def test_that_the_networks_total_is_that_of_the_network_with_all_best_rewrites(name: str) -> None:
    found = factorization(name)
    best = [(candidate, candidate.best()) for candidate in found.candidates]
    chosen = [(candidate, option) for candidate, option in best if option is not None]
    assert len(chosen) == found.gain().count > 0
    _assert_as_built(name, chosen)
    assert found.gain().saved_macs == sum(option.saved_macs for _, option in chosen)


@pytest.mark.parametrize("name", NETWORKS)
def test_that_the_listed_rewrites_are_all_that_a_network_has(name: str) -> None:
    found = factorization(name)
    kinds = {option.kind for one in found.candidates for option in one.alternatives}
    assert kinds == set(NETWORKS[name])


# --------------------------------------------------------------------------- any convolution


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Convolutions of one to three axes, grouped, strided, dilated, with any padding."""
    axes = draw(st.integers(1, 3))

    def each(least: int, most: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(least, most)) for _ in range(axes))

    same = draw(st.booleans())
    kernel = (draw(st.integers(2, 7)),) * axes if same else each(1, 5)
    assume(any(side > 1 for side in kernel))
    stride, dilation, pads, grid = each(1, 3), each(1, 2), each(0, 3), each(13, 16)
    groups = draw(st.sampled_from([1, 1, 2, 6]))
    # The kernel never reaches past the grid: 2·(7 − 1) + 1 = 13.
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    result = tuple(
        (g + 2 * p - r) // s + 1 for g, p, r, s in zip(grid, pads, reach, stride, strict=True)
    )
    c_in, c_out = 6 * draw(st.integers(1, 2)), 6 * draw(st.integers(1, 3))
    around = tuple((p, p) for p in pads)
    batch = draw(st.integers(1, 2))
    return Site(c_in, c_out, kernel, stride, dilation, around, groups, grid, result, batch)


@settings(max_examples=60, deadline=None)
@given(sites(), st.one_of(st.none(), st.integers(1, 30)))
def test_that_every_rewrite_of_any_convolution_keeps_its_shape_and_costs_what_is_said(
    site: Site, mid: int | None
) -> None:
    x = torch.empty(site.batch, site.c_in, *site.grid_in, device="meta")
    with torch.device("meta"):
        original = conv_of(site)
    wanted = original(x).shape
    assert torch_macs(original, x) == site.macs
    for option in alternatives(site, mid):
        if isinstance(option, Alternative):
            with torch.device("meta"):
                network = built(option)
            assert network(x).shape == wanted
            assert torch_macs(network, x) == option.macs == site.macs - option.saved_macs
            assert sum(p.numel() for p in network.parameters()) == option.weights


@settings(max_examples=60, deadline=None)
@given(sites())
def test_that_the_extra_memory_is_that_of_the_tensors_between_the_factors(site: Site) -> None:
    x = torch.empty(site.batch, site.c_in, *site.grid_in, device="meta")
    for option in alternatives(site):
        if isinstance(option, Alternative):
            with torch.device("meta"):
                layers = list(built(option))
            between, y = 0, x
            for layer in layers:
                between += y.nbytes if isinstance(layer, torch.nn.ReLU) else 0
                y = layer(y)
            assert option.extra_bytes == between


@settings(max_examples=30, deadline=None)
@given(sites())
def test_that_what_is_seen_is_where_the_gradient_arrives(site: Site) -> None:
    for option in alternatives(site):
        if isinstance(option, Alternative):
            assert _reached(option, site) == option.seen
            assert option.sees_the_same == (option.seen == site.seen)


def _reached(option: Alternative, site: Site) -> tuple[int, ...]:
    """Extent of the inputs that one output depends on, with nothing cut off by the border."""
    factors = [layer for layer in built(option) if isinstance(layer, torch.nn.modules.conv._ConvNd)]
    x = torch.ones(1, site.c_in, *option.seen, requires_grad=True)
    y = x
    for layer in factors:
        torch.nn.init.ones_(layer.weight)
        y = layer(y)
    y[(0, 0, *(0 for _ in site.kernel))].backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    places = x.grad[0].sum(0).nonzero()
    extent = places.max(0).values - places.min(0).values + 1
    return tuple(extent.tolist())
