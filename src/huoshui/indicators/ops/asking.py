"""What an operation is asked, and the three-valued reading of facts that all of them share.

A fact that may or may not meet a measure's condition makes a count unknown, and an amount that
nobody gave makes a sum unknown: leaving either out would be to call it zero.  So each part of a
condition that can be unknown is counted too, and only where that count is nought is there a value.
Columns that an item requires are never unknown and cost nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huoshui.entities.ops.settlement import NEWEST_FIRST
from huoshui.entities.sql import day
from huoshui.indicators.periods import Span
from huoshui.kernel.sql import quoted
from huoshui.policy.schema import Indicator, Item, Measure


@dataclass(frozen=True)
class Ask:
    """An indicator's measure, its item, the day, and the condition as SQL."""

    indicator: Indicator
    measure: Measure
    item: Item
    asof: dt.date
    preferred: str  # the order of reports of one state, the one that holds first
    condition: str | None = None
    condition_columns: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Name the relation that holds the item's settled facts."""
        return f"settled_{self.item.id}"

    @property
    def column(self) -> str:
        """Name the column that is read, quoted."""
        assert self.measure.column is not None, f"{self.indicator.id} reads no column"
        return quoted(self.measure.column)

    @property
    def counts(self) -> bool:
        """Say whether no fact means zero or no, as far as the register is complete."""
        counting = self.measure.aggregate in ("any", "count", "count_distinct", "sum")
        return counting or self.measure.op == "active_months"

    def is_sure(self, column: str | None) -> bool:
        """Say whether a column is never null."""
        if column is None or column in ("true_from", "batch", "feed"):
            return True
        found = self.item.columns.get(column)
        return found is not None and found.required

    @property
    def condition_is_sure(self) -> bool:
        """Say whether the condition is always true or false."""
        return all(map(self.is_sure, self.condition_columns))

    def eligible(self, scope: str) -> str:
        """Write: the fact is in scope and meets the condition, or may."""
        if self.condition is None:
            return scope
        if self.condition_is_sure:
            return f"{scope} AND ({self.condition})"
        return f"{scope} AND coalesce(({self.condition}), TRUE)"

    def hit(self, scope: str) -> str:
        """Write: the fact is in scope and meets the condition."""
        return f"{scope} AND ({self.condition})" if self.condition else scope

    def doubt(self, *columns: str | None) -> str | None:
        """Write: an eligible fact's condition or a column is unknown; None where that cannot be."""
        doubts = [f"{quoted(c)} IS NULL" for c in columns if c is not None and not self.is_sure(c)]
        if self.condition is not None and not self.condition_is_sure:
            doubts.insert(0, f"({self.condition}) IS NULL")
        return f"({' OR '.join(doubts)})" if doubts else None

    def unless_in_doubt(self, scope: str, value: str, *columns: str | None) -> str:
        """Write an aggregate that is null where an eligible fact leaves it open."""
        doubt = self.doubt(*columns)
        if doubt is None:
            return value
        doubtful = f"count(*) FILTER (WHERE {self.eligible(scope)} AND {doubt})"
        return f"CASE WHEN {doubtful} = 0 THEN {value} END"

    def shown(self) -> tuple[str, ...]:
        """Give the columns that a trace shows: the key, what is read, what the condition reads."""
        read = (self.measure.column, self.measure.by, *self.condition_columns)
        wanted = [*self.item.key, *(c for c in read if c is not None)]
        return tuple(dict.fromkeys(wanted))


@dataclass(frozen=True)
class Flat:
    """An aggregate over the facts of an entity, and the columns it needs worked out beforehand."""

    value: str
    read: str  # the facts that it reads
    prepared: tuple[tuple[str, str], ...] = ()  # name, SQL


@dataclass(frozen=True)
class Grouped:
    """A value that needs sums by part first: the sums, and a value from `{sums}` for an entity."""

    sums: str
    value: str  # SELECT entity, ... AS value FROM {sums} ...


LAST_WORD = "is_last_word"
"""A column that operations may read: no later state of the same thing is known on the day."""


def last_word(item: Item, preferred: str) -> str:
    """Write whether a fact is the latest state of what it tells of.

    An item whose key holds `true_from` reports one thing again and again (a loan each month), and
    each report ends the one before; where feeds report it, the believed one has the last word.
    """
    if "true_from" not in item.key:
        return "TRUE"
    rest = "".join(f", {quoted(c)}" for c in item.key if c != "true_from")
    return f"row_number() OVER (PARTITION BY entity{rest} ORDER BY {preferred}) = 1"


def in_force(asof: dt.date) -> str:
    """Write: the fact holds on the day."""
    return f"{LAST_WORD} AND (true_until IS NULL OR true_until >= {day(asof)})"


def within(span: Span) -> str:
    """Write: the fact became true within the span."""
    return f"true_from > {day(span.after)} AND true_from <= {day(span.until)}"


def contributing(ask: Ask, scope: str, *, believed_only: bool = False) -> str:
    """Give the facts of `{facts}` that an operation reads: all, newest first, or the believed."""
    columns = ", ".join(quoted(c) for c in ask.shown())
    order = f"{ask.preferred} LIMIT 1" if believed_only else NEWEST_FIRST
    return f"""
SELECT feed, source_file, source_row, batch, true_from AS holds_from, true_until AS holds_until,
  {columns}
FROM {{facts}} WHERE {scope if believed_only else ask.eligible(scope)}
ORDER BY {order}"""
