"""Copy, CSV and Markdown of any table."""

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem

from visualizer.ui.panels.table_export import offer_export, save_table, table_text


@pytest.fixture
def table(qtbot):
    table = QTableWidget(2, 2)
    qtbot.addWidget(table)
    table.setHorizontalHeaderLabels(["Layer", "MACs"])
    for row, (name, macs) in enumerate((("a|b", "1,000"), ("c", "2"))):
        table.setItem(row, 0, QTableWidgetItem(name))
        number = QTableWidgetItem(macs)
        number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        table.setItem(row, 1, number)
    offer_export(table, "layers")
    return table


def test_that_a_table_offers_its_rows_by_menu_and_key(table):
    assert table.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu
    texts = [action.text().replace("&", "") for action in table.actions()]
    assert texts == ["Copy table", "Save as CSV…", "Save as Markdown…"]
    table.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "Layer\tMACs\na|b\t1,000\nc\t2\n"


def test_that_numbers_are_known_by_their_side(table):
    assert table_text(table.model()).numeric == (False, True)


def test_that_files_have_all_rows_as_they_are_sorted(table, tmp_path):
    table.sortItems(0, Qt.SortOrder.DescendingOrder)
    save_table(table.model(), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["Layer", "MACs"], ["c", "2"], ["a|b", "1000"]]
    save_table(table.model(), tmp_path / "t.md")
    lines = (tmp_path / "t.md").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "| :--- | ---: |" and lines[3] == "| a\\|b | 1,000 |"
