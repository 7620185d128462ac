"""Which sources are ONNX files, and opening one; onnx itself is imported only then."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.formats import format_of
from visualizer.worker.running import Running

if TYPE_CHECKING:
    from visualizer.worker.onnx_networks.network import OnnxNetwork

_ONNX_MISSING = 'ONNX files need the onnx package: pip install "architecture-visualizer[onnx]"'


class OnnxOpener:
    """`net.onnx`."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "file" and format_of(source.location) == "onnx"

    def open(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], running: Running
    ) -> OnnxNetwork:
        if find_spec("onnx") is None:
            raise LoadError(_ONNX_MISSING)
        from visualizer.worker.onnx_networks.network import open_network

        return open_network(source.location, inputs, running)
