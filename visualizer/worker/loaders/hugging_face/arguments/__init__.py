"""How the arguments of transformers' forward passes look, by their names.

Each function gives what an argument may be, the likeliest first: most names mean one thing, but
`pixel_values` are pictures, films or patches that were cut out before. The modules have a table
`BY_NAME` each, for tokens, pictures, sound, series in time, the SAM family and speech made from
codes; `by_name` joins them.
"""
