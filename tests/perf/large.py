"""Large layout requests: deep networks, a Llama's, and made ones that are hard to lay out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.layout.large_requests import attention, one_mask, residual, tangle, unet
from tests.perf.networks import expanded
from visualizer.graph import LayerGraph
from visualizer.layout.model import Flow, LayoutItem, LayoutRequest
from visualizer.sources import ModelSource, parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import guess_inputs, recipe_for

NETWORKS = (
    "resnet152", "efficientnet_b7", "densenet201", "swin_b", "swin_v2_b", "raft_large",
    "timm:maxvit_tiny_tf_224", "timm:hrnet_w64", "timm:nasnetalarge",
)  # fmt: skip

# The shape of Llama 3.1 405B; no weight of it is ever made.
LLAMA = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 16384,
    "intermediate_size": 53248, "num_hidden_layers": 126, "num_attention_heads": 128,
    "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 131072,
}  # fmt: skip


def network(name: str, flow: Flow = "down") -> LayoutRequest:
    """Every op of a network, as the window would have it laid out."""
    return expanded(_traced(parse_source(name), name), flow).request


def llama() -> LayoutRequest:
    """Every op of the 405 B Llama."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(LLAMA))
        return expanded(_traced(ModelSource("hf", str(path)), "llama-405b")).request


@cache
def _traced(source: ModelSource, name: str) -> LayerGraph:
    recipe = recipe_for(source)
    inputs = recipe.default_inputs or guess_inputs(recipe.build("meta"), name)
    return extract(recipe.build, inputs, name=name)[0]


def flat(request: LayoutRequest) -> LayoutRequest:
    """Without its modules, as files have it that do not know them."""
    bars = tuple(
        LayoutItem(
            item.id, "", item.width, item.height, item.label_width, False, item.stacks_inputs
        )
        for item in request.items
        if not item.group
    )
    return LayoutRequest(1, bars, request.edges, columns="auto")


SYNTHETIC: dict[str, Callable[[], LayoutRequest]] = {
    "U-Net of 2,000 ops": lambda: unet(2000),
    "one mask read 3,000 times": lambda: one_mask(3000),
    "500 attention blocks, shared mask and rotations": lambda: attention(500),
    "20,000 ops in attention blocks": lambda: attention(3333),
    "20,000 ops in residual blocks": lambda: residual(20_000),
    "random graph of 5,000 ops": lambda: tangle(5000, 12_000, 40),
}
