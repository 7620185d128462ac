"""What a report says about a network, in reading order."""

from __future__ import annotations

from collections.abc import Iterator

from visualizer import __version__
from visualizer.bottlenecks import Cut, CutProfile, Finding
from visualizer.bottlenecks.factorization.wording import gain_text
from visualizer.bottlenecks.principles import CAVEAT, Hint
from visualizer.bottlenecks.principles.balance import GridShare
from visualizer.bottlenecks.principles.tiles import Tile
from visualizer.bottlenecks.reductions import KIND_TITLES, Reduction
from visualizer.bottlenecks.thresholds import changes
from visualizer.costs.border_words import border_note
from visualizer.costs.model import Totals
from visualizer.costs.settings import AS_OPENED, Counting, settings_text
from visualizer.costs.timeline import memory_timeline
from visualizer.costs.trend_words import timeline_sentence
from visualizer.costs.trends import cost_trends
from visualizer.costs.units import exact, human_bytes, human_count, percent
from visualizer.reports.charts import CAPTION, timeline_chart, trend_charts
from visualizer.reports.layers import layer_blocks
from visualizer.reports.lecture import insight_blocks, lecture_blocks
from visualizer.reports.model import (
    Block,
    Fact,
    Facts,
    Figure,
    Fold,
    Notice,
    Report,
    Section,
    Sheet,
    Words,
)
from visualizer.reports.training import training_blocks
from visualizer.session.network import Narrowing, OpenNetwork
from visualizer.session.training import TrainingShown
from visualizer.sources import InputSpec

_LONGEST_OPEN = 30  # rows of a table that is not folded
_CONVENTIONS = (
    "One MAC is a multiplication with its addition; FLOPs = 2 × MACs. MACs are those of "
    "convolutions, matrix products and attention; pooling's window sums stand apart. Memory is "
    "that of the ops' outputs in a forward pass, views and in-place results left out, "
    "1 KB = 1024 bytes. “At once” is the least that an allocator needs without gradients."
)
_WIDTHS = (
    "Every bar is a layer, as wide as the numbers in its output are many; ribbons carry tensors. "
    "A waist, marked in red, is where less passes than is computed from afterwards."
)
_CUTS = (
    "A cut is a set of tensors that every path from input to output meets; its width is how many "
    "numbers of one example pass. β: against the narrowest before, ν: against the widest after, "
    "λ: against the smaller of the widest on both sides."
)
_NOT_NARROW = "No narrow place found: nowhere is less passed on than is needed afterwards."
_ESTIMATE = (
    "Hints with evidence, not verdicts: dimensionality is a rough estimate of information "
    "(Szegedy et al. 2015, section 2)."
)


def network_report(
    narrowing: Narrowing, picture: Figure, training: TrainingShown | str = ""
) -> Report:
    """The report of a network with its `picture` (`reports.silhouette`) and what training needs,
    or in words why that is not known."""
    network = narrowing.network
    sections = (
        Section("In numbers", tuple(_totals(network))),
        Section("Silhouette", (Words(_WIDTHS), picture)),
        Section("Layer by layer", tuple(_trends(network))),
        Section("Where it narrows", tuple(_narrow_places(narrowing))),
        Section("Principles 2 to 4", tuple(_principles(narrowing))),
        Section("Where the grid gets smaller", tuple(_reductions(narrowing.reductions))),
        Section("What larger convolutions could be made of", tuple(_factorization(narrowing))),
        Section("What training needs", tuple(training_blocks(training))),
        Section("What the lecture says", tuple(insight_blocks(network))),
        Section("The lecture's table", tuple(lecture_blocks(network))),
        Section("All layers", layer_blocks(network)),
    )
    filled = tuple(section for section in sections if section.blocks)
    return Report(
        network.graph.name, tuple(_about(network)), filled,
        f"Made with Architecture Visualizer {__version__}.",
    )  # fmt: skip


def _about(network: OpenNetwork) -> Iterator[tuple[str, str]]:
    yield "Source", network.source.text
    yield "Weights", network.weights_text or "random"
    yield "Input", "; ".join(map(_input_text, network.inputs)) or "none"
    yield "Traced on", network.graph.route
    if network.settings != AS_OPENED:
        yield "Costs for", settings_text(network.settings, network.inputs)
        if counted := _counted(network.settings.counting):
            yield "Counted too", f"{counted}: the MACs have their operations as well"
    border = border_note(network.border)
    for note in (*network.graph.notes, *network.report.notes, *([border] if border else [])):
        yield "Note", note


def _counted(counting: Counting) -> str:
    return ", ".join(name for name in counting.__struct_fields__ if getattr(counting, name))


def _input_text(spec: InputSpec) -> str:
    name = f"{spec.name} = " if spec.name else ""
    return f"{name}{'×'.join(map(str, spec.shape))} {spec.dtype}"


def _totals(network: OpenNetwork) -> Iterator[Block]:
    totals, ops = network.report.totals, network.graph.ops
    bound = "at least " if network.report.uncovered_ops else ""
    yield Facts(
        (
            Fact("Parameters", human_count(totals.params), _exactly(totals.params)),
            Fact("MACs", bound + human_count(totals.macs), f"= {human_count(totals.flops)} FLOPs"),
            Fact("Weights in memory", human_bytes(totals.param_bytes), _buffers(totals)),
            Fact("Activations", human_bytes(totals.activation_bytes), "outputs of all ops"),
            Fact("Activations at once", human_bytes(totals.peak_activation_bytes),
                 f"most in {network.report.peak_node}" if network.report.peak_node else ""),
            Fact("Ops", exact(len(ops)), f"in {len(network.hierarchy.groups) - 1:,} modules"),
        )
    )  # fmt: skip
    if totals.training_only_params or totals.training_only_macs:
        yield Words(
            f"Not in these totals: {human_count(totals.training_only_params)} parameters and "
            f"{human_count(totals.training_only_macs)} MACs that run only in training."
        )
    yield Words(_CONVENTIONS, faint=True)


