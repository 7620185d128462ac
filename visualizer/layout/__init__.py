"""Where things go: sizes, order, placement and routes of what is visible."""
