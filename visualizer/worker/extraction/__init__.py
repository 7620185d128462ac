"""Extraction: one forward pass gives the layer graph, on tensors without data where possible."""

from visualizer.worker.extraction.errors import TraceError
from visualizer.worker.extraction.routes import Build, extract, trace

__all__ = ["Build", "TraceError", "extract", "trace"]
