"""Principles 2 to 4 of Szegedy et al. 2015 (section 2) as evidence, not verdicts.

`tiles` counts activations per tile (2), `embeddings` finds spatial convolutions with and
without a cheap embedding before them (3), `balance` says how the arithmetic is spread over the
grids (4), `depth` which layers see no more than those before, `scaling` what more depth,
width and resolution cost, `hints` what is worth a look.
"""

from visualizer.bottlenecks.principles.depth import depth_hints
from visualizer.bottlenecks.principles.hints import CAVEAT, Hint, hints
from visualizer.bottlenecks.principles.whole import Principles, principles_of

__all__ = ["CAVEAT", "Hint", "Principles", "depth_hints", "hints", "principles_of"]
