"""Large layout requests: deep networks, a Llama's, and what is hard for layered layouts."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.perf.networks import expanded
from visualizer.graph import LayerGraph
from visualizer.layout.model import LayoutEdge, LayoutItem, LayoutRequest
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


def network(name: str) -> LayoutRequest:
    """Every op of a network, as the window would have it laid out."""
    return expanded(_traced(parse_source(name), name)).request


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
        LayoutItem(item.id, "", item.width, item.height, item.label_width, False, item.stacks_inputs)
        for item in request.items
        if not item.group
    )
    return LayoutRequest(1, bars, request.edges, columns="auto")


def unet(count: int) -> LayoutRequest:
    """A chain whose k-th op is read again by the k-th from the end."""
    widths = {f"n{k}": 40.0 + 5 * (min(k, count - 1 - k) % 37) for k in range(count)}
    pairs = [(f"n{k}", f"n{k + 1}") for k in range(count - 1)]
    pairs += [(f"n{k}", f"n{count - 1 - k}") for k in range(count // 2 - 1)]
    return _request(widths, pairs)


def one_mask(readers: int) -> LayoutRequest:
    """A chain in which every op reads one mask."""
    widths = {"x": 100.0, "mask": 50.0, **{f"a{k}": 100.0 for k in range(readers)}}
    chain = ["x", *(f"a{k}" for k in range(readers))]
    pairs = [*zip(chain, chain[1:], strict=False), *(("mask", reader) for reader in chain[1:])]
    return _request(widths, pairs)


def attention(blocks: int) -> LayoutRequest:
    """Attention blocks that all read one mask and two tables of rotations."""
    widths = {"x": 100.0, "mask": 50.0, "cos": 20.0, "sin": 20.0}
    pairs, last = [], "x"
    for block in range(blocks):
        q, k, v, mixed, out, total = (f"{name}{block}" for name in ("q", "k", "v", "m", "o", "s"))
        widths |= dict.fromkeys((q, k, v, mixed, out, total), 100.0)
        pairs += [(last, one) for one in (q, k, v)]
        pairs += [(table, one) for one in (q, k) for table in ("cos", "sin")]
        pairs += [(one, mixed) for one in (q, k, v, "mask")]
        pairs += [(mixed, out), (out, total), (last, total)]
        last = total
    return _request(widths, pairs)


def residual(count: int) -> LayoutRequest:
    """Bottleneck blocks one after the other."""
    widths, pairs, last = {"x": 100.0}, [], "x"
    for block in range(count // 4):
        first, middle, third, total = (f"{name}{block}" for name in ("a", "b", "c", "add"))
        widths |= {first: 25.0, middle: 25.0, third: 100.0, total: 100.0}
        pairs += [(last, first), (first, middle), (middle, third), (third, total), (last, total)]
        last = total
    return _request(widths, pairs)


def tangle(count: int, edges: int, reach: int) -> LayoutRequest:
    """A random graph: each edge goes to one of the next `reach` ops."""
    dice = random.Random(count)
    widths = {f"n{k}": dice.choice((5.0, 40.0, 100.0)) for k in range(count)}
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < edges:
        start = dice.randrange(count - 1)
        end = min(count - 1, start + dice.randrange(1, reach))
        pairs[f"n{start}", f"n{end}"] = None
    return _request(widths, list(pairs))


def _request(widths: dict[str, float], pairs: list[tuple[str, str]]) -> LayoutRequest:
    place = {name: number for number, name in enumerate(widths)}
    items = tuple(LayoutItem(name, "", width, 14.0, 90.0) for name, width in widths.items())
    pairs = sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
    edges = tuple(LayoutEdge(a, b, f"{a}:0", widths[a]) for a, b in pairs)
    return LayoutRequest(1, items, edges, columns="auto")


SYNTHETIC: dict[str, Callable[[], LayoutRequest]] = {
    "U-Net of 2,000 ops": lambda: unet(2000),
    "one mask read 3,000 times": lambda: one_mask(3000),
    "500 attention blocks, shared mask and rotations": lambda: attention(500),
    "20,000 ops in attention blocks": lambda: attention(3333),
    "20,000 ops in residual blocks": lambda: residual(20_000),
    "random graph of 5,000 ops": lambda: tangle(5000, 12_000, 40),
}
