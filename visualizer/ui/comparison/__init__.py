"""The window in which networks are compared, and the scatter of published accuracies."""
