"""Starts Architecture Visualizer: the window, or one of its commands."""

from visualizer.cli import main

if __name__ == "__main__":
    main()
