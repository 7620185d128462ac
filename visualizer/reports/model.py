"""A report as plain data: sections of blocks, which writers turn into HTML or Markdown."""

from __future__ import annotations

import msgspec


class Words(msgspec.Struct, frozen=True):
    """A paragraph; `faint` ones are remarks and conventions."""

    text: str
    faint: bool = False


class Fact(msgspec.Struct, frozen=True):
    """One number that people look for first: what it is, how much, and how it is counted."""

    name: str
    value: str
    remark: str = ""


class Facts(msgspec.Struct, frozen=True):
    """Numbers shown large, side by side."""

    facts: tuple[Fact, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A table: titles of the columns, which of them are numbers, the rows, and the numbers of
    the rows that are `marked`."""

    titles: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()


class Figure(msgspec.Struct, frozen=True):
    """A drawing: `svg` is one `<svg>` element whose colours are the page's, `name` what a file
    of it is called, `text` what it shows, for people who cannot see it."""

    name: str
    svg: str
    text: str


class Notice(msgspec.Struct, frozen=True):
    """A finding or hint: how grave, where, the evidence and what it would take."""

    severity: str
    title: str
    where: str
    evidence: str
    suggestion: str


class Fold(msgspec.Struct, frozen=True):
    """Blocks that open with a click on their summary."""

    summary: str
    remark: str
    blocks: tuple[Block, ...]
    open: bool = False


Block = Words | Facts | Sheet | Figure | Notice | Fold


class Section(msgspec.Struct, frozen=True):
    """A titled part."""

    title: str
    blocks: tuple[Block, ...]


class Report(msgspec.Struct, frozen=True):
    """Everything about one network, in reading order; `about` is said below the title."""

    title: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    made_with: str

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All drawings, those inside folds left out: they have none."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, Figure))
