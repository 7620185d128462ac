"""The border rule in words: for the inspector, the legend, the command line and hints."""

from __future__ import annotations

from typing import Any

from visualizer.costs.border import Border, BorderLayer, InputRange, Verdict
from visualizer.costs.units import human_count, percent

SOURCE = "Richter et al. 2021, “Should you go deeper?”"
MEANINGS: dict[Verdict, str] = {
    "productive": "productive",
    "critical": "critical: the first to see beyond the picture",
    "unproductive": "unproductive: inputs already see it all",
}


def verdict_text(layer: BorderLayer, side: int) -> str:
    """Why a convolution has its verdict, with its numbers."""
    if layer.verdict == "productive":
        return (
            f"on its narrowest path it sees {layer.sees} of {side} px, what it reads {layer.reads}"
        )
    if layer.verdict == "critical":
        return (
            f"it is the first to see beyond the picture: {layer.sees} px of {side}; "
            f"what it reads sees {layer.reads}"
        )
    return f"unproductive at this resolution: its inputs already see {layer.reads} of {side} px"


def counts_text(border: Border) -> str:
    """`7 of 13 convolutions unproductive`."""
    wasted, of = len(border.unproductive), len(border.layers)
    return f"{wasted or 'none'} of {of} convolutions unproductive"


def range_text(worth: InputRange | None) -> str:
    """`75 to 427 px`; "" without a range."""
    if worth is None:
        return ""
    same = worth.smallest >= worth.largest
    return f"{worth.largest} px" if same else f"{worth.smallest} to {worth.largest} px"


def range_reason(worth: InputRange) -> str:
    """What happens outside the range."""
    if worth.smallest >= worth.largest:
        return "smaller: its last layers see no more than those before; larger: none sees it all"
    return "below, layers see no more than those before; above, none sees the whole picture"


def border_note(border: Border | None) -> str:
    """One line for people; "" where the rule says nothing."""
    if border is None:
        return ""
    worth = range_text(border.worth)
    advice = f"; inputs worth using: {worth}" if worth else ""
    where = f" (from {border.unproductive[0].node} on)" if border.unproductive else ""
    return f"border rule at {border.side} px: {counts_text(border)}{where}{advice}"


def wasted_text(border: Border) -> str:
    """What the unproductive convolutions cost: `6.10 M MACs, 42.0 % of all convolutions`."""
    wasted = sum(layer.macs for layer in border.unproductive)
    whole = sum(layer.macs for layer in border.layers)
    share = f", {percent(wasted / whole)} of all convolutions" if whole else ""
    return f"{human_count(wasted)} MACs{share}"


def border_document(border: Border | None) -> dict[str, Any] | None:
    """The rule as plain data, ready for json."""
    if border is None:
        return None
    worth = border.worth
    return {
        "side": border.side,
        "feasible_input": [worth.smallest, worth.largest] if worth is not None else None,
        "layers": [
            {"id": layer.node, "reads": layer.reads, "sees": layer.sees, "verdict": layer.verdict}
            for layer in border.layers
        ],
    }
