"""What others count: the parameters of the constructed module, and torch's own FLOP counter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from tests.zoo.names import TIMM
from tests.zoo.opening import specs_of
from tests.zoo.records import Counted
from visualizer.sources import parse_source
from visualizer.worker.extraction.routes import example_inputs
from visualizer.worker.loaders import recipe_for


def counted(name: str, inputs: str) -> Counted:
    """Counts of network `name` on meta tensors, else fake ones, else real ones.

    Attention is taken apart into its products (`SDPBackend.MATH`): the counter knows no fused
    attention of the CPU. Raises what construction raises.
    """
    start = time.perf_counter()
    params: int | None = None
    failures: list[str] = []
    for by, device, surroundings in _WAYS:
        try:
            with surroundings():
                network = construct(name, device)
                # The counter's own hooks fail on weights that want gradients.
                network.requires_grad_(False)
                params = sum(parameter.numel() for parameter in network.parameters())
                macs = _macs(network, inputs, device)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next way may work
            failures.append(f"{by}: {type(error).__name__}: {error}"[:200])
        else:
            seconds = round(time.perf_counter() - start, 3)
            return Counted(name, inputs, seconds, params, macs, by)
    seconds = round(time.perf_counter() - start, 3)
    return Counted(name, inputs, seconds, params, error="; ".join(failures))


def construct(name: str, device: str) -> nn.Module:
    """The network as its own library makes it, in evaluation."""
    if not name.startswith(TIMM):
        return recipe_for(parse_source(name)).build(device)
    import timm

    with torch.device(device):
        network: nn.Module = timm.create_model(name.removeprefix(TIMM))
    return network.eval()


def _macs(network: nn.Module, inputs: str, device: str) -> int:
    args, _ = example_inputs(specs_of(inputs), device)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), torch.random.fork_rng(devices=[]), ExitStack() as stack:
        stack.enter_context(torch.device(device))
        stack.enter_context(_taken_apart())
        torch.manual_seed(0)
        stack.enter_context(counter)
        network(*args)
    return int(counter.get_total_flops()) // 2


@contextmanager
def _taken_apart() -> Iterator[None]:
    was_on = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_on)


def _fakes() -> AbstractContextManager[object]:
    from torch._subclasses.fake_tensor import FakeTensorMode

    return FakeTensorMode(allow_non_fake_inputs=True)


_WAYS: tuple[tuple[str, str, Callable[[], AbstractContextManager[object]]], ...] = (
    ("meta tensors", "meta", nullcontext),
    ("fake tensors", "cpu", _fakes),
    ("real tensors", "cpu", nullcontext),
)
