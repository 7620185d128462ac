"""The public Python API: `visualizer.trace` and `visualizer.show`, on networks in memory.

Both run in the caller's process, where torch is already. The network is only ever looked at
through twins (`worker.object_networks`): its mode, hooks, buffers, gradients and device stay what
they are, and so do the process's random numbers and threads.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING, Any

from visualizer.bottlenecks import CutProfile, Finding
from visualizer.costs import CostReport
from visualizer.costs.model import Totals
from visualizer.costs.rows import LayerRow, layer_rows
from visualizer.costs.summary import summary_document
from visualizer.costs.table import COLUMNS, cells
from visualizer.costs.units import exact, human_bytes, human_count, ops_text
from visualizer.engine.messages import ModelLoaded
from visualizer.graph import LayerGraph
from visualizer.session.network import Narrowing, OpenNetwork, narrowing_of, open_network
from visualizer.showing import Window, show
from visualizer.sources import InputSpec, ModelSource

if TYPE_CHECKING:
    import pandas
    import torch
    from torch import nn

    Shape = str | Sequence[int] | InputSpec
    Inputs = (
        torch.Tensor | Shape | Sequence[torch.Tensor | Shape | Any]
        | Mapping[str, torch.Tensor | Shape | Any]
    )  # fmt: skip

__all__ = ["InputSpec", "Traced", "Window", "show", "trace"]

_SUMMARY_COLUMNS = 160
_MOST_ROWS = 400  # of the table in a notebook


@dataclass(frozen=True, repr=False, eq=False)
class Traced:
    """A network's layer graph and what its layers cost, for inputs of given shapes.

    `graph` is the layer graph, `report` has the costs of every op by id, `inputs` the shapes.
    """

    network: OpenNetwork

    @property
    def name(self) -> str:
        """The network's class."""
        return self.graph.name

    @property
    def graph(self) -> LayerGraph:
        """Every executed op, in order, and the tensors between them."""
        return self.network.graph

    @property
    def report(self) -> CostReport:
        """Costs with their derivations."""
        return self.network.report

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """What the network was traced for."""
        return self.network.inputs

    @property
    def totals(self) -> Totals:
        """All sums over the network."""
        return self.report.totals

    @property
    def macs(self) -> int:
        """Multiply-adds of one pass; a lower bound where `uncovered_ops` is not empty."""
        return self.totals.macs

    @property
    def flops(self) -> int:
        """2 × `macs`."""
        return self.totals.flops

    @property
    def params(self) -> int:
        """Parameters, each counted once."""
        return self.totals.params

    @property
    def param_bytes(self) -> int:
        """Bytes of the parameters."""
        return self.totals.param_bytes

    @property
    def activation_bytes(self) -> int:
        """Bytes of all outputs that are new memory."""
        return self.totals.activation_bytes

    @property
    def peak_activation_bytes(self) -> int:
        """Bytes of activations that are alive at once at most."""
        return self.totals.peak_activation_bytes

    @property
    def uncovered_ops(self) -> tuple[str, ...]:
        """Ops that have no formula: they are in no sum."""
        return self.report.uncovered_ops

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known about the graph and the sums."""
        return (*self.graph.notes, *self.report.notes)

    @cached_property
    def layers(self) -> tuple[LayerRow, ...]:
        """One row for each executed op, in order."""
        return layer_rows(self.graph, self.report)

    @cached_property
    def _narrowing(self) -> Narrowing:
        return narrowing_of(self.network)

    @property
    def profile(self) -> CutProfile:
        """The cuts through the network and how wide they are; worked out when first asked for."""
        return self._narrowing.profile

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Where the network narrows; worked out when first asked for."""
        return self._narrowing.findings

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[LayerRow]:
        return iter(self.layers)

    def __getitem__(self, layer: str) -> LayerRow:
        """The row of the op with this id; raises KeyError."""
        found = next((row for row in self.layers if row.id == layer), None)
        if found is None:
            raise KeyError(f"{self.name} has no layer '{layer}'")
        return found

    # ------------------------------------------------------------------ as something else

    def to_dict(self) -> dict[str, Any]:
        """What `visualizer summary --format json` prints, as plain data."""
        return summary_document(self.graph, self.report, self.network.source, self.inputs)

    def to_json(self, indent: int | None = 1) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_dict(), indent=indent)

    def to_pandas(self) -> pandas.DataFrame:
        """A table with one line for each layer, its id as index; raises ImportError."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas: pip install pandas") from error
        table = pandas.DataFrame.from_records(self.to_dict()["layers"])
        return table.set_index("id") if len(table) else table

    def summary(self, depth: int | None = None) -> str:
        """The table of all layers as text, or of the modules at `depth`, and the totals."""
        from rich.console import Console

        from visualizer.cli.summary_table import print_tree
        from visualizer.costs.tree import tree_rows

        text = StringIO()
        console = Console(file=text, width=_SUMMARY_COLUMNS, color_system=None)
        print_tree(console, self._title, tree_rows(self.graph, self.report, depth))
        lines = [line.rstrip() for line in text.getvalue().splitlines()]
        return "\n".join((*lines, *self._totals_lines(), *self.notes))

    @property
    def _title(self) -> str:
        shapes = ", ".join(spec.text for spec in self.inputs)
        return f"{self.name}, input {shapes or 'none'}, {ops_text(len(self.layers))}"

    def _totals_table(self) -> list[tuple[str, str, str]]:
        totals = self.totals
        bound = "≥ " if self.uncovered_ops else ""
        peak = f"at most {human_bytes(totals.peak_activation_bytes)} at once"
        flops = f"{human_count(totals.macs)} = {human_count(totals.flops)} FLOPs"
        memory = f"{human_bytes(totals.activation_bytes)} in all, {peak}"
        return [
            ("Parameters", exact(totals.params), human_bytes(totals.param_bytes)),
            ("MACs", bound + exact(totals.macs), flops),
            ("Activations", exact(totals.activation_elements), memory),
        ]

    def _totals_lines(self) -> list[str]:
        table = self._totals_table()
        width = max(len(number) for _, number, _ in table)
        return [f"{what:<12} {number:>{width}}  {words}" for what, number, words in table]

    def __repr__(self) -> str:
        return "\n".join((self._title, *self._totals_lines(), *self.notes))

    def _repr_html_(self) -> str:
        """For notebooks: totals, and a table of the layers that can be scrolled."""
        totals = "".join(_html_row(line, right=(1,)) for line in self._totals_table())
        rows = self.layers[:_MOST_ROWS]
        body = "".join(_html_row(cells(row), right=(5, 6, 7, 8)) for row in rows)
        head = "".join(
            f"<th style='text-align:left'>{html.escape(title)}</th>" for title in COLUMNS
        )
        left = len(self.layers) - len(rows)
        more = f"<p>and {left} more: <code>to_pandas()</code> has all</p>" if left else ""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return (
            f"<p><b>{html.escape(self._title)}</b></p><table>{totals}</table>{notes}"
            "<div style='max-height:26em;overflow:auto'>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
        )


def _html_row(texts: Sequence[str], right: Sequence[int] = ()) -> str:
    parts = (
        f"<td style='text-align:{'right' if place in right else 'left'}'>{html.escape(text)}</td>"
        for place, text in enumerate(texts)
    )
    return f"<tr>{''.join(parts)}</tr>"


def trace(model: nn.Module, inputs: Inputs | None = None, *, name: str = "") -> Traced:
    """The layer graph of one forward pass of `model` in evaluation mode, and its costs.

    `inputs` are a tensor, a tuple of arguments, a dict of keyword arguments, or only shapes:
    `"1x3x224x224"`, `(1, 3, 224, 224)`, `"ids=1x128:int64"`, InputSpec, several of these in a
    list, or by name in a dict. None: guessed from the network. `name` is shown in place of the
    class's. The model is left as it was. Raises TypeError for what is no network, ValueError when
    the inputs cannot be read or guessed, RuntimeError when the pass fails; each says why in a
    line.
    """
    from visualizer.worker.extraction import TraceError
    from visualizer.worker.given import given
    from visualizer.worker.loaders import LoadError
    from visualizer.worker.object_networks import LiveObject, checked_network
    from visualizer.worker.running import Running

    held = LiveObject(checked_network(model), given(model, inputs))
    try:
        traced = held.traced((), Running.unheard())
    except LoadError as error:
        raise ValueError(str(error)) from error
    except TraceError as error:
        raise RuntimeError(error.message) from error
    source = ModelSource("object", name or held.name, weights="default")
    loaded = ModelLoaded(0, source, traced.inputs, traced.graph, traced.weights_text, False)
    return Traced(open_network(loaded))
