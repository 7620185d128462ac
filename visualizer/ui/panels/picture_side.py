"""The side of the feature-map panel: the picture as the network saw it, and its classes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.engine.messages import Prediction
from visualizer.session.field_box import FieldBox
from visualizer.session.maps import Bytes
from visualizer.ui.panels.map_image import picture_image
from visualizer.ui.panels.parts import ElidedText
from visualizer.ui.panels.predictions import PictureView, PredictionBars
from visualizer.ui.theme import Theme

_ABOUT = "The picture as the network sees it, resized and cropped"


class PictureSide(QWidget):
    """The classes below the picture, or beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = PictureView()
        self.picture.setToolTip(_ABOUT)
        self.caption = ElidedText()
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bars = PredictionBars()
        self._how = self._seen = ""
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self._arrange()

    def show_picture(self, picture: Bytes, caption: str, explanation: str) -> None:
        """Show (H, W, 3) uint8 and a line about it; the tooltip says how it came about."""
        self.picture.show_image(picture_image(np.asarray(picture)))
        self._how = caption
        self._show_caption()
        self.setToolTip(explanation)
        self.show()

    def show_field(self, box: FieldBox | None) -> None:
        """Mark what a value sees and say it; None takes the mark away."""
        self.picture.show_field(box)
        self.picture.setToolTip(f"{_ABOUT}\n{box.detail}" if box is not None else _ABOUT)
        self._seen = box.short if box is not None else ""
        self._show_caption()

    def _show_caption(self) -> None:
        self.caption.setText("  ·  ".join(filter(None, (self._seen, self._how))))

    def show_predictions(self, predictions: list[Prediction], note: str) -> None:
        """Show the most likely classes, under a `note` about them; an empty list hides both."""
        self.bars.show_predictions(predictions)
        self.note.setText(note)
        self.note.setVisible(bool(predictions and note))

    def clear(self) -> None:
        self.picture.show_image(None)
        self.show_field(None)
        self.show_predictions([], "")
        self.hide()

    def stand(self, upright: bool) -> None:
        """The classes below the picture, or beside it."""
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._box.setDirection(down if upright else across)
        self._box.setStretch(1, 0 if upright else 1)
        self._box.setStretch(2, 1 if upright else 0)

    def restyle(self, theme: Theme) -> None:
        self.caption.setStyleSheet(f"color: {theme.secondary}; font-size: 11px;")
        self.note.setStyleSheet(f"color: {theme.warning}; font-size: 11px;")

    def _arrange(self) -> None:
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        seen, classes = QVBoxLayout(), QVBoxLayout()
        seen.setSpacing(2)
        seen.addWidget(self.picture, 1)
        seen.addWidget(self.caption)
        seen.addStretch(0)
        classes.setSpacing(3)
        classes.addWidget(self.note)
        classes.addWidget(self.bars)
        classes.addStretch(0)
        self._box.addLayout(seen)
        self._box.addLayout(classes)
        self._box.addStretch(0)
