"""Asked before a Python file is run: may it, and what in it builds the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QInputDialog, QWidget


def choose_factory(parent: QWidget, path: Path, names: Sequence[str]) -> str:
    """The function or class that the user wants called, "" when the file is not to be run."""
    question = (
        f"Opening {path.name} runs its code, in a process of its own.\n"
        "Which function or class builds the network? Values for its arguments\n"
        "go behind its name, as in build(width=2)."
    )
    name, agreed = QInputDialog.getItem(parent, f"Open {path.name}", question, list(names), 0, True)
    return name.strip() if agreed else ""
