"""Dialogs: what to open, preprocessing, keys and about."""

from visualizer.ui.dialogs.choose_factory import choose_factory
from visualizer.ui.dialogs.help import KeyHelpDialog, show_about
from visualizer.ui.dialogs.open_source import OpenSourceDialog
from visualizer.ui.dialogs.preprocessing import PreprocessingDialog

__all__ = [
    "KeyHelpDialog", "OpenSourceDialog", "PreprocessingDialog", "choose_factory", "show_about",
]  # fmt: skip
