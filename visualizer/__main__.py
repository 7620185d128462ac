"""`python -m visualizer` is the same program as `visualizer`."""

from visualizer.cli import main

main()
