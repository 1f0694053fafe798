"""Schedules of many loans at once, the same to the fen as laying each by itself.

Loans whose dates and rules are alike form one shape: its periods are laid once, and principals and
rates run through them as columns of integers.  Interest is rounded without losing a digit: the
quotient is guessed in doubles and put right by its remainder in whole numbers.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huoshui.cashflow.calendar import Calendar
from huoshui.cashflow.daycount import Floats, year_fraction
from huoshui.cashflow.loans import (
    LoanTerms,
    Method,
    Period,
    faults,
    level_payment,
    periods,
)
from huoshui.cashflow.rates import (
    NO_RATES,
    Fixed,
    Floating,
    Pricing,
    Rates,
    Reset,
    resets_between,
)
from huoshui.kernel.errors import Refused

Whole = NDArray[np.int64]

UNITS = 10**8
"""A rate is counted in hundred-millionths: eight decimal places."""

SHAPE = (
    "drawn_on",
    "matures_on",
    "method",
    "day_count",
    "cycle",
    "pay_day",
    "business_days",
    "interest_free_days",
    "reference",
    "reset",
)
"""Columns in which loans of one shape are alike."""

COLUMNS = pa.schema(
    [
        ("principal_fen", pa.int64()),
        ("drawn_on", pa.date32()),
        ("matures_on", pa.date32()),
        ("method", pa.string()),
        ("day_count", pa.string()),
        ("cycle", pa.int32()),  # months; null: as is usual for the method
        ("pay_day", pa.int32()),
        ("business_days", pa.string()),
        ("interest_free_days", pa.int32()),
        ("reference", pa.string()),  # null: the rate is fixed
        ("reset", pa.string()),
        ("rate", pa.decimal128(12, 8)),  # a year; with a reference, what is added to it
    ]
)
"""What a table of loans holds; a stepped plan fits no column, and is laid by itself."""

LAID = pa.schema(
    [
        ("loan", pa.int64()),  # row of the table given
        ("n", pa.int32()),
        ("period_from", pa.date32()),
        ("period_until", pa.date32()),
        ("due_on", pa.date32()),
        ("principal_fen", pa.int64()),
        ("interest_fen", pa.int64()),
        ("opening_fen", pa.int64()),
        ("closing_fen", pa.int64()),
        ("annual_rate", pa.decimal128(12, 8)),
        ("is_provisional", pa.bool_()),
    ]
)
"""One row is an instalment."""


@dataclass(frozen=True)
class _Part:
    """A stretch of a period with one reference rate: units of rate, and part of a year."""

    base: int
    year: Fraction


@dataclass(frozen=True)
class _Span:
    """A period of a shape, with what its interest is counted from."""

    period: Period
    base: int  # units of the reference rate at its beginning; 0 where the rate is fixed
    parts: tuple[_Part, ...]
    whole: float  # part of a year at one rate, as a level payment takes it


def schedules(
    table: pa.Table, *, rates: Rates = NO_RATES, calendar: Calendar | None = None
) -> pa.Table:
    """Lay the instalments of every loan of a table, in its order."""
    laid: list[Mapping[str, NDArray[Any]]] = []
    for terms, rows, principal, margin in _shapes(table, calendar):
        laid.extend(_laid(terms, rows, principal, margin, rates, calendar))
    if not laid:
        return LAID.empty_table()
    columns = {name: np.concatenate([part[name] for part in laid]) for name in LAID.names}
    order = np.lexsort((columns["n"], columns["loan"]))
    return pa.table(
        {name: _arrow(name, column[order]) for name, column in columns.items()}, schema=LAID
    )


def terms_of(row: Mapping[str, Any], calendar: Calendar | None = None) -> LoanTerms:
    """Read one row of a table of loans."""
    rate = row["rate"]
    pricing: Pricing = Fixed(rate)
    if row["reference"] is not None:
        margin = rate * 10_000
        assert margin == int(margin), "a margin is a whole number of basis points"
        pricing = Floating(row["reference"], int(margin), Reset(row["reset"]))
    return LoanTerms(
        principal_fen=row["principal_fen"],
        drawn_on=row["drawn_on"],
        matures_on=row["matures_on"],
        method=Method(row["method"]),
        rate=pricing,
        day_count=row["day_count"],
        cycle=row["cycle"],
        pay_day=row["pay_day"],
        business_days=row["business_days"],
        calendar=calendar,
        interest_free_days=row["interest_free_days"],
    )


def _shapes(
    table: pa.Table, calendar: Calendar | None
) -> Iterator[tuple[LoanTerms, Whole, Whole, Whole]]:
    """Yield each shape with the rows of its loans, their principals and units of rate."""
    table = table.select(COLUMNS.names).cast(COLUMNS)
    numbered = table.append_column("row", pa.array(np.arange(table.num_rows)))
    principal = table["principal_fen"].to_numpy()
    margin = _units(table["rate"])
    shapes = numbered.group_by(list(SHAPE)).aggregate([("row", "list")])
    for shape in shapes.to_pylist():
        rows = np.array(shape.pop("row_list"), dtype=np.int64)
        largest = {"principal_fen": int(principal[rows].max()), "rate": Decimal(0)}
        terms = terms_of({**shape, **largest}, calendar)
        smallest = {"principal_fen": int(principal[rows].min()), "rate": Decimal(0)}
        Refused.raise_any(faults(terms_of({**shape, **smallest}, calendar), calendar))
        yield terms, rows, principal[rows], margin[rows]


def _units(column: pa.ChunkedArray) -> Whole:
    """Read decimals of eight places as whole units, without going through doubles."""
    coded = column.combine_chunks().dictionary_encode()
    words = np.array([int(each.scaleb(8)) for each in coded.dictionary.to_pylist()], dtype=np.int64)
    found: Whole = words[coded.indices.to_numpy()]
    return found


def _spans(terms: LoanTerms, rates: Rates, calendar: Calendar | None) -> list[_Span]:
    """Lay a shape's periods, and what their interest is counted from."""
    free = terms.drawn_on + dt.timedelta(days=terms.interest_free_days)
    found = []
    for period in periods(terms, calendar):
        begins = min(max(period.start, free), period.end)
        cuts = resets_between(terms.rate, terms.drawn_on, begins, period.end)
        parts = tuple(
            _Part(_base(terms, first, rates), year_fraction(first, last, terms.day_count))
            for first, last in pairwise([begins, *cuts, period.end])
            if first < last
        )
        whole = float(year_fraction(begins, period.end, terms.day_count))
        found.append(_Span(period, _base(terms, period.start, rates), parts, whole))
    return found


