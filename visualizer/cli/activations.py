"""The `activations` command: one layer's feature maps as a picture or as numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.engine.messages import Device
from visualizer.session.maps import sheet
from visualizer.session.network import OpenNetwork, find_item
from visualizer.sources import SourceError

SUFFIXES = (".png", ".npz")


def write_activations(
    opening: Opening,
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
        asked, network = open_source(session, opening)
        node = find_layer(network, layer)
        forward = session.forward(
            asked, network.inputs, str(image.resolve()), device=device, capture=(node,)
        )
        maps = session.maps(forward.run, node)
    _write(output, maps, node, opening.text)
    for prediction in forward.top:
        print(f"{prediction.probability:7.2%}  {prediction.index:>4}  {prediction.name}")


def find_layer(network: OpenNetwork, layer: str) -> str:
    """The op meant by `layer`: an op's id, or a module, whose last op it then is."""
    item = find_item(network, layer)
    group = network.hierarchy.groups.get(item)
    return network.graph.counted(group.nodes)[-1] if group is not None else item


def _write(output: Path, maps: NDArray[np.float32], node: str, source: str) -> None:
    if output.suffix.lower() == ".npz":
        np.savez(output, maps=maps, layer=np.array(node), source=np.array(source))
        return
    from PIL import Image

    Image.fromarray(sheet(maps)).save(output)
