"""The window in which two networks are compared, and the scatter of published accuracies."""
