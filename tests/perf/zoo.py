"""Every torchvision classification model beside its published parameters and GMACs."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from torchvision import models

from visualizer.costs import cost_report
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import recipe_for


@dataclass(frozen=True)
class Comparison:
    """What we count for the network of a weights entry, and what is published for it."""

    name: str
    params: int
    head_params: int
    published_params: int
    gmacs: float
    published_gmacs: float
    uncovered: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        same_macs = abs(self.gmacs - self.published_gmacs) <= 0.0005 + 1e-9
        # torchvision counts the head of Inception-v3, and not those of GoogLeNet.
        same_params = self.published_params in (self.params, self.params + self.head_params)
        return same_params and same_macs and not self.uncovered


def classification_models() -> list[str]:
    """Names of all float classification models."""
    return [
        name
        for name in models.list_models(module=models)
        if "_ops" in models.get_model_weights(name).DEFAULT.meta
    ]


def compare(name: str) -> Comparison:
    """Trace `name` as `visualizer summary` does, at the size of its published weights."""
    recipe = recipe_for(parse_source(name))
    published = models.get_model_weights(name).DEFAULT
    side = published.transforms().crop_size[0]
    graph, _ = extract(recipe.build, (InputSpec((1, 3, side, side)),), name=name)
    report = cost_report(graph)
    return Comparison(
        name, report.totals.params, report.totals.training_only_params,
        published.meta["num_params"], report.totals.macs / 1e9, published.meta["_ops"],
        report.uncovered_ops,
    )  # fmt: skip


def show() -> int:
    """Print the disagreements and a count; returns how many there are."""
    compared = [compare(name) for name in classification_models()]
    wrong = [c for c in compared if not c.agrees]
    title = (
        f"torchvision classification models: {len(compared) - len(wrong)} of {len(compared)} agree"
    )
    table = Table(title=title, title_justify="left")
    for column in ("model", "parameters", "published", "GMACs", "published", "uncovered"):
        table.add_column(column)
    for c in wrong:
        table.add_row(
            c.name, f"{c.params:,}", f"{c.published_params:,}", f"{c.gmacs:.4f}",
            f"{c.published_gmacs}", ", ".join(c.uncovered),
        )  # fmt: skip
    Console(width=120).print(table if wrong else title)
    return len(wrong)
