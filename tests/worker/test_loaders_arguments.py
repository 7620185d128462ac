"""Factories that are called with values: `model.py:build(width=2)`."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from visualizer.sources import parse_source
from visualizer.worker.loaders import LoadError, Recipe, recipe_for

_CODE = """
from torch import nn

def build(width, depth=1, *, sizes=(), names=None, bias=True):
    build.seen = (width, depth, sizes, names, bias)
    return nn.Sequential(*[nn.Linear(width, width, bias) for _ in range(depth)])

class Net(nn.Linear):
    def __init__(self, width):
        super().__init__(width, 3)

ready = nn.Linear(2, 2)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "nets.py"
    path.write_text(_CODE)
    return path


def made(path: Path, called: str) -> Recipe:
    return recipe_for(parse_source(f"{path}:{called}"))


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(
    ("called", "count"),
    [
        ("build(4)", 4 * 4 + 4),
        ("build(4, 3)", 3 * (4 * 4 + 4)),
        ("build(width=4, bias=False)", 4 * 4),
        ("build(4, sizes=(1, [2.5, -3]), names={'a': None, \"b\": ')'})", 4 * 4 + 4),
        ("Net(width=5)", 5 * 3 + 3),
        ("build( width = 4,\n depth = 2 )", 2 * (4 * 4 + 4)),
    ],
)
def test_that_values_reach_the_factory_on_every_device(called: str, count: int, file: Path) -> None:
    recipe = made(file, called)
    assert parameters(recipe.build("meta")) == parameters(recipe.build("cpu")) == count
    assert recipe.build("meta")[0].weight.is_meta if called[0] == "b" else True


@pytest.mark.parametrize(
    ("called", "text"),
    [
        ("build()", "build(width, depth=1, *, sizes=(), names=None, bias=True) cannot be called "
                    "without arguments (missing a required argument: 'width')"),
        ("build(4, wide=2)", "got an unexpected keyword argument 'wide'"),
        ("build(width=)", "cannot read the arguments in build(width=): write them as in"),
        ("build(4, 5, 6)", "too many positional arguments"),
        ("build(width=size)", "width is size, which is no plain value; arguments are numbers"),
        ("build(**{'width': 4})", "** cannot be used here"),
        ("build(*[4])", "an argument is *[4], which is no plain value"),
        ("build(4)+build(4)", "is not one call"),
        ("build(4).eval()", "is not one call"),
        ("ready(2)", "nets.py:ready is a network already: open it without arguments"),
        ("ready().part", "nets.py:ready is a network already: open a part of it as"),
    ],
)  # fmt: skip
def test_that_arguments_that_do_not_fit_are_one_line(called: str, text: str, file: Path) -> None:
    with pytest.raises(LoadError) as caught:
        made(file, called)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["__import__('os').getcwd()", "[x for x in (1,)]", "(lambda: 1)()", "f'{1}'", "open"]
)
def test_that_code_in_an_argument_is_never_run_nor_the_file_before_it(
    value: str, tmp_path: Path
) -> None:
    path = tmp_path / "nets.py"
    path.write_text("raise SystemExit('the file was run')")
    with pytest.raises(LoadError, match="is no plain value"):
        made(path, f"build(width={value})")


def test_that_a_module_takes_arguments_too() -> None:
    recipe = recipe_for(parse_source("torch.nn:Linear(4, 3)"))
    assert parameters(recipe.build("cpu")) == 15
    assert recipe_for(parse_source("torch.nn:Linear(4, out_features=3)")).name == "Linear"


def test_that_an_error_inside_names_the_call(tmp_path: Path) -> None:
    path = tmp_path / "nets.py"
    path.write_text("def build(width):\n    raise ValueError('too wide')\n")
    with pytest.raises(LoadError) as caught:
        made(path, "build(width=9)").build("meta")
    assert str(caught.value).startswith("build(width=9) in nets.py raised ValueError: too wide")
