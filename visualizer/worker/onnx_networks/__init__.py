"""ONNX files: graph, shapes and costs without their weights' values, runs by onnxruntime."""

from visualizer.worker.onnx_networks.opening import OnnxOpener

__all__ = ["OnnxOpener"]
