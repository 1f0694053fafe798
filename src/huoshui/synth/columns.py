"""Columns of a raw table before they are written: values with the way an office writes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FEN_PLACES = {"yuan": (1, 2), "wan_yuan": (10_000, 2), "fen": (1, 0)}
"""Unit -> what to divide fen by so that two decimals remain, and those decimals."""


class Column(Protocol):
    """Values that can be cut to some rows and written."""

    def take(self, rows: np.ndarray) -> Column:
        """Give the column cut to some rows."""
        ...

    def render(self) -> pa.Array:
        """Write the values as the office does."""
        ...


_C = TypeVar("_C", bound="Money | Day | Word | Plain | Numbered")


def _cut(column: _C, rows: np.ndarray) -> _C:
    held = {
        name: value[rows] for name, value in vars(column).items() if isinstance(value, np.ndarray)
    }
    return replace(column, **held)


def decimals(values: np.ndarray, places: int) -> pa.Array:
    """Make an Arrow decimal of whole numbers, the last `places` digits after the point."""
    words = np.column_stack([values.astype(np.int64), values.astype(np.int64) >> 63])
    return pa.Array.from_buffers(
        pa.decimal128(18, places), len(values), [None, pa.py_buffer(words.tobytes())]
    )


def _nulled(array: pa.Array, known: np.ndarray | None) -> pa.Array:
    return array if known is None else pc.if_else(pa.array(known), array, None)


@dataclass(frozen=True)
class Money:
    """Amounts, held in fen and written in the office's unit."""

    fen: np.ndarray
    unit: str = "yuan"
    known: np.ndarray | None = None
    typed: bool = False  # as a decimal rather than text
    foreign: np.ndarray | None = None  # which of them are in US dollars, written out

    def take(self, rows: np.ndarray) -> Money:
        """Give the column cut to some rows."""
        return _cut(self, rows)

    def render(self) -> pa.Array:
        """Write two decimals, or none for whole fen."""
        divisor, places = FEN_PLACES[self.unit]
        amounts = decimals(self.fen // divisor, places)
        if self.foreign is not None:
            text = amounts.cast(pa.string())
            dollars = pc.binary_join_element_wise(text, pa.scalar("万美元"), "")
            return _nulled(pc.if_else(pa.array(self.foreign), dollars, text), self.known)
        return _nulled(amounts if self.typed else amounts.cast(pa.string()), self.known)


@dataclass(frozen=True)
class Day:
    """Days, written in one of the usual styles."""

    days: np.ndarray  # datetime64[D], NaT where there is none
    style: str = "iso"  # iso slash compact chinese month year mixed date

    def take(self, rows: np.ndarray) -> Day:
        """Give the column cut to some rows."""
        return _cut(self, rows)

    def render(self) -> pa.Array:
        """Write the days in the style; `mixed` turns through three of them."""
        days = pa.array(self.days.astype("datetime64[D]"))
        if self.style == "date":
            return days
        if self.style == "mixed":
            turn = np.arange(len(days)) % 3
            styles = [_written(days, s) for s in ("iso", "slash", "compact")]
            return pc.choose(pa.array(turn), *styles)
        return _written(days, self.style)


_PATTERNS = {
    "slash": (r"^(\d{4})-0?(\d+)-0?(\d+)$", r"\1/\2/\3"),
    "compact": (r"-", ""),
    "chinese": (r"^(\d{4})-0?(\d+)-0?(\d+)$", r"\1年\2月\3日"),
    "month": (r"^(\d{4})-(\d{2}).*$", r"\1\2"),
    "year": (r"^(\d{4}).*$", r"\1"),
}


def _written(days: pa.Array, style: str) -> pa.Array:
    text = days.cast(pa.string())
    if style == "iso":
        return text
    pattern, to = _PATTERNS[style]
    return pc.replace_substring_regex(text, pattern, to)


@dataclass(frozen=True)
class Word:
    """Words of a short list, by position; -1 is a blank."""

    at: np.ndarray
    words: tuple[str, ...]

    def take(self, rows: np.ndarray) -> Word:
        """Give the column cut to some rows."""
        return _cut(self, rows)

    def render(self) -> pa.Array:
        """Write the words."""
        at = pa.array(np.maximum(self.at, 0), mask=self.at < 0)
        return pa.array(self.words).take(at)


@dataclass(frozen=True)
class Plain:
    """Text or numbers written as they are; `places` gives whole numbers a decimal point."""

    values: np.ndarray
    known: np.ndarray | None = None
    places: int = 0
    typed: bool = False

    def take(self, rows: np.ndarray) -> Plain:
        """Give the column cut to some rows."""
        return _cut(self, rows)

    def render(self) -> pa.Array:
        """Write the values."""
        if self.places:
            array = decimals(self.values, self.places)
        else:
            text = self.values.dtype.kind in "OU"
            array = pa.array(self.values, pa.string() if text else None)
        if not self.typed:
            array = array.cast(pa.string())
        return _nulled(array, self.known)


@dataclass(frozen=True)
class Numbered:
    """Running numbers behind one of a few prefixes."""

    values: np.ndarray
    prefixes: tuple[str, ...]
    at: np.ndarray  # which prefix each has
    width: int = 8

    def take(self, rows: np.ndarray) -> Numbered:
        """Give the column cut to some rows."""
        return _cut(self, rows)

    def render(self) -> pa.Array:
        """Write the numbers with noughts in front."""
        digits = pc.utf8_lpad(pa.array(self.values).cast(pa.string()), self.width, "0")
        prefixes = pa.array(self.prefixes, pa.string()).take(pa.array(self.at))
        return pc.binary_join_element_wise(prefixes, digits, "")

    def shifted(self, by: int) -> Numbered:
        """Give the same behind other numbers, so that no two parts of a city share one."""
        return replace(self, values=self.values + by)


def _known(column: Money | Plain, count: int) -> np.ndarray:
    return np.ones(count, bool) if column.known is None else column.known


def behind(first: Column, more: Column | None, count: int) -> Column:
    """Put the values of more rows behind a column's own, blanks where there is nothing more."""
    assert more is None or type(more) is type(first)
    if isinstance(first, Day):
        days = more.days if isinstance(more, Day) else np.full(count, np.datetime64("NaT", "D"))
        return replace(first, days=np.concatenate([first.days, days]))
    if isinstance(first, Word):
        if not isinstance(more, Word):
            return replace(first, at=np.concatenate([first.at, np.full(count, -1)]))
        shifted = np.where(more.at < 0, -1, more.at + len(first.words))
        return Word(np.concatenate([first.at, shifted]), (*first.words, *more.words))
    if isinstance(first, Numbered):
        assert isinstance(more, Numbered)
        return Numbered(
            np.concatenate([first.values, more.values]),
            (*first.prefixes, *more.prefixes),
            np.concatenate([first.at, more.at + len(first.prefixes)]),
            first.width,
        )
    if isinstance(first, Money):
        fen, known = np.zeros(count, np.int64), np.zeros(count, bool)
        if isinstance(more, Money):
            fen, known = more.fen, _known(more, count)
        known = np.concatenate([_known(first, len(first.fen)), known])
        return replace(first, fen=np.concatenate([first.fen, fen]), known=known)
    assert isinstance(first, Plain)
    values, known = np.zeros(count, first.values.dtype), np.zeros(count, bool)
    if isinstance(more, Plain):
        values, known = more.values, _known(more, count)
    known = np.concatenate([_known(first, len(first.values)), known])
    return replace(first, values=np.concatenate([first.values, values]), known=known)


def word(rng: np.random.Generator, count: int, shares: dict[str, float]) -> Word:
    """Draw words by their shares."""
    weights = np.array(list(shares.values()))
    return Word(rng.choice(len(weights), count, p=weights / weights.sum()), tuple(shares))


def numbered(prefix: str, values: np.ndarray, width: int = 8) -> Numbered:
    """Write running numbers behind a prefix."""
    return Numbered(values, (prefix,), np.zeros(len(values), np.int64), width)
