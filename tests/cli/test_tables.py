"""CSV and Markdown of the commands that look for bottlenecks, through one writer."""

from __future__ import annotations

import csv
import io

import pytest

from visualizer.cli.main import main
from visualizer.cli.tables import print_tables, table_of


@pytest.fixture
def written(capsys):
    def command(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code == 0
        return capsys.readouterr().out

    return command


def blocks(text: str) -> list[list[list[str]]]:
    """The tables of a CSV, an empty line between them."""
    return [list(csv.reader(io.StringIO(part))) for part in text.split("\n\n")]


def test_that_findings_as_csv_are_two_tables_with_bare_numbers(written) -> None:
    findings, cuts = blocks(written("findings", "lecture:alexnet", "--format", "csv"))
    assert findings[0][:4] == ["Severity", "Principle", "Title", "Where"]
    assert findings[1][:5] == [
        "extreme", "1", "Representational bottleneck, early", "pool1", "46656",
    ]  # fmt: skip
    widths = {row[0]: row[1] for row in cuts[1:]}
    assert (widths["input"], widths["conv1"], widths["pool1"]) == ("154587", "200704", "46656")


def test_that_principles_as_csv_have_a_table_each(written) -> None:
    tables = blocks(written("principles", "lecture:alexnet", "--format", "csv"))
    assert [table[0][0] for table in tables] == ["Grid", "Layer", "Grid", "Scale", "Principle"]
    tile = next(row for row in tables[0] if row[0] == "56×56")
    assert tile[2:4] == ["64", "1.298"]  # 64·56·56/(3·227·227)
    arithmetic = {row[0]: row[2] for row in tables[2][1:]}
    assert arithmetic["27×27"] == "223948800"


def test_that_reductions_and_factorizations_are_tables_too(written) -> None:
    (reduced,) = blocks(written("reductions", "paper:fig9-left", "--format", "csv"))
    assert reduced[0][:4] == ["Where", "From → to", "How", "MACs"]
    assert any(row[2].startswith("Fig 10") for row in reduced)
    (forms,) = blocks(written("factorize", "lecture:alexnet", "--format", "csv"))
    conv2 = next(row for row in forms if row[0] == "conv2")
    assert conv2[4:6] == ["223948800", "two 3×3"]


def test_that_markdown_has_titles_and_remarks(written) -> None:
    page = written("factorize", "lecture:alexnet", "--format", "md")
    assert page.startswith("### Larger convolutions, best form\n\n| Layer |")
    assert "\n- 5×5 → two 3×3 in 1 layer" in page


def test_that_short_rows_are_filled_up_and_empty_tables_left_out(capsys) -> None:
    table = table_of(("Name",), ("Count",), [("a", "1,234"), ("b",)])
    print_tables([("Some", table), ("None", table_of(("Name",), (), ()))], "csv")
    assert capsys.readouterr().out == "Name,Count\na,1234\nb,\n"
