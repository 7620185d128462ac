"""What the feature-map panel says while it has no maps, as rich text."""

from __future__ import annotations

from html import escape

from visualizer.ui.theme import Theme


def empty_text(theme: Theme) -> str:
    """How to get maps; the links are `open` and `demo`."""
    style = f'style="color:{theme.accent};text-decoration:none"'
    return (
        "<b>Drop a picture anywhere on the window</b> to see what each layer makes of it."
        f'<br><br><a href="open" {style}>Open a picture …</a>'
        f'&nbsp;&nbsp;·&nbsp;&nbsp;<a href="demo" {style}>Use the example picture</a>'
    )


def waiting_text(picture_name: str) -> str:
    """A picture is there, and no network to run it on."""
    return (
        f"<b>{escape(picture_name)}</b> will be run when a network is open."
        "<br><br>Choose one above, or press Ctrl+O."
    )


def error_text(text: str, theme: Theme) -> str:
    """Why there are no maps."""
    return f'<span style="color:{theme.error}">{escape(text)}</span>'