def _base(terms: LoanTerms, day: dt.date, rates: Rates) -> int:
    """Give the units of the reference rate on a day."""
    return 0 if isinstance(terms.rate, Fixed) else int(terms.annual_rate(day, rates).scaleb(8))


def _laid(
    terms: LoanTerms,
    rows: Whole,
    principal: Whole,
    margin: Whole,
    rates: Rates,
    calendar: Calendar | None,
) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Yield the instalments of a shape's loans, period by period."""
    spans = _spans(terms, rates, calendar)
    balance = principal.copy()
    level: Whole | None = None
    priced: int | None = None
    if terms.method == Method.LEVEL_PRINCIPAL:
        level = (2 * balance + len(spans)) // (2 * len(spans))
    for n, span in enumerate(spans):
        due = _interest(balance, margin, span.parts)
        if terms.method == Method.LEVEL_PAYMENT and span.base != priced:
            level, priced = _level(terms, spans[n:], balance, margin + span.base), span.base
        if n == len(spans) - 1:
            repaid = balance.copy()
        elif level is None:
            repaid = np.zeros_like(balance)
        else:
            agreed = level - due if terms.method == Method.LEVEL_PAYMENT else level
            repaid = np.minimum(np.maximum(agreed, 0), balance)
        owing = np.ones(len(rows), dtype=np.bool_) if n == 0 else balance > 0
        yield _rows(n, span, rows, owing, repaid, due, balance, margin)
        balance = balance - repaid


def _rows(
    n: int,
    span: _Span,
    rows: Whole,
    owing: NDArray[np.bool_],
    repaid: Whole,
    due: Whole,
    balance: Whole,
    margin: Whole,
) -> Mapping[str, NDArray[Any]]:
    count = int(owing.sum())
    period = span.period

    def days(day: dt.date) -> NDArray[Any]:
        return np.full(count, np.datetime64(day, "D"))

    return {
        "loan": rows[owing],
        "n": np.full(count, n + 1, dtype=np.int32),
        "period_from": days(period.start),
        "period_until": days(period.end),
        "due_on": days(period.due_on),
        "principal_fen": repaid[owing],
        "interest_fen": due[owing],
        "opening_fen": balance[owing],
        "closing_fen": (balance - repaid)[owing],
        "annual_rate": (margin + span.base)[owing],
        "is_provisional": np.full(count, period.is_provisional),
    }


def _interest(balance: Whole, margin: Whole, parts: Sequence[_Part]) -> Whole:
    """Give a period's interest, rounded half up, exactly."""
    common = math.lcm(*(part.year.denominator for part in parts)) if parts else 1
    factor = np.zeros_like(balance)
    for part in parts:
        weight = part.year.numerator * (common // part.year.denominator)
        factor += (margin + part.base) * weight
    return divided(balance, factor, UNITS * common)


def divided(balance: Whole, factor: Whole, divisor: int) -> Whole:
    """Give balance times factor over divisor, rounded half away from zero, exactly.

    The product may pass 64 bits.  Its quotient is guessed in doubles, at most one off; what is
    left of the product beside it is small, so that it is right even where both wrapped around.
    """
    assert divisor < 2**60, "a remainder must fit a word"
    size = np.abs(factor)
    guess = np.rint(balance * (size / divisor)).astype(np.int64)
    left = balance * size - guess * divisor
    guess += (2 * left >= divisor).astype(np.int64)
    guess -= (2 * left < -divisor).astype(np.int64)
    found: Whole = np.sign(factor) * guess
    return found


def _level(terms: LoanTerms, spans: Sequence[_Span], balance: Whole, units: Whole) -> Whole:
    """Give level payments: in doubles, and exactly for those that lie too near half a fen."""
    rate = units / UNITS
    grown: Floats = balance.astype(np.float64)
    paid: Floats = np.zeros(len(balance))
    for span in spans:
        factor = 1.0 + rate * span.whole
        grown, paid = grown * factor, paid * factor + 1.0
    payment = grown / paid
    found: Whole = np.floor(payment + 0.5).astype(np.int64)
    doubt = payment * len(spans) * 1e-14 + 1e-9
    near = np.abs(payment - np.floor(payment) - 0.5) < doubt
    for row in np.flatnonzero(near):
        annual = Decimal(int(units[row])).scaleb(-8)
        plain = [span.period for span in spans]
        found[row] = level_payment(terms, plain, int(balance[row]), annual)
    return found


def _arrow(name: str, column: NDArray[Any]) -> pa.Array:
    if name != "annual_rate":
        return pa.array(column, type=LAID.field(name).type)
    words, coded = np.unique(column, return_inverse=True)
    rates = pa.array([Decimal(int(each)).scaleb(-8) for each in words], pa.decimal128(12, 8))
    return rates.take(pa.array(coded))
