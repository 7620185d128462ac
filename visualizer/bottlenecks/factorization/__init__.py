"""What larger convolutions could be made of, and what that would cost or save.

Section 3 of "Rethinking the Inception Architecture" (Szegedy et al. 2016) with the depthwise
separable and the bottleneck layer beside it, exact for every convolution's own sizes:
`sites` has those sizes, `factors` small convolutions in a row, `builders` makes the rows,
`recipes` says where each is possible and advised, `alternatives` what comes of it, `spending`
what the saving buys, `network` has the sums.
"""

from visualizer.bottlenecks.factorization.alternatives import (
    Alternative,
    Inapplicable,
    Option,
    alternatives,
)
from visualizer.bottlenecks.factorization.document import factorization_document
from visualizer.bottlenecks.factorization.factors import Factor
from visualizer.bottlenecks.factorization.network import (
    Candidate,
    Factorization,
    Opportunity,
    factorization_of,
)
from visualizer.bottlenecks.factorization.recipes import Kind
from visualizer.bottlenecks.factorization.sites import Site, site_of
from visualizer.bottlenecks.factorization.spending import Spent, spend

__all__ = [
    "Alternative",
    "Candidate",
    "Factor",
    "Factorization",
    "Inapplicable",
    "Kind",
    "Opportunity",
    "Option",
    "Site",
    "Spent",
    "alternatives",
    "factorization_document",
    "factorization_of",
    "site_of",
    "spend",
]  # fmt: skip
