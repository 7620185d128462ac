"""The machine-readable evidence: the contract of `principles --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visualizer.bottlenecks.principles.balance import Balance
from visualizer.bottlenecks.principles.embeddings import Insertion, SpatialConvolution
from visualizer.bottlenecks.principles.hints import CAVEAT, hints
from visualizer.bottlenecks.principles.tiles import Tile
from visualizer.bottlenecks.principles.whole import Principles
from visualizer.graph.model import as_plain
from visualizer.sources import InputSpec


def principles_document(
    principles: Principles, source: str, inputs: Sequence[InputSpec]
) -> dict[str, Any]:
    """Principles 2 to 4 as plain data. Grids are sides without the batch, shares 0..1, MACs
    those of the traced batch; null where there is nothing to compare with."""
    embeddings = principles.embeddings
    return {
        "source": source,
        "inputs": [{"shape": list(spec.shape), "dtype": spec.dtype} for spec in inputs],
        "tiles": [_tile(tile) for tile in principles.tiles.tiles],
        "embeddings": {
            "spatial_macs": embeddings.spatial_macs,
            "reduced_share": embeddings.reduced_share,
            "convolutions": [_spatial(each) for each in embeddings.convolutions],
        },
        "balance": _balance(principles.balance),
        "now": as_plain(principles.now),
        "caveat": CAVEAT,
        "hints": [as_plain(hint) for hint in hints(principles)],
    }


def _tile(tile: Tile) -> dict[str, Any]:
    shown = (
        "channels", "node", "per_input", "widest", "widest_node", "growth", "per_halving",
    )  # fmt: skip
    plain = as_plain(tile)
    return {"grid": list(tile.grid.sides), **{name: plain[name] for name in shown}}


def _spatial(each: SpatialConvolution) -> dict[str, Any]:
    conv = each.convolution
    return {
        "node": each.node,
        "kernel": list(conv.kernel),
        "c_in": conv.c_in,
        "c_out": conv.c_out,
        "grid": list(conv.grid_out),
        "macs": each.macs,
        "embedded": each.embedded,
        "reduced_by": each.reduced_by or None,
        "insertions": [_insertion(insertion) for insertion in each.insertions],
    }


def _insertion(insertion: Insertion) -> dict[str, Any]:
    return {
        "share": float(insertion.share),
        "channels": insertion.channels,
        "macs": insertion.macs,
        "bottleneck_macs": insertion.expanding,
    }


def _balance(balance: Balance) -> dict[str, Any]:
    grids = [{**as_plain(each), "grid": list(each.grid.sides)} for each in balance.grids]
    heaviest = as_plain(balance.heaviest) if balance.heaviest else None
    return {"entropy": balance.entropy, "heaviest": heaviest, "grids": grids}
