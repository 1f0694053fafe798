"""Rows handed to the offices that keep them, each written as the office's feed says it is read.

A lot is rows of one item under the item's own headings.  An office takes the rows of its area,
its kind of subjects and its words, and writes them under its own headings and units; so what an
office's table looks like stands in one place, its feed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from huoshui.policy.schema import Feed
from huoshui.synth.columns import Column, Day, Money, Numbered, Plain, Word
from huoshui.synth.population import Region, stream
from huoshui.synth.rawtable import RawTable

DAY_STYLES = ("iso", "slash", "compact", "chinese")
_FORMS = {"yyyymm": "month", "yyyy": "year"}


@dataclass(frozen=True)
class Office:
    """An office that keeps a part of what is told of an item."""

    feed: str
    lots: tuple[str, ...]  # whose rows it takes from
    areas: tuple[str, ...] = ()  # codes of districts; of all where none is given
    kinds: tuple[str, ...] = ()  # kinds of subjects; of all where none is given
    share: float = 1.0  # of the subjects left by offices before it, as if by chance


def as_item(table: RawTable, feed: Feed) -> RawTable:
    """Put a table under the headings and words of its item."""
    columns: dict[str, Column] = {}
    headings: dict[str, str] = {}
    for name, read in feed.columns.items():
        if read.source is None:
            columns[name] = Word(np.zeros(len(table), np.int64), (str(read.value),))
            continue
        headings.setdefault(read.source, name)
        column = table.columns[read.source]
        if read.map and isinstance(column, Word):
            column = Word(column.at, tuple(read.map.get(w, w) for w in column.words))
        columns[name] = column
    return replace(
        table,
        columns=columns,
        restated=tuple(headings[h] for h in table.restated),
        optional=tuple(headings[h] for h in table.optional if h in headings),
        words=tuple(headings[h] for h in table.words),
        marks={(k, headings.get(h, h)): rows for (k, h), rows in table.marks.items()},
    )


def as_office(lot: RawTable, feed: Feed) -> RawTable:
    """Write a lot's rows as the feed says that its office does."""
    typed = feed.source.format == "parquet"
    style = DAY_STYLES[zlib.crc32(feed.id.encode()) % len(DAY_STYLES)]
    columns: dict[str, Column] = {}
    headings: dict[str, str] = {}
    for name, read in feed.columns.items():
        if read.source is None:
            continue
        headings[name] = read.source
        column = lot.columns[name]
        if isinstance(column, Money):
            column = replace(column, unit=read.unit or column.unit, typed=typed, foreign=None)
        elif isinstance(column, Day):
            column = replace(column, style=_FORMS.get(read.form or "", style))
        elif isinstance(column, Word) and read.map:
            spoken = {word: raw for raw, word in read.map.items()}
            column = replace(column, words=tuple(spoken.get(w, w) for w in column.words))
        elif isinstance(column, Plain) and column.values.dtype.kind not in "OU":
            column = replace(column, typed=typed)
        columns[read.source] = column
    return replace(
        lot,
        feed=feed.id,
        columns=columns,
        code=feed.subject.code,
        name=feed.subject.name,
        format=feed.source.format,
        restated=tuple(headings[n] for n in lot.restated if n in headings),
        optional=tuple(headings[n] for n in lot.optional if n in headings),
        words=tuple(headings[n] for n in lot.words if n in headings),
        marks={(k, headings.get(n, "")): rows for (k, n), rows in lot.marks.items()},
    )


def parted(
    region: Region,
    lot: RawTable,
    name: str,
    offices: Iterable[Office],
    feeds: Mapping[str, Feed],
) -> Iterator[tuple[RawTable | None, np.ndarray]]:
    """Give each office's part of a lot, and at last the rows that nobody took."""
    free = np.ones(len(lot), bool)
    for office in offices:
        taken = np.flatnonzero(free & _claimed(region, lot, name, office, feeds[office.feed]))
        free[taken] = False
        if len(taken):
            yield as_office(lot.take(taken), feeds[office.feed]), taken
    yield None, np.flatnonzero(free)


def _claimed(region: Region, lot: RawTable, name: str, office: Office, feed: Feed) -> np.ndarray:
    """Say which rows an office takes: those of its own that its feed has words for."""
    people = region.subjects
    mine = np.ones(len(people), bool)
    if office.areas:
        mine &= np.isin(people.district, office.areas)
    if office.kinds:
        mine &= np.isin(people.kind, office.kinds)
    if office.share < 1:
        mine &= stream(region.seed, f"{name} {office.feed}").random(len(people)) < office.share
    rows = mine[lot.who]
    for column, read in feed.columns.items():
        held = lot.columns.get(column)
        if not isinstance(held, Word):
            continue
        said = {read.value} if read.source is None else set(read.map.values()) if read.map else None
        if said is not None:
            known = np.array([w in said for w in held.words])
            # A blank is no word that the office lacks, unless it keeps but one.
            blank = read.source is not None
            rows &= np.where(held.at < 0, blank, known[np.maximum(held.at, 0)])
    return rows


def numbered_apart(table: RawTable, by: int) -> RawTable:
    """Shift running numbers, so that no two neighbourhoods give the same."""
    if not by:
        return table
    columns = {h: c.shifted(by) if isinstance(c, Numbered) else c for h, c in table.columns.items()}
    return replace(table, columns=columns)
