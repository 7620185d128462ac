"""The `activations` command: one layer's feature maps as a picture or as numbers."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.engine.messages import Device
from visualizer.session.maps import sheet
from visualizer.session.network import OpenNetwork
from visualizer.sources import SourceError

SUFFIXES = (".png", ".npz")


def write_activations(
    source: str,
    weights: str | None,
    inputs: tuple[str, ...],
    image: Path,
    layer: str,
    output: Path,
    device: Device,
) -> None:
    """Run the network on `image` and write the output of `layer`.

    `.npz` holds `maps` (the first example's output, float32), `layer` and `source`; `.png`
    every channel as a tile, each scaled to its own range.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise SourceError(f"cannot write '{output.name}': use one of {', '.join(SUFFIXES)}")
    if not image.is_file():
        raise SourceError(f"there is no picture {image}")
    with worker() as session:
        asked, network = open_source(session, source, weights, parse_inputs(inputs))
        node = find_layer(network, layer)
        forward = session.forward(
            asked, network.inputs, str(image.resolve()), device=device, capture=(node,)
        )
        maps = session.maps(forward.run, node)
    _write(output, maps, node, source)
    for prediction in forward.top:
        print(f"{prediction.probability:7.2%}  {prediction.index:>4}  {prediction.name}")


def find_layer(network: OpenNetwork, layer: str) -> str:
    """The op meant by `layer`: an op's id, or a module, whose last op it then is."""
    if layer in network.graph.by_id and network.graph.by_id[layer].op != "input":
        return layer
    group = network.hierarchy.groups.get(layer)
    if group is not None and layer:
        return group.nodes[-1]
    known = [node.id for node in network.graph.ops] + list(network.hierarchy.groups)
    near = get_close_matches(layer, known, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise SourceError(
        f"{network.graph.name} has no layer '{layer}'{hint} (visualizer summary lists them)"
    )


def _as_sheet(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Volumes (C, D, H, W) as C·D maps; everything else as it is."""
    return maps.reshape(-1, *maps.shape[-2:]) if maps.ndim > 3 else maps


def _write(output: Path, maps: NDArray[np.float32], node: str, source: str) -> None:
    if output.suffix.lower() == ".npz":
        np.savez(output, maps=maps, layer=np.array(node), source=np.array(source))
        return
    from PIL import Image

    Image.fromarray(sheet(_as_sheet(maps))).save(output)
