"""What is on the screen. Qt lives here and in visualizer.app."""
