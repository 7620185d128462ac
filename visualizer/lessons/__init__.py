"""Ideas of the papers as plain numbers and steps, ready to be drawn: no Qt, no torch."""
