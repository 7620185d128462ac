"""What the item models tell beyond Qt's own roles."""

from __future__ import annotations

from PySide6.QtCore import Qt

ID_ROLE = int(Qt.ItemDataRole.UserRole)
SHARE_ROLE = ID_ROLE + 1
MATCH_ROLE = ID_ROLE + 2
TRAINING_ROLE = ID_ROLE + 3
MISPRINT_ROLE = ID_ROLE + 4
REMARK_ROLE = ID_ROLE + 5
