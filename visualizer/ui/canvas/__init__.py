"""The canvas: bars as wide as their activations, ribbons between them, groups around them."""

from visualizer.ui.canvas.marks import Marks, heat_color
from visualizer.ui.canvas.view import CanvasView

__all__ = ["CanvasView", "Marks", "heat_color"]
