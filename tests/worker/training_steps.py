"""Real training steps on the CPU, with the storages that are alive counted after every op."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from torchvision import models

from tests.costs.measuring import StorageTracker
from visualizer.costs import cost_report
from visualizer.costs.checkpointing import checkpointing
from visualizer.costs.training import Plan, TrainingMemory, training_memory
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract
from visualizer.worker.loaders.base import Recipe
from visualizer.worker.torch_networks import TorchNetwork
from visualizer.worker.training import observe_training

SIDE = 64
BATCH = 4
_OWN_SIDE = {"vit_b_16": {"image_size": SIDE}}
_RATE = 1e-3


class Quiet:
    """Stands for the run under way where nobody looks."""

    def stage(self, text: str, fraction: float | None = None) -> None:
        """Nothing is told."""

    def check(self) -> None:
        """Nobody cancels."""


def built(name: str, device: str = "cpu") -> nn.Module:
    """A torchvision network with random weights, for pictures of SIDE pixels."""
    extra: dict[str, Any] = dict(_OWN_SIDE.get(name, {}))
    if name in ("googlenet", "inception_v3"):
        extra["init_weights"] = False
    with torch.device(device):
        network: nn.Module = models.get_model(name, weights=None, **extra)
    return network


def opened(name: str) -> TorchNetwork:
    """The network as the worker has it open, traced with one picture."""
    recipe = Recipe(name, partial(built, name), "", False)
    return opened_with(recipe, (InputSpec((1, 3, SIDE, SIDE)),))


def opened_with(recipe: Recipe, inputs: tuple[InputSpec, ...]) -> TorchNetwork:
    graph, traced = extract(recipe.build, inputs, name=recipe.name)
    return TorchNetwork(recipe, inputs, graph, traced)


def predicted(network: TorchNetwork, plan: Plan) -> TrainingMemory:
    """What the product says of one step."""
    observed = observe_training(network, plan.mixed, Quiet())  # type: ignore[arg-type]
    blocks = checkpointing(network.graph, cost_report(network.graph), observed)
    return training_memory(observed, plan, blocks)


def measured(network: nn.Module, plan: Plan, blocks: Sequence[str] = ()) -> int:
    """Most bytes alive in the second of two steps, in which the optimizer has its state.

    Parameters, buffers, gradients and optimizer state are counted like everything else.
    """
    network.train()
    _checkpoint(network, blocks)
    optimizer = _optimizer(network, plan)
    tracker = StorageTracker([])
    for tensor in (*network.parameters(), *network.buffers()):
        tracker.see(tensor)
    with tracker:
        _step(network, optimizer, plan)
        tracker.peak = 0
        _step(network, optimizer, plan)
    return tracker.peak


def _step(network: nn.Module, optimizer: torch.optim.Optimizer, plan: Plan) -> None:
    optimizer.zero_grad()
    picture = torch.randn(plan.batch, 3, SIDE, SIDE)
    labels = torch.zeros(plan.batch, dtype=torch.int64)
    with torch.autocast("cpu", torch.bfloat16, enabled=plan.mixed):
        result = network(picture)
        scores = [result] if isinstance(result, Tensor) else [s for s in result if s is not None]
        loss = sum((F.cross_entropy(s, labels) for s in scores), torch.zeros(()))
    loss.backward()
    optimizer.step()


def _optimizer(network: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    weights = list(network.parameters())
    match plan.optimizer:
        case "sgd":
            return torch.optim.SGD(weights, _RATE, foreach=plan.foreach)
        case "momentum":
            return torch.optim.SGD(weights, _RATE, momentum=0.9, foreach=plan.foreach)
        case "adam":
            return torch.optim.Adam(weights, _RATE, foreach=plan.foreach)
        case "adamw":
            return torch.optim.AdamW(weights, _RATE, foreach=plan.foreach)
    raise ValueError(f"torch has no {plan.optimizer}")


def _checkpoint(network: nn.Module, blocks: Sequence[str]) -> None:
    for path in blocks:
        block = network.get_submodule(path)
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
