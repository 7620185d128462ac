"""Qt item models of the module tree and the layer table."""
