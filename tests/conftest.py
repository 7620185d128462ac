"""Tests never need a display, and never see or change the user's own settings."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
