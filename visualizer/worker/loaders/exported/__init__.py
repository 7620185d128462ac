"""Programs of torch.export, read from their JSON: no pickles, no evaluated text, no plug-ins.

`torch.export.load` unpickles weights, constants and sample inputs, evaluates the text of guards
and of symbolic sizes and looks functions up by any dotted name: all of it would run what the file
says. Here the graph is data, sizes are the example's, and ops come from `programs.operators`.
"""
