"""Networks of transformers, opened from their config alone: sources that begin with `hf:`.

    loader              the recipe: config, weights, preprocessing, names of the classes
    classes             which class of transformers opens a config, one of the `candidates`
    building            that class built offline, with random or trained weights
    faults              which setting is missing where it cannot be built, by `failed_calls`
    preprocessing       preprocessor_config.json

What goes in is told nowhere in one place, so it is gathered:

    inputs              which arguments of a forward pass are needed
    arguments           what an argument looks like, by its name
    docstrings          shapes in the docstrings of transformers, for names that nothing is said of
    sizes               the sizes that a config tells, whatever it calls them
    completing          what is lacking all the same, by where a pass on fake tensors fails
    placeholders        texts with tokens in the places of a picture or a sound, as many as the
                        network asks for, made of `pictures_in_text` and `sounds_in_text`
"""
