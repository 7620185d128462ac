"""The networks the worker has open: traced once, their weights made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from torch import nn

from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec, ModelSource, Preprocessing
from visualizer.worker.extraction import extract
from visualizer.worker.extraction.routes import unwrapped
from visualizer.worker.loaders import BuildError, Recipe, fitted, guess_inputs, recipe_for
from visualizer.worker.running import Running

Inputs = tuple[InputSpec, ...]
Key = tuple[ModelSource, Inputs]

_MOST_OPEN = 2


@dataclass
class Network:
    """A traced network; `real` has its weights in memory, made when first needed."""

    recipe: Recipe
    inputs: Inputs
    graph: LayerGraph
    traced: nn.Module
    _real: nn.Module | None = field(default=None, repr=False)

    @property
    def preprocessing(self) -> Preprocessing | None:
        """The network's own, cropping to its inputs; None when it takes no picture."""
        return fitted(self.recipe.preprocessing, self.inputs)

    def real(self) -> nn.Module:
        """The network with weights; raises BuildError."""
        if self._real is None:
            hollow = _is_hollow(self.traced)
            self._real = unwrapped(self.recipe.build("cpu")) if hollow else self.traced
        return self._real


class Networks:
    """The last networks opened, by source and inputs, whether inferred or asked for."""

    def __init__(self) -> None:
        self._open: OrderedDict[Key, Network] = OrderedDict()

    def find(self, source: ModelSource, inputs: Inputs) -> Network | None:
        """An open network; None when it has to be opened (again)."""
        network = self._open.get((source, inputs))
        if network is not None:
            self._open.move_to_end((source, inputs))
        return network

    def retrace(self, source: ModelSource, inputs: Inputs, running: Running, keep: bool) -> Network:
        """The network with these inputs: found, or traced anew if it is open with others, whose
        modules it shares, or opened. With `keep` it is open from now on. Raises LoadError or
        TraceError."""
        if (found := self.find(source, inputs)) is not None:
            return found
        known = next((key for key in reversed(self._open) if key[0] == source), None)
        if known is None:
            return self.open(source, inputs, running, keep)
        network = _retraced(self._open[known], inputs, running)
        if keep:
            self._remember(source, network)
        return network

    def open(
        self, source: ModelSource, inputs: Inputs, running: Running, keep: bool = True
    ) -> Network:
        """Load and trace `source`, from scratch; raises LoadError or TraceError. One that is not
        to be kept takes nobody's place."""
        network = _open(source, inputs, running)
        if not keep:
            return network
        self._remember(source, network)
        return network

    def _remember(self, source: ModelSource, network: Network) -> None:
        self._open[source, network.inputs] = network
        self._open.move_to_end((source, network.inputs))
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)


def _open(source: ModelSource, inputs: Inputs, running: Running) -> Network:
    running.stage(f"Reading {source.text}")
    recipe = recipe_for(source)
    if recipe.trained:
        with running.waiting(f"Fetching {recipe.weights_text}"):
            recipe.fetch()
    running.stage(f"Building {recipe.name}")
    build, inputs = _with_inputs(recipe, inputs)
    running.stage(f"Tracing {recipe.name}")
    graph, traced = extract(build, inputs, name=recipe.name, check=running.check)
    return Network(recipe, inputs, graph, traced)


def _retraced(network: Network, inputs: Inputs, running: Running) -> Network:
    """The same modules, traced for other inputs."""
    recipe, traced = network.recipe, network.traced
    running.stage(f"Tracing {recipe.name}")

    def build(device: str) -> nn.Module:
        return network.real() if device == "cpu" else traced

    graph, module = extract(build, inputs, name=recipe.name, check=running.check)
    return replace(network, inputs=inputs, graph=graph, traced=module)


def _with_inputs(recipe: Recipe, inputs: Inputs) -> tuple[Callable[[str], nn.Module], Inputs]:
    """The inputs, guessed from the network where nobody says; it is then not built again."""
    known = inputs or recipe.default_inputs
    if known:
        return recipe.build, known
    device, network = _built_somewhere(recipe)
    return _reusing(recipe, device, network), guess_inputs(network, recipe.name)


def _built_somewhere(recipe: Recipe) -> tuple[str, nn.Module]:
    try:
        return "meta", recipe.build("meta")
    except BuildError:  # it may only fail because it needs the values of its weights
        return "cpu", recipe.build("cpu")


def _reusing(recipe: Recipe, device: str, network: nn.Module) -> Callable[[str], nn.Module]:
    """`recipe.build`, but for `device` it is the network that is built already."""
    return lambda wanted: network if wanted == device else recipe.build(wanted)


def _is_hollow(network: nn.Module) -> bool:
    """Whether some of its weights have no memory."""
    tensors = (*network.parameters(), *network.buffers())
    return any(tensor.is_meta for tensor in tensors)
