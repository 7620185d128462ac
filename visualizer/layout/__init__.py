"""Where everything goes: sizes in, places out. Pure, without Qt and torch.

`placement.lay_out` cuts a request at the frames of its open groups (`nesting`), lays each
level out by itself, innermost first (`solving`: `ranks` and `rows` from top to bottom,
`ordering` from left to right, `coordinates`, `lanes` beside the rows, `routes`, `heights`),
and puts the levels into each other. `sections` are ordered once each; a long picture is
wrapped (`breaks`, `columns`). `process.LayoutProcess` does that in a child process.
"""
