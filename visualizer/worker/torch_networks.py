"""Networks that are torch modules: traced once, their weights made once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from visualizer.costs.observed import TrainingObserved
from visualizer.engine.messages import TimesMeasured
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec, ModelSource, Preprocessing, arranged
from visualizer.worker.extraction import TraceError, extract
from visualizer.worker.extraction.routes import example_inputs, unwrapped
from visualizer.worker.live import ForwardRun, choose_device, run_forward
from visualizer.worker.loaders import (
    BuildError,
    InputsError,
    LoadError,
    Recipe,
    fitted,
    guesses,
    picture_spec,
    recipe_for,
)
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.building import remarks_on
from visualizer.worker.networks import Network
from visualizer.worker.running import Running


@dataclass
class TorchNetwork(Network):
    """A traced network; `real` has its weights in memory, made when first needed."""

    recipe: Recipe
    inputs: Inputs
    graph: LayerGraph
    traced: nn.Module
    _real: nn.Module | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def weights_text(self) -> str:
        return self.recipe.weights_text

    @property
    def trained(self) -> bool:
        return self.recipe.trained

    @property
    def categories(self) -> tuple[str, ...]:
        # Of a last layer that got another number of outputs nobody knows the names.
        return () if remarks_on(self.recipe.build) else self.recipe.categories

    @property
    def preprocessing(self) -> Preprocessing | None:
        return fitted(self.recipe.preprocessing, self.inputs)

    def real(self) -> nn.Module:
        """The network with weights; raises BuildError."""
        if self._real is None:
            hollow = _is_hollow(self.traced)
            self._real = unwrapped(self.recipe.build("cpu")) if hollow else self.traced
        return self._real

    def with_weights(self, real: nn.Module) -> TorchNetwork:
        """The same with these weights."""
        return replace(self, _real=real)

    def choose_device(self, wanted: str) -> str:
        return choose_device(wanted).type

    def run(
        self,
        picture: Tensor,
        device: str,
        capture: frozenset[str] | None,
        keep_bytes: int,
        running: Running,
    ) -> ForwardRun:
        running.stage(f"Making the weights of {self.name}")
        place = torch.device(device)
        module = self.real().to(place)
        running.stage(f"Running {self.name} on {device}")
        arguments, named = _arguments(self.inputs, picture, place)
        return run_forward(module, self.graph, arguments, capture, keep_bytes, running.check, named)

    def for_inputs(self, inputs: Inputs, running: Running) -> TorchNetwork:
        """The same modules, traced for other inputs."""
        running.stage(f"Tracing {self.name}")

        def build(device: str) -> nn.Module:
            return self.real() if device == "cpu" else self.traced

        graph, module = extract(build, inputs, name=self.name, check=running.check)
        return replace(self, inputs=inputs, graph=graph, traced=module)

    def measure_times(self, device: str, running: Running) -> TimesMeasured:
        # Late: rarely asked for.
        from visualizer.worker.measuring.times import measure_times

        running.stage(f"Making the weights of {self.name}")
        module = self.real().to(torch.device(device))
        return measure_times(module, self.graph, self.inputs, device, running)

    def observe_training(self, mixed: bool, running: Running) -> TrainingObserved:
        # Late: the observer takes networks of this class.
        from visualizer.worker.training import observe_training

        return observe_training(self, mixed, running)


_GIVE_PACKED = "it takes a packed sequence, --input packed:4x12x80 in a command"


class TorchOpener:
    """Whatever a loader has a recipe for."""

    def supports(self, source: ModelSource) -> bool:
        return True

    def open(self, source: ModelSource, inputs: Inputs, running: Running) -> TorchNetwork:
        recipe = recipe_for(source)
        if recipe.trained:
            with running.waiting(f"Fetching {recipe.weights_text}"):
                recipe.fetch()
        running.stage(f"Building {recipe.name}")
        return traced(recipe, inputs, running)


def traced(
    recipe: Recipe, inputs: Inputs, running: Running, values: Sequence[Tensor | PackedSequence] = ()
) -> TorchNetwork:
    """The network for `inputs`, guessed where nobody says; `values` are the inputs themselves,
    where there are any. Raises LoadError or TraceError."""
    known = inputs or (() if recipe.guessed else recipe.default_inputs)
    if known:
        running.stage(f"Tracing {recipe.name}")
        return _traced(recipe, recipe.build, known, running, values)
    device, network = _built_somewhere(recipe)
    several = bool(recipe.other_inputs or recipe.remark(recipe.default_inputs))
    build = _reusing(recipe, device, network, sparing=several)
    running.stage(f"Tracing {recipe.name}")
    failed: TraceError | None = None
    for guess in _all_guesses(recipe, network):
        try:
            found = _traced(recipe, build, guess, running, remark=recipe.remark(guess))
            return found if recipe.file_tells_inputs else _assuming(found)
        except TraceError as error:
            failed = failed or error
    assert failed is not None
    shapes = ", ".join(spec.text for spec in failed.inputs)
    how = _GIVE_PACKED if "batch_sizes" in failed.message else _give_inputs(network, failed.inputs)
    failed.message += f" (for {shapes}, which was only guessed: {how})"
    raise failed


_NAMED_ARGUMENTS = 6


def _give_inputs(network: nn.Module, tried: Inputs) -> str:
    """How to give other inputs, with an example, and the names of what may be given."""
    arguments = inspect.signature(network.forward).parameters.values()
    names = [p.name for p in arguments if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    example = " ".join(
        f"--input {msgspec.structs.replace(spec, values=()).text}" for spec in _named(tried, names)
    )
    more = ", …" if len(names) > _NAMED_ARGUMENTS else ""
    takes = f"; its forward takes {', '.join(names[:_NAMED_ARGUMENTS])}{more}" if names else ""
    return f"give the network's own inputs, in a command as in {example}{takes}"


def _named(tried: Inputs, names: Sequence[str]) -> Inputs:
    """By name also what went in by position, where there are several that it could be."""
    if len(names) < max(2, len(tried)):
        return tried
    return tuple(
        msgspec.structs.replace(spec, name=spec.name or name)
        for spec, name in zip(tried, names, strict=False)
    )


def _all_guesses(recipe: Recipe, network: nn.Module) -> Iterator[Inputs]:
    """What the network itself tells, then what the loader takes for likely, what these lacked,
    then what the layers tell; raises InputsError when none knows anything, and LoadError when
    something is needed that is no tensor."""
    is_told = bool(recipe.default_inputs)
    for asked in recipe.asked_of(network):
        is_told = True
        yield asked
    if recipe.default_inputs:
        yield from (recipe.default_inputs, *recipe.other_inputs)
    incomplete: LoadError | None = None
    try:
        yield from recipe.completed(network)
    except LoadError as error:  # told when nothing else fits
        incomplete = error
    try:
        yield from guesses(network, recipe.name)
    except InputsError:
        if not is_told and not incomplete:
            raise
    if incomplete:
        raise incomplete


def _assuming(network: TorchNetwork) -> TorchNetwork:
    """The same; its graph says that nobody said what goes in."""
    inputs = tuple(node.id for node in network.graph.inputs)
    return replace(network, graph=msgspec.structs.replace(network.graph, assumed=inputs))


def _traced(
    recipe: Recipe,
    build: Callable[[str], nn.Module],
    inputs: Inputs,
    running: Running,
    values: Sequence[Tensor | PackedSequence] = (),
    remark: str = "",
) -> TorchNetwork:
    try:
        graph, module = extract(build, inputs, name=recipe.name, check=running.check, values=values)
        remarks = (*remarks_on(recipe.build), *([remark] if remark else []))
        graph = msgspec.structs.replace(graph, notes=(*graph.notes, *remarks))
    except TraceError as error:
        error.inputs = inputs
        raise
    return TorchNetwork(recipe, inputs, graph, module)


def _built_somewhere(recipe: Recipe) -> tuple[str, nn.Module]:
    try:
        return "meta", recipe.build("meta")
    except BuildError:  # it may only fail because it needs the values of its weights
        return "cpu", recipe.build("cpu")


_MOST_GUESSED_BYTES = 4 << 30


def _reusing(
    recipe: Recipe, device: str, network: nn.Module, sparing: bool
) -> Callable[[str], nn.Module]:
    """`recipe.build`, but what is built already, at first the network for `device`, is kept.

    Where it is `sparing`, the weights of a large network are not made: the inputs are one guess
    of several, and a wrong one may ask for numbers where the right one does not.
    """
    built = {device: network}

    def build(wanted: str) -> nn.Module:
        if wanted not in built:
            if sparing and wanted != "meta":
                _check_size(network)
            built[wanted] = recipe.build(wanted)
        return built[wanted]

    return build


def _check_size(network: nn.Module) -> None:
    """Raises TraceError where the weights are too many to be made for a guess."""
    needed = sum(weight.numel() * weight.element_size() for weight in network.parameters())
    if needed > _MOST_GUESSED_BYTES:
        raise TraceError(
            "the forward pass reads numbers, so that it needs real weights, and "
            f"{needed / 1e9:.1f} GB are not made for inputs that were only guessed", "", "", False,
        )  # fmt: skip


def _is_hollow(network: nn.Module) -> bool:
    """Whether some of its weights have no memory."""
    tensors = (*network.parameters(), *network.buffers())
    return any(tensor.is_meta for tensor in tensors)


def _arguments(
    specs: Sequence[InputSpec], picture: Tensor, device: torch.device
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The picture wherever one is taken, made-up values elsewhere; by position and by name."""
    return arranged(specs, [made_input(spec, picture).to(device) for spec in specs])


def made_input(spec: InputSpec, picture: Tensor) -> Tensor:
    """The picture, (1, C, H, W), as this input takes it, or made-up values for another kind."""
    if picture_spec((spec,)) is None:
        (made,), _ = example_inputs((msgspec.structs.replace(spec, name=""),), "cpu")
        tensor: Tensor = made
        return tensor
    dtype: torch.dtype = getattr(torch, spec.dtype)
    batch, channels, *frames_shown = spec.shape[:-2]
    height, width = picture.shape[-2:]
    if channels != picture.shape[1]:
        picture = picture.mean(1, keepdim=True).expand(1, channels, height, width)
    for _ in frames_shown:  # a film in which nothing moves
        picture = picture.unsqueeze(2)
    return picture.expand(batch, channels, *frames_shown, height, width).to(dtype).contiguous()
