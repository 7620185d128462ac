"""The window's style sheet: one flat look for every widget, filled in with a theme's colours.

Hooks for the window: `messageBar` (object name) with the property `severity`
("info", "warning", "error"); labels with the property `role` ("title", "heading",
"secondary", "number"); push buttons with the property `primary`.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visualizer.ui.theme import Theme

_WINDOW = """
QMainWindow, QDialog { background: $window; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $window; }
QSplitter::handle:hover { background: $accent; }
QMenuBar { background: $window; border: none; padding: 2px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $border; border-radius: 8px; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 22px; border-radius: 5px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QToolBar { background: $window; border: none; border-bottom: 1px solid $border;
    padding: 4px 6px; spacing: 4px; }
QToolBar::separator { background: $border; width: 1px; margin: 4px 5px; }
QToolButton#costSettingsButton { border-color: $border; background: $ground; padding: 4px 9px;
    min-height: 18px; }
QToolButton#costSettingsButton:hover { border-color: $strong_border; }
QToolButton#costSettingsButton:focus { border-color: $accent; }
QFrame#costSettings { background: $raised; border: 1px solid $strong_border; border-radius: 8px; }
QToolBar QLabel { color: $secondary; padding: 0 2px 0 6px; }
QToolBar QFrame#costSettings QLabel { padding: 0; }
QStatusBar { background: $window; color: $secondary; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QLabel#dockTitle { color: $secondary; font-weight: 600; }
QToolButton#dockButton { padding: 3px; border-radius: 4px; }
QToolTip { background: $raised; color: $text; border: 1px solid $strong_border;
    border-radius: 6px; padding: 5px 7px; }
"""

_TABS = """
QTabWidget::pane { border: none; border-top: 1px solid $border; background: $ground; }
QTabBar { background: $window; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $secondary; padding: 7px 13px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:disabled { color: $faint; }
"""

_LISTS = """
QAbstractItemView { background: $ground; alternate-background-color: $stripe; border: none;
    outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QTreeView, QTableView, QListView { gridline-color: $border; }
QTreeView::item, QListView::item { padding: 3px 2px; border: none; }
QTableView::item { padding: 2px 7px; border: none; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QTreeView::branch { background: transparent; }
QTreeView::branch:has-children:closed { image: url(icons:chevron-right.svg); }
QTreeView::branch:has-children:open { image: url(icons:chevron-down.svg); }
QHeaderView { background: $window; border: none; }
QHeaderView::section { background: $window; color: $secondary; padding: 5px 8px; border: none;
    border-bottom: 1px solid $border; border-right: 1px solid $border; font-weight: 600; }
QHeaderView::section:hover { color: $text; background: $hover; }
QHeaderView::section:last { border-right: none; }
QHeaderView::down-arrow { image: url(icons:chevron-down.svg); width: 11px; height: 11px; }
QHeaderView::up-arrow { image: url(icons:chevron-up.svg); width: 11px; height: 11px; }
QTableCornerButton::section { background: $window; border: none; }
"""

_FIELDS = """
QLineEdit, QComboBox, QAbstractSpinBox { background: $ground; color: $text;
    border: 1px solid $border; border-radius: 6px; padding: 4px 8px; min-height: 18px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover { border-color: $strong_border; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus { border: 1px solid $accent; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { color: $faint;
    background: $window; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(icons:chevron-down.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; padding: 4px; }
QAbstractItemView#completions { background: $raised; border: 1px solid $strong_border; padding: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 16px; }
QAbstractSpinBox::up-arrow { image: url(icons:chevron-up.svg); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url(icons:chevron-down.svg); width: 10px; height: 10px; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: $ground; color: $text; border: none;
    selection-background-color: $accent; selection-color: $on_accent; }
QCheckBox, QRadioButton { spacing: 7px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; background: $ground;
    border: 1px solid $strong_border; border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
    image: url(icons:check.svg); }
QRadioButton::indicator:checked { background: $ground; border: 5px solid $accent;
    width: 6px; height: 6px; }
"""

_BUTTONS = """
QPushButton { background: $raised; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 5px 14px; min-height: 18px; }
QPushButton:hover { border-color: $strong_border; background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $faint; background: $window; }
QPushButton[primary="true"], QPushButton#primary, QPushButton:default {
    background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[primary="true"]:hover, QPushButton#primary:hover { background: $accent_hover; }
QPushButton[primary="true"]:disabled, QPushButton#primary:disabled { background: $border;
    color: $faint; border-color: $border; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 4px 7px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $border; }
QToolButton:checked { background: $accent_soft; color: $text; border-color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { image: none; }
"""

_BARS = """
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 11px; }
QScrollBar:horizontal { height: 11px; }
QScrollBar::handle { background: $handle; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QProgressBar { background: $border; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSlider::groove:horizontal { background: $border; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $raised; border: 1px solid $strong_border; width: 14px;
    height: 14px; margin: -6px 0; border-radius: 8px; }
QSlider::handle:horizontal:hover { border-color: $accent; }
"""

_WORDS = """
QGroupBox { border: 1px solid $border; border-radius: 8px; margin-top: 9px; padding: 10px 8px 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: $secondary; }
QLabel[role="title"] { font-size: 17px; font-weight: 700; color: $text; }
QLabel[role="heading"] { font-size: 13px; font-weight: 600; color: $text; }
QLabel[role="secondary"] { color: $secondary; }
QLabel[role="number"] { font-size: 15px; font-weight: 600; color: $text; }
QLabel[role="error"] { color: $error; }
QFrame#messageBar { border: none; border-left: 4px solid $accent; background: $accent_soft; }
QFrame#messageBar[severity="warning"] { border-left-color: $warning; background: $warning_soft; }
QFrame#messageBar[severity="error"] { border-left-color: $error; background: $error_soft; }
QFrame#messageBar QLabel { background: transparent; color: $text; }
QFrame#lineage { background: $accent_soft; border-radius: 6px; }
QFrame#lineage QLabel { background: transparent; color: $text; }
QFrame#trustCard { border: none; border-left: 4px solid $warning; background: $warning_soft; }
QFrame#trustCard QLabel { background: transparent; color: $text; }
CanvasView { background: $ground; border: none; }
CanvasView:focus { border: none; }
"""

_SHEET = Template(_WINDOW + _TABS + _LISTS + _FIELDS + _BUTTONS + _BARS + _WORDS)

_MIXED_LIGHT = {
    "hover": "#EBEDF1", "stripe": "#FAFBFC", "handle": "#CDD3DB", "accent_hover": "#4148C4",
    "warning_soft": "#FFF4E0", "error_soft": "#FDECEC",
}  # fmt: skip
_MIXED_DARK = {
    "hover": "#2A2D37", "stripe": "#1A1C21", "handle": "#3D424E", "accent_hover": "#A5A9FF",
    "warning_soft": "#37301F", "error_soft": "#3A2327",
}  # fmt: skip


def style_sheet(theme: Theme) -> str:
    """The whole window's style sheet in the colours of `theme`."""
    colors = {name: value for name, value in vars(theme).items() if isinstance(value, str)}
    return _SHEET.substitute(colors, **(_MIXED_DARK if theme.is_dark else _MIXED_LIGHT))
