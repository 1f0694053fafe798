"""What a leaf of the handbook is made of: lines and grids, each line with its authority.

Site and print are set from the same leaves, so that they cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass

from huoshui.explain.numbers import Language

Words = dict[Language, str]


@dataclass(frozen=True)
class Line:
    """A sentence, the place it rests on, and what must be known of it (`unknown` shows apart)."""

    text: Words
    cite: str | None = None
    is_unknown: bool = False
    link: tuple[str, str] | None = None  # kind and name of a definition


NOTHING = Line({"zh": "", "en": ""})
"""A first cell that says the same as the one above it."""


@dataclass(frozen=True)
class Lines:
    """A list of sentences under a heading."""

    title: Words
    items: tuple[Line, ...]
    lead: Words | None = None


@dataclass(frozen=True)
class Grid:
    """A table under a heading; without a head its first column names what the others say."""

    title: Words
    rows: tuple[tuple[Line, ...], ...]
    head: tuple[Words, ...] = ()
    lead: Words | None = None
    ends_with_day: bool = False  # the last column is a day, which must not be broken

    def spans(self) -> list[int]:
        """Say over how many rows each first cell reaches; 0 where the one above reaches over it."""
        found: list[int] = []
        first = 0
        for nth, row in enumerate(self.rows):
            if nth and row[0] == NOTHING:
                found[first] += 1
                found.append(0)
            else:
                first = nth
                found.append(1)
        return found


Block = Lines | Grid


@dataclass(frozen=True)
class Entry:
    """One definition as the handbook has it."""

    kind: str
    name: str
    section: str
    group: Words | None  # what the section sets it beside, such as loans
    label: Words
    lead: Words | None
    flags: tuple[Words, ...]  # said before anything else
    blocks: tuple[Block, ...]
    checked_on: str
    cite: str
    institution: str | None = None
    zones: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Name the definition."""
        return self.kind, self.name

    def lines(self) -> list[Line]:
        """Give every line in the order of reading."""
        found: list[Line] = []
        for block in self.blocks:
            if isinstance(block, Lines):
                found += block.items
            else:
                found += [cell for row in block.rows for cell in row]
        return found

    def cites(self) -> list[str]:
        """Give every place it rests on once, its own authority first."""
        return list(dict.fromkeys([self.cite, *(x.cite for x in self.lines() if x.cite)]))

    def links(self) -> list[tuple[str, str]]:
        """Give the definitions it names."""
        return list(dict.fromkeys(x.link for x in self.lines() if x.link))
