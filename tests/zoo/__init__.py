"""Every network of torchvision and timm: opened as the product opens it, and held against counts
that are not ours.

`make zoo` (or `python -m tests.zoo`) takes hours for all of them; it goes on where it stopped.
tests/worker/test_zoo_sample.py does the same for a stratified sample.
"""
