"""MACs and parameters beside `torch.utils.flop_counter` and the built modules, 45 networks.

torch's counter sees the ops that its dispatcher runs and counts 2 FLOPs a MAC for convolutions,
matrix products and attention. The independent figure for parameters is the sum over the built
module's own: timm publishes its table of parameter counts beside its package, not in it.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tests.perf.table import Row
from visualizer.costs import cost_report
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import Recipe, recipe_for

CONVOLUTIONAL = (
    "alexnet", "vgg16_bn", "googlenet", "inception_v3", "resnet50", "resnext50_32x4d",
    "densenet121", "mobilenet_v3_large", "mnasnet1_0", "shufflenet_v2_x1_0", "squeezenet1_1",
    "efficientnet_b0", "regnet_y_400mf", "convnext_tiny", "timm:nfnet_f0", "timm:hrnet_w18",
    "timm:dla34", "timm:res2net50_26w_4s", "timm:ghostnet_100", "timm:repvgg_a2",
    "timm:convmixer_768_32",
)  # fmt: skip
TOKENS = (
    "vit_b_16", "swin_v2_t", "maxvit_t", "timm:deit_tiny_patch16_224", "timm:mixer_s32_224",
    "timm:poolformer_s12", "timm:xcit_tiny_12_p16_224", "timm:mobilevit_s", "timm:pvt_v2_b0",
    "timm:twins_svt_small", "timm:coatnet_0_rw_224", "timm:volo_d1_224",
    "timm:eva02_tiny_patch14_224", "timm:crossvit_9_240", "timm:mvitv2_tiny",
    "timm:focalnet_tiny_srf", "timm:halonet26t",
)  # fmt: skip
DENSE_AND_VIDEO = (
    "fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large", "r3d_18",
    "swin3d_t", "fasterrcnn_mobilenet_v3_large_320_fpn",
)  # fmt: skip
NETWORKS = (*CONVOLUTIONAL, *TOKENS, *DENSE_AND_VIDEO)

_USUAL = (InputSpec((1, 3, 224, 224)),)
# Networks counted a second time with numbers, where torch runs other ops than on meta tensors.
AGAIN_ON_CPU = ("vit_b_16",)
# Who is right where the counts differ, by network and device, and why.
VERDICTS = {
    ("vit_b_16", "cpu"): "we are: in evaluation the CPU runs attention as one fused op, "
    "which the counter does not know (on meta tensors both agree)",
}


@dataclass(frozen=True)
class Counted:
    """One network counted by us and by others; `on` says what torch's counter ran on."""

    name: str
    macs: int
    torch_macs: int
    params: int
    module_params: int
    on: str

    @property
    def agrees(self) -> bool:
        return self.macs == self.torch_macs and self.params == self.module_params

    @property
    def verdict(self) -> str:
        """Who is right and why; "" where nobody knows yet."""
        return VERDICTS.get((self.name, self.on), "")


def count(name: str, on: str = "meta") -> Counted:
    """Trace `name` as `visualizer summary` does, and run torch's counter over its module."""
    recipe = recipe_for(parse_source(name))
    inputs = recipe.default_inputs or _USUAL
    graph, _ = extract(recipe.build, inputs, name=name)
    totals = cost_report(graph).totals
    macs, module, on = _torch_macs(recipe, inputs, on)
    ours = totals.params + totals.training_only_params
    theirs = sum(parameter.numel() for parameter in module.parameters())
    return Counted(name, totals.macs, macs, ours, theirs, on)


def _torch_macs(recipe: Recipe, inputs: Sequence[InputSpec], on: str) -> tuple[int, nn.Module, str]:
    """On meta tensors; on the CPU for networks that look at numbers, as detectors do."""
    try:
        module = recipe.build(on).eval()
        return _run(module, inputs, on), module, on
    except Exception:
        if on == "cpu":
            raise
        return _torch_macs(recipe, inputs, "cpu")  # what needs numbers, gets them


def _run(module: nn.Module, inputs: Sequence[InputSpec], device: str) -> int:
    module.requires_grad_(False)  # the counter's hooks trip over gradients that nobody wants
    torch.manual_seed(0)
    pictures = [torch.zeros(spec.shape, device=device) for spec in inputs]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(*pictures)
    return int(counter.get_total_flops()) // 2


def counted() -> list[Counted]:
    """All networks, one after the other."""
    found = []
    asked = [(name, "meta") for name in NETWORKS] + [(name, "cpu") for name in AGAIN_ON_CPU]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, on in asked:
            found.append(count(name, on))
            gc.collect()  # networks are full of circles
    return found


def rows() -> list[Row]:
    """How many networks differ without a known reason; the differences are printed above."""
    everything = counted()
    differing = [one for one in everything if not one.agrees]
    _show(everything, differing)
    unexplained = [one for one in differing if not one.verdict]
    agreeing = f"{len(everything) - len(differing)} of {len(everything)} agree to the last MAC"
    return [
        Row("networks that torch counts otherwise, unexplained", len(unexplained), "", 0, agreeing)
    ]


def _show(everything: list[Counted], differing: list[Counted]) -> None:
    title = (
        f"torch.utils.flop_counter and sum(p.numel()): "
        f"{len(everything) - len(differing)} of {len(everything)} agree to the last MAC"
    )
    table = Table(title=title, title_justify="left")
    numbers = ("MACs", "torch", "parameters", "module")
    for column in ("network", *numbers, "on", "who is right"):
        table.add_column(column, justify="right" if column in numbers else "left")
    for one in differing:
        table.add_row(
            one.name, f"{one.macs:,}", f"{one.torch_macs:,}", f"{one.params:,}",
            f"{one.module_params:,}", one.on, one.verdict or "nobody knows yet",
        )  # fmt: skip
    Console(width=140).print(table if differing else title)
