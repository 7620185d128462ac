"""A hint beside principle 4: depth spent where nothing more is to be seen (the border rule)."""

from __future__ import annotations

from visualizer.bottlenecks.principles.hints import Hint
from visualizer.costs.border import Border
from visualizer.costs.border_words import (
    SOURCE,
    counts_text,
    range_text,
    verdict_text,
    wasted_text,
)


def depth_hints(border: Border | None) -> tuple[Hint, ...]:
    """One hint when convolutions read nothing but what has seen the whole picture already."""
    if border is None or not border.unproductive:
        return ()
    first = border.unproductive[0]
    why = verdict_text(first, border.side).partition(": ")[2]
    evidence = (
        f"{counts_text(border)} at {border.side} px ({SOURCE}), from {first.node} on: {why}. "
        f"They take {wasted_text(border)}."
    )
    worth = range_text(border.worth)
    larger = f"a larger picture ({worth} are worth using)" if worth else "a larger picture"
    suggestion = f"Give it {larger}, stop earlier, or reduce the grid later."
    title = "Depth that sees no more"
    return (Hint(4, title, first.node, evidence[:1].upper() + evidence[1:], suggestion),)
