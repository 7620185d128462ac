"""Live: the real forward pass on a real picture, and what there is to see of it."""

from visualizer.worker.live.capture import CaptureMismatchError, ForwardRun, run_forward
from visualizer.worker.live.devices import DeviceError, available_devices, choose_device
from visualizer.worker.live.predictions import top_predictions
from visualizer.worker.live.preprocess import PictureError, load_picture, prepare

__all__ = [
    "CaptureMismatchError", "DeviceError", "ForwardRun", "PictureError", "available_devices",
    "choose_device", "load_picture", "prepare", "run_forward", "top_predictions",
]  # fmt: skip
