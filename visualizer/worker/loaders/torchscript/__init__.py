"""TorchScript files, traced and scripted: their graphs interpreted inside ordinary modules.

A script module cannot be looked into while it runs. So every submodule becomes a module of ours
whose forward goes through the graph node by node: hooks, hierarchy and live outputs are then as
those of a network in Python. The file's code is checked before anything of it is loaded.
"""
