"""What every command is told about the networks to open, and the options that say it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Annotated, Any

import typer

from visualizer.session.local_files import as_source
from visualizer.sources import (
    MODEL_SUFFIXES,
    InputSpec,
    ModelSource,
    SourceError,
    parse_inputs,
    parse_source,
)

SOURCE_HELP = (
    "resnet50 (a torchvision name), timm:NAME, paper:NAME (a figure: fig9-left, fig10, "
    "inception-a ...), lecture:NAME (alexnet, vgg16-slide, googlenet, mobilenet-v1 ...), "
    "path/to/file.py:factory, package.module:factory, a model file, the folder or config.json of "
    "a transformers model, or demo"
)


@dataclass(frozen=True)
class Opening:
    """One network to open, as typed: `text` is the SOURCE, the rest are the options."""

    text: str
    weights: str | None = None
    inputs: tuple[str, ...] = ()
    trust: bool = False
    as_name: str = ""

    @property
    def given_inputs(self) -> tuple[InputSpec, ...]:
        """The `--input` options, read; raises SourceError."""
        return parse_inputs(self.inputs)

    @property
    def is_model_file(self) -> bool:
        return self.text.strip().lower().endswith(MODEL_SUFFIXES)

    @property
    def as_typed(self) -> tuple[str, str | None]:
        """SOURCE and its weights; `FILE --as NAME` is `NAME --weights FILE`."""
        if self.as_name and self.is_model_file:
            return self.as_name, self.text
        return as_source(self.text), self.weights

    @property
    def source(self) -> ModelSource:
        """What is asked for; raises SourceError."""
        return parse_source(*self.as_typed)


_Source = Annotated[str, typer.Argument(metavar="SOURCE", help=SOURCE_HELP)]
_Sources = Annotated[list[str], typer.Argument(metavar="SOURCE ...", help=SOURCE_HELP)]
_MaybeSource = Annotated[str | None, typer.Argument(metavar="[SOURCE]", help=SOURCE_HELP)]
_Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="SHAPE",
        help="1x3x224x224, name=1x128:int64, in a list images.0=3x224x224; repeatable",
    ),
]
_Weights = Annotated[
    str | None,
    typer.Option(help="default (the published ones), none (random) or a file of weights"),
]
_Trust = Annotated[
    bool,
    typer.Option(
        "--trust",
        help="run the code in a model file that was saved as code: it can do whatever you can",
    ),
]
_AsName = Annotated[
    str,
    typer.Option("--as", metavar="NAME", help="the network that a file of weights belongs to"),
]

# Python's own names of the options, and what they are to typer.
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "inputs": (_Inputs, None),
    "weights": (_Weights, None),
    "trust": (_Trust, False),
    "as_name": (_AsName, ""),
}
_KINDS: dict[str, tuple[Any, Any]] = {
    "opening": (_Source, inspect.Parameter.empty),
    "openings": (_Sources, inspect.Parameter.empty),
    "maybe": (_MaybeSource, None),
}


def opens(command: Callable[..., None]) -> Callable[..., None]:
    """Let typer see SOURCE and its options where `command` takes what they add up to: its first
    parameter `opening` (one), `openings` (several, a tuple) or `maybe` (one or none)."""
    own = inspect.signature(command, eval_str=True).parameters
    taken, *others = own
    argument, default = _KINDS[taken]
    shown = [_parameter("source", argument, default)]
    shown += [_parameter(name, *option) for name, option in _OPTIONS.items()]
    shown += [own[name].replace(kind=inspect.Parameter.KEYWORD_ONLY) for name in others]

    @wraps(command)
    def with_options(source: Any, **given: Any) -> None:
        options = {name: given.pop(name) for name in _OPTIONS}
        command(_asked(source, options), **given)

    with_options.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    with_options.__annotations__ = {each.name: each.annotation for each in shown}
    return with_options


def _asked(source: str | list[str] | None, options: dict[str, Any]) -> Any:
    """One opening, several of them, or None."""
    if source is None:
        return None
    inputs = tuple(options["inputs"] or ())
    asked = Opening("", **{**options, "inputs": inputs})
    texts = [source] if isinstance(source, str) else source
    openings = tuple(replace(asked, text=text) for text in texts)
    _check_are_for_files(openings)
    return openings[0] if isinstance(source, str) else openings


def _check_are_for_files(openings: tuple[Opening, ...]) -> None:
    """`--as` and `--trust` are about model files; raises SourceError where there is none."""
    first = openings[0]
    for option, given in (("--as", first.as_name), ("--trust", first.trust)):
        if given and not any(opening.is_model_file for opening in openings):
            raise SourceError(f"{option} is for model files (net.pth): {first.text} is none")


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
