"""What a path stands for before it is opened: told from names, nothing is read."""

from __future__ import annotations

from pathlib import Path

from visualizer.session.node_data import NODE_DATA_SUFFIXES

_CONFIG = "config.json"


def is_config(path: Path) -> bool:
    """Whether it describes a transformers network: a config.json, or a folder that has one."""
    try:
        return path.name == _CONFIG or (path / _CONFIG).is_file()
    except (OSError, ValueError):  # no path at all: too long, or with a null in it
        return False


def is_node_data(path: Path) -> bool:
    """Whether a file is taken for the user's numbers; config.json is a transformers network."""
    return path.suffix.lower() in NODE_DATA_SUFFIXES and path.name != _CONFIG


def as_source(text: str) -> str:
    """What was typed, with `hf:` in front of the config or folder of a transformers network."""
    return f"hf:{text}" if is_config(Path(text.strip()).expanduser()) else text
