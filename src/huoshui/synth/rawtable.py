"""A raw table as an office would hand it over, and who each of its rows is about."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from huoshui.synth.columns import Column, Money, behind


@dataclass(frozen=True)
class RawTable:
    """The clean rows of one raw table, with what may be soiled in it."""

    feed: str  # the file's name and the feed's id
    who: np.ndarray  # position of each row's subject
    columns: dict[str, Column]  # heading -> values, without the subject's own
    code: str | None = "统一社会信用代码"  # heading of the subject's code
    name: str | None = "企业名称"  # heading of the subject's name
    format: str = "csv"  # csv xlsx parquet jsonl
    encoding: str = "utf-8"
    identity: bool = False  # says who the subject is, so names and codes stay true
    yearly: bool = False  # rows for whole years may be missing
    sure: np.ndarray | None = None  # yearly rows that somebody sees to: none of them is missing
    flows: bool = True  # rows may arrive late
    restated: tuple[str, ...] = ()  # amounts that may be corrected by a later row
    optional: tuple[str, ...] = ()  # headings that may be left blank
    branches: bool = False  # branches report here beside their firm
    words: tuple[str, ...] = ()  # headings whose words may be outside the vocabulary
    vague: bool = True  # may hold amounts with units or words in them
    marks: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    # (kind of dirt, heading) -> rows the maker itself soiled

    def __len__(self) -> int:
        return len(self.who)

    def take(self, rows: np.ndarray) -> RawTable:
        """Give the table cut to some rows."""
        held = dict(vars(self))
        held["who"] = self.who[rows]
        held["columns"] = {h: c.take(rows) for h, c in self.columns.items()}
        held["sure"] = None if self.sure is None else self.sure[rows]
        held["marks"] = {k: m[rows] for k, m in self.marks.items()}
        return RawTable(**held)

    def with_rows(self, who: np.ndarray, columns: dict[str, Column]) -> RawTable:
        """Add rows at the end; headings that are not given stay blank in them."""
        assert self.sure is None, "rows for whole years are drawn in one"
        held = dict(vars(self))
        held["who"] = np.concatenate([self.who, who])
        held["columns"] = {h: behind(c, columns.get(h), len(who)) for h, c in self.columns.items()}
        held["marks"] = {
            k: np.concatenate([m, np.zeros(len(who), bool)]) for k, m in self.marks.items()
        }
        return RawTable(**held)

    def correctable(self) -> np.ndarray:
        """Say which rows have an amount that a correction would change; nought stays nought."""
        found = np.zeros(len(self), bool)
        for heading in self.restated:
            column = self.columns[heading]
            assert isinstance(column, Money)
            known = True if column.known is None else column.known
            found |= (column.fen != 0) & known
        return found

    def corrected(self, rng: np.random.Generator, rows: np.ndarray) -> RawTable:
        """Give some rows again, their restated amounts changed by up to a fifth."""
        table = self.take(rows)
        columns = dict(table.columns)
        for heading in self.restated:
            column = columns[heading]
            assert isinstance(column, Money)
            factor = rng.uniform(0.8, 1.2, len(rows))
            fen = np.rint(column.fen / 10_000 * factor).astype(np.int64) * 10_000
            columns[heading] = Money(fen, column.unit, column.known, column.typed)
        held = dict(vars(table))
        held["columns"] = columns
        return RawTable(**held)
