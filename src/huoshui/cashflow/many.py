"""Schedules of many loans at once, the same to the fen as laying each by itself.

Loans whose dates and rules are alike form one shape, whose periods are laid once; the nth payments
of all loans are then taken together, as columns of integers.  Interest is rounded without losing a
digit: the quotient is guessed in doubles and put right by its remainder in whole numbers.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
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
class _Shapes:
    """The periods of every shape, a row a shape and a column a period; short rows end in zeros.

    A period's interest on a balance is balance times (units times `weight` plus `fixed`) over
    `divisor`, where units are those of the loan's own rate.
    """

    count: Whole  # periods of each shape
    weight: Whole
    fixed: Whole  # of the reference rate
    divisor: Whole
    base: Whole  # units of the reference rate at the period's beginning
    year: Floats  # part of a year at one rate, as a level payment takes it
    start: NDArray[Any]
    end: NDArray[Any]
    due: NDArray[Any]
    is_provisional: NDArray[np.bool_]
    terms: Sequence[LoanTerms]
    spans: Sequence[Sequence[Period]]


@dataclass
class _Loans:
    """Loans that repay by one method, a row a loan."""

    row: Whole  # of the table given
    shape: Whole
    principal: Whole
    units: Whole  # of the rate, or of what is added to the reference rate


def schedules(
    table: pa.Table, *, rates: Rates = NO_RATES, calendar: Calendar | None = None
) -> pa.Table:
    """Lay the instalments of every loan of a table, in its order."""
    shapes, loans = _read(table, rates, calendar)
    laid = [part for method, group in loans.items() for part in _laid(method, group, shapes)]
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


def _read(
    table: pa.Table, rates: Rates, calendar: Calendar | None
) -> tuple[_Shapes, dict[Method, _Loans]]:
    """Lay the periods of every shape in a table, and sort its loans by method."""
    table = table.select(COLUMNS.names).cast(COLUMNS)
    principal, units = table["principal_fen"].to_numpy(), _units(table["rate"])
    numbered = table.append_column("row", pa.array(np.arange(table.num_rows)))
    grouped = numbered.group_by(list(SHAPE)).aggregate([("row", "list")])
    members = [np.array(rows, dtype=np.int64) for rows in grouped["row_list"].to_pylist()]
    terms = []
    for said, rows in zip(grouped.select(list(SHAPE)).to_pylist(), members, strict=True):
        smallest = {"principal_fen": int(principal[rows].min()), "rate": Decimal(0)}
        terms.append(terms_of({**said, **smallest}, calendar))
        Refused.raise_any(faults(terms[-1], calendar))
    shape = np.zeros(table.num_rows, dtype=np.int64)
    for n, rows in enumerate(members):
        shape[rows] = n
    methods = np.array([each.method.value for each in terms], dtype=object)
    found = {}
    for method in sorted(set(methods)):
        rows = np.flatnonzero(methods[shape] == method)
        found[Method(method)] = _Loans(rows, shape[rows], principal[rows], units[rows])
    return _shapes(terms, rates, calendar), found


def _shapes(terms: Sequence[LoanTerms], rates: Rates, calendar: Calendar | None) -> _Shapes:
    spans = [periods(each, calendar) for each in terms]
    size = len(spans), max(map(len, spans), default=0)
    whole = {name: np.zeros(size, dtype=np.int64) for name in ("weight", "fixed", "base")}
    divisor, year = np.ones(size, dtype=np.int64), np.zeros(size)
    days = {name: np.zeros(size, dtype="datetime64[D]") for name in ("start", "end", "due")}
    guessed = np.zeros(size, dtype=np.bool_)
    for row, (each, laid) in enumerate(zip(terms, spans, strict=True)):
        for n, span in enumerate(laid):
            place = row, n
            weight, fixed, divisor[place], year[place] = _counted(each, span, rates)
            whole["weight"][place], whole["fixed"][place] = weight, fixed
            whole["base"][place] = _base(each, span.start, rates)
            days["start"][place], days["end"][place] = span.start, span.end
            days["due"][place], guessed[place] = span.due_on, span.is_provisional
    count = np.array([len(laid) for laid in spans], dtype=np.int64)
    return _Shapes(
        count=count,
        **whole,
        divisor=divisor,
        year=year,
        **days,
        is_provisional=guessed,
        terms=terms,
        spans=spans,
    )


def _counted(terms: LoanTerms, span: Period, rates: Rates) -> tuple[int, int, int, float]:
    """Give a period's weight, what the reference rate adds, its divisor, and its part of a year."""
    free = terms.drawn_on + dt.timedelta(days=terms.interest_free_days)
    begins = min(max(span.start, free), span.end)
    cuts = resets_between(terms.rate, terms.drawn_on, begins, span.end)
    parts = [
        (_base(terms, first, rates), _year(first, last, terms.day_count))
        for first, last in pairwise([begins, *cuts, span.end])
        if first < last
    ]
    common = math.lcm(*(year.denominator for _, year in parts)) if parts else 1
    weights = [year.numerator * (common // year.denominator) for _, year in parts]
    fixed = sum(base * weight for (base, _), weight in zip(parts, weights, strict=True))
    whole = float(_year(begins, span.end, terms.day_count))
    return sum(weights), fixed, UNITS * common, whole


@lru_cache(maxsize=65536)
def _year(start: dt.date, end: dt.date, day_count: str) -> Fraction:
    return year_fraction(start, end, day_count)


def _units(column: pa.ChunkedArray) -> Whole:
    """Read decimals of eight places as whole units, without going through doubles."""
    coded = column.combine_chunks().dictionary_encode()
    words = np.array([int(each.scaleb(8)) for each in coded.dictionary.to_pylist()], dtype=np.int64)
    found: Whole = words[coded.indices.to_numpy()]
    return found


def _base(terms: LoanTerms, day: dt.date, rates: Rates) -> int:
    """Give the units of the reference rate on a day."""
    return 0 if isinstance(terms.rate, Fixed) else int(terms.annual_rate(day, rates).scaleb(8))


def _laid(method: Method, loans: _Loans, shapes: _Shapes) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Yield the instalments of loans, their nth payments together."""
    balance = loans.principal.copy()
    count = shapes.count[loans.shape]
    level = np.zeros_like(balance)
    priced = np.full(len(balance), -1, dtype=np.int64)
    if method == Method.LEVEL_PRINCIPAL:
        level = (2 * balance + count) // (2 * count)
    for n in range(int(count.max(initial=0))):
        is_running = (n < count) & ((balance > 0) | (n == 0))
        here = np.flatnonzero(is_running)
        shape, owed = loans.shape[here], balance[here]
        weight, fixed = shapes.weight[shape, n], shapes.fixed[shape, n]
        factor = loans.units[here] * weight + fixed
        due = divided(owed, factor, shapes.divisor[shape, n])
        if method == Method.LEVEL_PAYMENT:
            anew = here[shapes.base[shape, n] != priced[here]]
            level[anew] = _level(loans, anew, balance[anew], shapes, n)
            priced[anew] = shapes.base[loans.shape[anew], n]
            agreed = level[here] - due
        else:
            agreed = level[here]
        agreed = np.minimum(np.maximum(agreed, 0), owed)
        repaid = np.where(n == count[here] - 1, owed, agreed)
        yield {
            "loan": loans.row[here],
            "n": np.full(len(here), n + 1, dtype=np.int32),
            "period_from": shapes.start[shape, n],
            "period_until": shapes.end[shape, n],
            "due_on": shapes.due[shape, n],
            "principal_fen": repaid,
            "interest_fen": due,
            "opening_fen": owed,
            "closing_fen": owed - repaid,
            "annual_rate": loans.units[here] + shapes.base[shape, n],
            "is_provisional": shapes.is_provisional[shape, n],
        }
        balance[here] = owed - repaid


def divided(balance: Whole, factor: Whole, divisor: Whole) -> Whole:
    """Give balance times factor over divisor, rounded half away from zero, exactly.

    The product may pass 64 bits.  Its quotient is guessed in doubles, at most one off; what is
    left of the product beside it is small, so that it is right even where both wrapped around.
    """
    assert int(divisor.max(initial=1)) < 2**60, "a remainder must fit a word"
    size = np.abs(factor)
    guess = np.rint(balance * (size / divisor)).astype(np.int64)
    left = balance * size - guess * divisor
    guess += (2 * left >= divisor).astype(np.int64)
    guess -= (2 * left < -divisor).astype(np.int64)
    found: Whole = np.sign(factor) * guess
    return found


def _level(loans: _Loans, rows: Whole, balance: Whole, shapes: _Shapes, first: int) -> Whole:
    """Give level payments: in doubles, and exactly for those that lie too near half a fen."""
    shape = loans.shape[rows]
    units = loans.units[rows] + shapes.base[shape, first]
    rate = units / UNITS
    grown: Floats = balance.astype(np.float64)
    paid: Floats = np.zeros(len(balance))
    for n in range(first, int(shapes.count[shape].max(initial=0))):
        is_coming = n < shapes.count[shape]
        factor = 1.0 + rate * shapes.year[shape, n]  # beyond a shape's last period the year is 0
        grown, paid = grown * factor, np.where(is_coming, paid * factor + 1.0, paid)
    payment = grown / paid
    found: Whole = np.floor(payment + 0.5).astype(np.int64)
    doubt = payment * shapes.weight.shape[1] * 1e-14 + 1e-9
    near = np.abs(payment - np.floor(payment) - 0.5) < doubt
    for row in np.flatnonzero(near):
        spans = shapes.spans[shape[row]][first:]
        annual = Decimal(int(units[row])).scaleb(-8)
        found[row] = level_payment(shapes.terms[shape[row]], spans, int(balance[row]), annual)
    return found


def _arrow(name: str, column: NDArray[Any]) -> pa.Array:
    if name != "annual_rate":
        return pa.array(column, type=LAID.field(name).type)
    words, coded = np.unique(column, return_inverse=True)
    rates = pa.array([Decimal(int(each)).scaleb(-8) for each in words], pa.decimal128(12, 8))
    return rates.take(pa.array(coded))
