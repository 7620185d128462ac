"""Architecture Visualizer: where a network narrows, what each layer costs, what it sees.

Packages, lowest first; imports go down only:

    sources     what to open, as plain data
    graph       what the network is: layer graph, module groups, folding, search
    costs       what it costs: formulas with derivations, memory, receptive field
    layout      where things go: sizes, order, placement, routes
    engine      talking to the worker process: messages, frames, client
    worker      the child process: loading, extraction, live runs (torch lives here only)
    session     what the user looks at: state, controllers, resolving to frozen pictures
    reports     one file about a network: HTML or Markdown
    ui, app     what is on the screen (Qt lives here only)
    cli         commands
"""

__version__ = "0.1.0"
