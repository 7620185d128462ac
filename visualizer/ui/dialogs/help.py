"""The keys that work in the window, and what the program is."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QVBoxLayout, QWidget

from visualizer.ui.panels.parts import FlowText, theme_now

KEYS = (
    ("Network", (
        ("Ctrl+O", "open a network"), ("Ctrl+Shift+O", "open a picture"), ("F5", "load again"),
        ("Ctrl+1 to 9", "open one of the last again"), ("Ctrl+W", "close the network"),
        ("Ctrl+F", "find"), ("Enter, F3 and Shift+F3", "the next match, the one before"),
        ("Ctrl+E", "export the drawing"), ("Ctrl+Alt+E", "export it as SVG"),
        ("Ctrl+Shift+C", "copy what is seen"),
        ("Ctrl+R", "run on the picture"), ("Ctrl+.", "cancel what is under way"),
        ("Ctrl+Shift+S", "save a report"),
        ("Ctrl+M", "training memory"), ("Ctrl+D", "compare with another network"),
        ("Ctrl+I", "inputs: their names, shapes and data types"),
        ("Ctrl+B", "costs for another batch, input or precision"),
    )),
    ("Drawing", (
        ("Wheel, Ctrl+wheel", "zoom (View: the wheel moves)"), ("Drag", "move"),
        ("F or Space", "fit"),
        ("Shift+Backspace, Ctrl+0", "100 %"), ("Menu key", "what can be done with the selection"),
        ("Ctrl+C", "copy the name of the selection"),
        ("M", "the minimap, on and off"),
        ("Ctrl+K", "let data flow from left to right, or down"),
        ("Arrows", "walk to a neighbour"), ("Double click, + and −", "open or fold a module"),
        ("Alt+click", "open or fold everything below"), ("Ctrl+U", "open or fold everything"),
        ("Ctrl+Alt+0 to 5", "open modules down to a depth"), ("Esc", "clear the selection"),
        ("Alt+Left, Alt+Right", "back and forward through what was selected"),
        ("Backspace", "the module around the selection"),
        ("Ctrl+Up, Ctrl+Down", "what the layer depends on, what depends on it"),
        ("Shift+click", "the paths from the selected layer to this one"),
        ("Ctrl+Shift+B", "bookmark the selection, and back"),
    )),
    ("Cut profile beside the drawing", (
        ("Arrows", "the cut before, after"), ("Page Up, Page Down", "ten cuts up, down"),
        ("Home, End", "the first cut, the last"), ("Esc", "clear the selection"),
    )),
    ("Feature maps", (
        ("Arrows", "next channel (Shift: faster)"), ("Enter or click", "enlarge, and back"),
        ("Z or double click", "show the map in a window of its own"),
        ("Page Up, Page Down", "turn pages"), ("T", "scale each map by its own range"),
        ("C", "gray or colours"),
        ("U, O", "the layer before, the next"),
        ("E, W", "the next picture in the folder, the one before"),
    )),
    ("Fig 1 explained", (
        ("Space", "play or pause"), ("Left, Right, Home, End", "a step back or on; first, last"),
        ("1, 2, 3", "another way to see the tile"),
    )),
    ("Window", (("F11", "full screen"), ("?", "this help"))),
)  # fmt: skip


class KeyHelpDialog(QDialog):
    """A table of keys, by place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.text = FlowText(_keys_html())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.addWidget(self.text)
        column.addStretch(1)
        column.addWidget(buttons)
        self.resize(480, 640)


def show_about(parent: QWidget | None = None) -> None:
    """Say what the program is and what its numbers mean."""
    QMessageBox.about(
        parent,
        "About Architecture Visualizer",
        "<b>Architecture Visualizer</b><p>Draws a neural network with bars as wide as its "
        "activations, so that a bottleneck is seen as a waist, and shows what each layer costs "
        "and sees.</p><p>1 MAC is one multiplication and one addition; FLOPs = 2 × MACs. "
        "1 KB = 1024 bytes.</p>",
    )


def _keys_html() -> str:
    theme = theme_now()
    sections = []
    for title, keys in KEYS:
        rows = "".join(
            f'<tr><td width="42%" style="padding:2px 0">{escape(key)}</td>'
            f'<td style="padding:2px 0;color:{theme.secondary}">{escape(what)}</td></tr>'
            for key, what in keys
        )
        sections.append(
            f'<p style="font-size:15px;font-weight:700;color:{theme.accent};'
            f'margin:14px 0 4px 0">{title}</p>'
            f'<table width="100%" cellspacing="0">{rows}</table>'
        )
    return "".join(sections)
