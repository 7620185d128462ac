"""Networks that a file holds as graphs of torch ops: what both such formats need.

torch.export's `.pt2` and TorchScript are read by our own interpreters, op by op, inside ordinary
modules: the recorder then sees them as it sees any network, and only ops that are known to
compute, never ones that touch files, are called.
"""
