"""The command line: the window, and the same answers without one."""

from visualizer.cli.main import main

__all__ = ["main"]
