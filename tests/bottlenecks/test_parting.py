"""Several outputs that part early: each is judged on its own way from the input."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.bottlenecks.networks import FIGURE, graph_of, profile_of_graph
from visualizer.bottlenecks import CutProfile, find_bottlenecks
from visualizer.bottlenecks.findings import cut_at
from visualizer.bottlenecks.reductions import find_reductions
from visualizer.bottlenecks.wording import parting_note
from visualizer.costs import cost_report
from visualizer.worker.papers.reductions import Reductions

# 17x17 positions after a 3x3 window with stride 2 on 35x35; 320 channels, 640 made of them.
POOLED, WIDENED, GIVEN = 17 * 17 * 320, 17 * 17 * 640, 35 * 35 * 320


def figures() -> CutProfile:
    return profile_of_graph(graph_of(Reductions, FIGURE))


def test_that_the_pool_of_fig_9_left_is_found_beside_two_clean_figures() -> None:
    told = figures()
    (found,) = find_bottlenecks(told)
    assert (found.severity, found.node, found.width) == ("extreme", "fig9_left.pool", POOLED)
    assert found.title.endswith("on the way to fig9_left.conv.conv")
    assert (found.beta, found.nu) == (POOLED / GIVEN, POOLED / WIDENED)
    assert cut_at(told, found).tensors == ("fig9_left.pool",)


def test_that_all_three_figures_are_reductions() -> None:
    graph = graph_of(Reductions, FIGURE)
    found = find_reductions(profile_of_graph(graph), cost_report(graph))
    assert [(one.kind, one.min_cut) for one in found] == [
        ("fig9-left", POOLED), ("fig9-right", WIDENED), ("fig10", WIDENED),
    ]  # fmt: skip


def test_that_the_whole_networks_profile_stays_what_all_outputs_share() -> None:
    told = figures()
    assert [cut.width for cut in told.cuts] == [GIVEN, 3 * WIDENED]
    assert "The 3 outputs part at input" in parting_note(told)


class Heads(nn.Module):
    """A trunk with `trunk` channels and `count` heads, one named as auxiliary."""

    def __init__(self, trunk: int, count: int) -> None:
        super().__init__()
        self.trunk = nn.Conv2d(3, trunk, 3, padding=1)
        self.again = nn.Conv2d(trunk, trunk, 3, padding=1)
        self.heads = nn.ModuleList(nn.Conv2d(trunk, 64, 3, padding=1) for _ in range(count))
        self.aux = nn.Conv2d(trunk, 64, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        x = torch.relu(self.again(torch.relu(self.trunk(x))))
        return (*(head(x) for head in self.heads), self.aux(x))


def parts_of(trunk: int, count: int) -> CutProfile:
    return profile_of_graph(graph_of(lambda: Heads(trunk, count), (1, 3, 16, 16)))


def test_that_outputs_that_part_late_are_one_body() -> None:
    # MACs per position and 3x3 window: trunk 128*3 + 128*128, heads 2*128*64.
    told = parts_of(128, 2)
    assert told.parting is None and not told.parts and parting_note(told) == ""


def test_that_an_auxiliary_output_is_not_judged() -> None:
    told = parts_of(8, 2)
    assert [part.output for part in told.parts] == ["heads.0", "heads.1"]
    assert [cut.node for cut in told.parts[0].profile.cuts] == [
        "input", "trunk", "again", "heads.0",
    ]  # fmt: skip


def test_that_very_many_outputs_are_told_not_judged() -> None:
    told = parts_of(8, 9)
    assert not told.parts and "too many to be judged one by one" in parting_note(told)


class TwoPictures(nn.Module):
    """Two inputs that meet in one output, the first alone makes the other."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.both = nn.Conv2d(3, 64, 3, padding=1), nn.Conv2d(6, 64, 3, padding=1)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return self.one(x), self.both(torch.cat([x, y], 1))


def test_that_an_output_is_measured_by_the_inputs_that_it_needs() -> None:
    picture = (1, 3, 16, 16)
    told = profile_of_graph(graph_of(TwoPictures, picture, picture))
    starts = {part.output: part.profile.cuts[0].width for part in told.parts}
    assert starts == {"one": 3 * 256, "both": 2 * 3 * 256}
