"""Grid reductions: where the grid gets smaller, how, and what the other ways would cost.

`variants` has the arithmetic, `places` finds the falls in the tensor graph, `classify` names
them, `find` puts a reduction together, `sketch` says how one is drawn. After section 5 of
Szegedy et al., Rethinking the Inception Architecture.
"""

from visualizer.bottlenecks.reductions.document import reductions_document
from visualizer.bottlenecks.reductions.find import find_reductions
from visualizer.bottlenecks.reductions.model import (
    BINDING,
    KIND_TITLES,
    Kind,
    Narrowness,
    Reduction,
    ReductionShape,
    Rewrite,
    Sketch,
    SketchBar,
    Variant,
    VariantKind,
)
from visualizer.bottlenecks.reductions.sketch import variant_sketch
from visualizer.bottlenecks.reductions.variants import (
    cheapest_of,
    conv_beside_pool,
    variants_of,
)

__all__ = [
    "BINDING",
    "KIND_TITLES",
    "Kind",
    "Narrowness",
    "Reduction",
    "ReductionShape",
    "Rewrite",
    "Sketch",
    "SketchBar",
    "Variant",
    "VariantKind",
    "cheapest_of",
    "conv_beside_pool",
    "find_reductions",
    "reductions_document",
    "variant_sketch",
    "variants_of",
]  # fmt: skip
