"""Commands and their options. Every command but the window works without a display."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from visualizer.cli.choices import (
    ComparisonFormat,
    Countable,
    Device,
    FindingsFormat,
    FlowName,
    LecturePreset,
    OptimizerName,
    Panel,
    Precision,
    SortBy,
    TableFormat,
    ThemeName,
    WhichWeights,
    Width,
)
from visualizer.cli.opening import Opening, opens
from visualizer.sources import SourceError

# typer carries its own click, or uses the installed one, depending on its version.
UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]

COMMANDS = (
    "window",
    "summary",
    "findings",
    "principles",
    "reductions",
    "factorize",
    "compare",
    "zoo",
    "lecture",
    "insights",
    "memory",
    "export",
    "report",
    "activations",
)

app = typer.Typer(
    name="visualizer",
    help="See where a neural network narrows, what each layer costs, and what it sees.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=False,
)


Debug = Annotated[bool, typer.Option("--debug", help="show tracebacks", hidden=True)]


@app.command(help="Open the window (the default command).")
@opens
def window(
    maybe: Opening | None,
    image: Annotated[Path | None, typer.Option(help="a picture to run the network on")] = None,
    device: Device = Device.auto,
    screenshot: Annotated[
        Path | None, typer.Option(metavar="OUT.png", help="draw the window into a file and end")
    ] = None,
    size: Annotated[
        str | None, typer.Option(metavar="WIDTHxHEIGHT", help="size of the window")
    ] = None,
    theme: ThemeName = ThemeName.system,
    select: Annotated[str, typer.Option(metavar="LAYER", help="the layer to select")] = "",
    panel: Annotated[Panel | None, typer.Option(help="the panel to show below")] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE", help="another network to compare it with, side by side; up to three"
        ),
    ] = None,
    attached: Annotated[bool, typer.Option("--attached", hidden=True)] = False,
    debug: Debug = False,
) -> None:
    from visualizer.cli.window import WindowOptions, open_window

    options = WindowOptions(
        opening=maybe,
        image=str(image.resolve()) if image else "",
        device=device.value,
        screenshot=screenshot,
        size=size or "",
        theme=theme.value,
        select=select,
        panel=panel.value.replace("-", " ") if panel else "",
        compare=tuple(compare or ()),
        attached=attached,
    )
    raise typer.Exit(open_window(options))


@app.command(help="Print what every layer costs.")
@opens
def summary(
    opening: Opening,
    dtype: Annotated[
        str,
        typer.Option(
            help="precision: float32, float16, bfloat16 or float64; int8 or int4 for the weights; "
            "as the network has it when not given"
        ),
    ] = "",
    batch: Annotated[
        int | None, typer.Option(metavar="N", help="costs for so many examples")
    ] = None,
    resolution: Annotated[
        str, typer.Option(metavar="HEIGHTxWIDTH", help="costs for pictures of this size")
    ] = "",
    count: Annotated[
        list[Countable] | None,
        typer.Option(help="what the MACs count besides multiply-adds; repeatable"),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(min=1, help="show modules of this nesting depth instead of ops")
    ] = None,
    sort: Annotated[
        SortBy | None, typer.Option(help="the dearest first: macs, params or memory")
    ] = None,
    format: TableFormat = TableFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.summary import print_summary
    from visualizer.costs.tree import SortKey

    ordered: SortKey | None = sort.value if sort else None
    counted = tuple(counted.value for counted in count or ())
    print_summary(opening, dtype, depth, format.value, ordered, batch, resolution, counted)


@app.command(help="Say where the network narrows, and what that means.")
@opens
def findings(
    opening: Opening,
    format: TableFormat = TableFormat.table,
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=NUMBER", help="a limit, as extreme_beta=0.4; repeatable"),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(metavar="LAYER", help="say why this layer is a bottleneck or is not"),
    ] = None,
    debug: Debug = False,
) -> None:
    from visualizer.cli.findings import print_explanation, print_findings

    limits = tuple(threshold or ())
    if explain is not None:
        print_explanation(opening, explain, limits)
    else:
        print_findings(opening, format.value, limits)


@app.command(help="Show the evidence for principles 2 to 4, with numbers.")
@opens
def principles(
    opening: Opening,
    format: TableFormat = TableFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.principles import print_principles

    print_principles(opening, format.value)


@app.command(help="Print the per-layer table of the lecture CNN Architectures.")
@opens
def lecture(
    opening: Opening,
    preset: Annotated[
        LecturePreset, typer.Option(help="rounded as on the slide, or exact numbers")
    ] = LecturePreset.lecture,
    format: TableFormat = TableFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.lecture import print_lecture_table

    print_lecture_table(opening, preset.value, format.value)


@app.command(help="Say how much memory training needs, and for which batch.")
@opens
def memory(
    opening: Opening,
    batch: Annotated[int, typer.Option(min=1, metavar="N", help="examples a step")] = 1,
    optimizer: OptimizerName = OptimizerName.adam,
    precision: Annotated[
        Precision, typer.Option(help="mixed: autocast to bfloat16, weights in float32")
    ] = Precision.float32,
    checkpoint: Annotated[
        bool, typer.Option("--checkpoint", help="compute each block anew in the backward pass")
    ] = False,
    fits: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="GB", help="say which batch fits (1 GB = 1024 MB)"),
    ] = None,
    format: FindingsFormat = FindingsFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.memory import print_memory

    print_memory(
        opening, batch, optimizer.value,
        precision is Precision.mixed, checkpoint, fits, format.value,
    )  # fmt: skip


@app.command(help="Say what the lecture has to say about the network.")
@opens
def insights(
    openings: tuple[Opening, ...],
    grid: Annotated[
        int, typer.Option(min=2, metavar="N", help="count the stem until the first NxN grid")
    ] = 28,
    format: FindingsFormat = FindingsFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.insights import print_insights

    print_insights(openings, grid, format.value)


@app.command(help="Show where the grid gets smaller, and what else would cost.")
@opens
def reductions(
    opening: Opening,
    format: TableFormat = TableFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.reductions import print_reductions

    print_reductions(opening, format.value)


@app.command(help="Compare networks: totals, ratios, and what changed.")
@opens
def compare(
    openings: tuple[Opening, ...],
    format: ComparisonFormat = ComparisonFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.compare import print_comparison

    print_comparison(openings, format.value)


@app.command(help="List networks known by name: costs and published accuracy.")
def zoo(
    weights: Annotated[
        WhichWeights, typer.Option(help="the first published weights of each network, or the best")
    ] = WhichWeights.first,
    format: FindingsFormat = FindingsFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.zoo import print_zoo

    print_zoo("best" if weights is WhichWeights.best else "first", format.value)


@app.command(help="Factorize larger convolutions, and say what that saves.")
@opens
def factorize(
    opening: Opening,
    mid: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="channels between the factors (the usual: √C_in·C_out)"
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="every form, also those that are not proposed")
    ] = False,
    format: TableFormat = TableFormat.table,
    debug: Debug = False,
) -> None:
    from visualizer.cli.factorize import print_factorization

    print_factorization(opening, format.value, mid, everything)


@app.command(help="Draw the graph into a file: svg, png, pdf, dot or json.")
@opens
def export(
    opening: Opening,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.{svg,png,pdf,dot,graphml,json}")
    ],
    depth: Annotated[
        int | None, typer.Option(min=0, help="open modules down to this depth")
    ] = None,
    all_ops: Annotated[bool, typer.Option("--all", help="open every module")] = False,
    width: Width = Width.linear,
    theme: ThemeName = ThemeName.light,
    scale: Annotated[
        float, typer.Option(min=0.05, max=50, help="pixels of a PNG a unit of the drawing")
    ] = 1.0,
    columns: Annotated[
        bool, typer.Option("--columns", help="wrap a long drawing into columns")
    ] = False,
    flow: Annotated[
        FlowName, typer.Option(help="which way data flows: down, or to the right")
    ] = FlowName.down,
    debug: Debug = False,
) -> None:
    from visualizer.cli.export import export_graph

    drawn = width.value, theme.value, scale, columns, flow.value
    export_graph(opening, output, depth, all_ops, *drawn)


@app.command(help="Write a report of the network, in HTML or Markdown.")
@opens
def report(
    opening: Opening,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.{html,md}")],
    theme: Annotated[
        ThemeName, typer.Option(help="system: light or dark as the reader's own")
    ] = ThemeName.system,
    debug: Debug = False,
) -> None:
    from visualizer.cli.report import write_report

    write_report(opening, output, theme.value)


@app.command(help="Run the network on a picture, write a layer's feature maps.")
@opens
def activations(
    opening: Opening,
    image: Annotated[Path, typer.Option(help="the picture")],
    layer: Annotated[str, typer.Option(metavar="PATH", help="op or module, as `summary` names it")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.{png,npz}")],
    device: Device = Device.auto,
    debug: Debug = False,
) -> None:
    from visualizer.cli.activations import write_activations

    write_activations(opening, image, layer, output, device.value)


def with_default_command(arguments: list[str]) -> list[str]:
    """`visualizer resnet50` means `visualizer window resnet50`."""
    if arguments and (arguments[0] in COMMANDS or arguments[0] in ("--help", "-h")):
        return arguments
    return ["window", *arguments]


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exits 0, or 2 with one line on stderr. `--debug` lets tracebacks through."""
    given = with_default_command(list(sys.argv[1:] if arguments is None else arguments))
    debug = "--debug" in given
    try:
        code = typer.main.get_command(app).main(
            given, prog_name="visualizer", standalone_mode=False
        )
    except UsageError as error:
        _stop(f"{error.format_message()} (see visualizer --help)")
    except typer.Abort:
        _stop("interrupted")
    except (SourceError, OSError) as error:
        if debug:
            raise
        _stop(str(error))
    sys.exit(code if isinstance(code, int) else 0)


def _stop(line: str) -> None:
    print(f"visualizer: {line}", file=sys.stderr)
    sys.exit(2)
