"""One small network of every family of torchvision and timm opens, and counts agree.

`make zoo` does the same for all of them.
"""

from __future__ import annotations

import pytest

from tests.zoo.counting import counted
from tests.zoo.explained import EXPLAINED
from tests.zoo.opening import opened
from tests.zoo.records import Counted, Opened, key_of
from tests.zoo.sample import SAMPLE
from tests.zoo.verdicts import Verdict, needless_explanations, verdict_of


@pytest.mark.parametrize("name", SAMPLE)
def test_that_a_zoo_network_opens_and_counts_what_others_count(name: str) -> None:
    own = opened(name)
    others = counted(name, own.used_inputs)
    verdict = verdict_of(name, {key_of(own): own, key_of(others): others})
    assert verdict is not None and (verdict.problems == () or verdict.explanation)
    assert others.params == own.params + own.head_params


def test_that_what_does_not_agree_is_a_problem_unless_it_is_explained() -> None:
    own = Opened("alexnet", "", 0.1, used_inputs="1x3x224x224", params=61_100_841, macs=714_188_480)
    others = Counted("alexnet", "1x3x224x224", 0.1, 61_100_840, 714_188_481)
    verdict = verdict_of("alexnet", {key_of(own): own, key_of(others): others})
    assert verdict is not None and not verdict.is_fine
    assert verdict.problems == (
        "61,100,841 parameters, the module has 61,100,840",
        "714,188,480 MACs, torch's counter says 714,188,481",
        "61,100,841 parameters, published 61,100,840",
    )


def test_that_an_explanation_that_is_no_longer_needed_is_told() -> None:
    name = next(iter(EXPLAINED))
    own = Opened(name, "", 0.1)
    assert needless_explanations([Verdict(own, own, None, None, ())]) == (name,)