def _exactly(number: int) -> str:
    return f"exactly {exact(number)}"


def _buffers(totals: Totals) -> str:
    return f"and {human_bytes(totals.buffer_bytes)} of buffers" if totals.buffer_bytes else ""


def _trends(network: OpenNetwork) -> Iterator[Block]:
    found = cost_trends(network.graph, network.report, hosts=network.hosts)
    if found.bars:
        yield trend_charts(found)
        yield Words(CAPTION, faint=True)
    timeline = memory_timeline(network.graph, network.report)
    if (chart := timeline_chart(timeline)) is not None:
        yield chart
        yield Words(timeline_sentence(timeline), faint=True)


# ---------------------------------------------------------------------- bottlenecks


def _narrow_places(narrowing: Narrowing) -> Iterator[Block]:
    if not narrowing.profile.cuts:
        yield Words("No output of this network depends on an input: there is nothing to cut.")
        return
    yield from (_finding(finding) for finding in narrowing.findings if not finding.by_design)
    designed = tuple(_finding(finding) for finding in narrowing.findings if finding.by_design)
    if designed:
        yield Fold("Narrow by design", f"{len(designed)} linear bottlenecks", designed)
    if not narrowing.findings:
        yield Words(_NOT_NARROW)
    if said := changes(narrowing.thresholds):
        yield Words(f"Judged with {said}.")
    sheet = _cut_sheet(narrowing.profile)
    unit = "" if narrowing.profile.unit == "numbers" else ", in bytes"
    count = len(sheet.rows)
    is_short = count <= _LONGEST_OPEN
    yield Fold(f"Cut profile{unit}", f"{count} cuts", (Words(_CUTS, True), sheet), is_short)
    yield Words(_ESTIMATE, faint=True)


def _finding(finding: Finding) -> Notice:
    where = ", ".join(finding.tensors)
    return Notice(finding.severity, finding.title, where, finding.evidence, finding.suggestion)


def _cut_sheet(profile: CutProfile) -> Sheet:
    titles = ("Cut", "Width", "Narrowest so far", "β", "ν", "λ", "MACs spent")
    pairs = zip(profile.cuts, profile.running_minimum, strict=True)
    rows = tuple(_cut_cells(cut, narrowest) for cut, narrowest in pairs)
    return Sheet(titles, (False, *[True] * 6), rows)


def _cut_cells(cut: Cut, narrowest: int) -> tuple[str, ...]:
    name = f"inside {cut.node} ({len(cut.tensors)} tensors)" if cut.inside else cut.node
    ratios = ("" if r is None else f"{r:.3f}" for r in (cut.beta, cut.nu, cut.depth))
    return (name, exact(cut.width), exact(narrowest), *ratios, percent(cut.macs_spent_share))


def _principles(narrowing: Narrowing) -> Iterator[Block]:
    principles = narrowing.principles
    yield from map(_hint, narrowing.hints)
    if tiles := principles.tiles.tiles:
        yield Words("Principle 2: activations per tile (channels a cell) at the end of each grid.")
        titles = ("Grid", "Activations per tile", "Growth", "Widest cut", "Last cut")
        yield Sheet(titles, (False, True, True, True, False), tuple(map(_tile_cells, tiles)))
    if grids := principles.balance.grids:
        yield Words("Principle 4: how the arithmetic is spread over the grids.")
        titles = ("Grid", "MACs", "Share", "Layers with weights", "Dearest layer")
        yield Sheet(titles, (False, True, True, True, False), tuple(map(_grid_cells, grids)))
    if narrowing.hints:
        yield Words(CAVEAT, faint=True)


def _tile_cells(tile: Tile) -> tuple[str, ...]:
    growth = "" if tile.growth is None else f"×{tile.growth:.2f}"
    return tile.grid.text, exact(tile.channels), growth, exact(tile.widest), tile.node


def _grid_cells(each: GridShare) -> tuple[str, ...]:
    counts = human_count(each.macs), percent(each.share), str(each.layers)
    return each.grid.text, *counts, each.dearest


def _hint(hint: Hint) -> Notice:
    title = f"Principle {hint.principle}: {hint.title}"
    return Notice(hint.severity, title, hint.node, hint.evidence, hint.suggestion)


def _reductions(found: tuple[Reduction, ...]) -> Iterator[Block]:
    if not found:
        return
    titles = ("Where", "From → to", "How", "MACs", "Min cut ÷ output", "Advice")
    rows = tuple(
        (
            reduction.name, reduction.shape.text, KIND_TITLES[reduction.kind],
            human_count(reduction.macs), f"{reduction.cut_to_output:.3f}", reduction.advice,
        )
        for reduction in found
    )  # fmt: skip
    yield Sheet(titles, (False, False, False, True, True, False), rows)


def _factorization(narrowing: Narrowing) -> Iterator[Block]:
    found = narrowing.factorization
    if not found.candidates:
        return
    yield Words(gain_text(found) + ".")
    if found.opportunities:
        rows = tuple(
            (one.kernel, one.title, str(len(one.nodes)), f"−{human_count(one.saved_macs)}",
             percent(one.share))
            for one in found.opportunities
        )  # fmt: skip
        titles = ("Kernel", "Made of", "Layers", "MACs", "Of the network")
        yield Sheet(titles, (False, False, True, True, True), rows)
    yield Words("Estimates of arithmetic; whether accuracy survives, only training tells.", True)
