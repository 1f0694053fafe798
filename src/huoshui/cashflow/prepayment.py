"""Paying principal back early: what interest goes with it, and the schedule that is left.

The interest of what is repaid is paid with it, for the days it was really lent (民法典 677); the
rest goes on.  The borrower chooses what becomes smaller: the instalments, or the term.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from huoshui.cashflow.calendar import Calendar
from huoshui.cashflow.loans import (
    Instalment,
    LoanTerms,
    Method,
    Period,
    growth,
    periods,
    rounded,
    schedule,
    walk,
)
from huoshui.cashflow.rates import NO_RATES, Rates
from huoshui.kernel.errors import Problem, Refusal, Refused


class PrepaymentRefusal(Refusal):
    """Why principal cannot be paid back early, the weightiest first."""

    OUTSIDE = (
        "{on} is not between the draw on {drawn} and the maturity on {matures}.",
        "Give a day on which the loan runs.",
        "{on} 不在放款日 {drawn} 与到期日 {matures} 之间。",
        "请给出贷款存续期内的日期。",
    )
    NOTHING = (
        "{fen} fen is nothing to pay back.",
        "Give a sum above zero.",
        "还款 {fen} 分无效。",
        "请给出大于零的金额。",
    )
    TOO_MUCH = (
        "{fen} fen is more than the {owed} fen that is owed on {on}.",
        "Pay back at most {owed} fen.",
        "{fen} 分超过 {on} 所欠本金 {owed} 分。",
        "最多归还 {owed} 分。",
    )


class Keep(StrEnum):
    """What stays as it was after an early repayment."""

    TERM = "term"  # 期限不变, 减少月供
    PAYMENT = "payment"  # 月供不变, 缩短期限


@dataclass(frozen=True)
class Prepaid:
    """What is paid early, and what is due after it."""

    on: dt.date
    principal_fen: int
    interest_fen: int  # of the principal paid back, since its period began
    remaining: tuple[Instalment, ...]

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left."""
        return not self.remaining


def prepaid(
    terms: LoanTerms,
    *,
    on: dt.date,
    principal_fen: int,
    keep: Keep,
    rates: Rates = NO_RATES,
    calendar: Calendar | None = None,
    laid: Sequence[Instalment] | None = None,
) -> Prepaid:
    """Pay principal back on a day, before what is due on it or after; refuse what cannot be.

    `laid` is the schedule in force, where an earlier repayment has already changed it.
    """
    found = tuple(laid) if laid is not None else schedule(terms, rates=rates, calendar=calendar)
    running = next((each for each in found if each.period_from <= on < each.period_until), None)
    Refused.raise_any(_faults(terms, running, on, principal_fen))
    assert running is not None, "a day outside is refused"
    span = Period(running.period_from, running.period_until, running.due_on)
    due = rounded(principal_fen * growth(terms, span.start, on, rates))
    left = running.opening_fen - principal_fen
    if left == 0:
        return Prepaid(on, principal_fen, due, ())
    spans = _spans(terms, found, running.n, calendar)
    fixed = _kept(terms, running) if keep == Keep.PAYMENT else None
    after = walk(
        _without_plan(terms, on, left), spans, left, rates, fixed_fen=fixed, first=running.n
    )
    return Prepaid(on, principal_fen, due, after)


def _spans(
    terms: LoanTerms, laid: Sequence[Instalment], first: int, calendar: Calendar | None
) -> list[Period]:
    """Give the running period and those after it, to the maturity as it was agreed."""
    known = [
        Period(each.period_from, each.period_until, each.due_on, each.is_provisional)
        for each in laid
        if each.n >= first
    ]
    later = periods(terms, calendar or terms.calendar)
    return known + [span for span in later if span.start >= known[-1].end]


def _kept(terms: LoanTerms, running: Instalment) -> int | None:
    """Give the sum that instalments keep, so that fewer of them are needed."""
    if terms.method == Method.LEVEL_PAYMENT:
        return running.payment_fen
    return running.principal_fen if terms.method == Method.LEVEL_PRINCIPAL else None


def _without_plan(terms: LoanTerms, on: dt.date, left_fen: int) -> LoanTerms:
    """Take what was paid early off the last steps of a plan."""
    if not terms.plan:
        return terms
    steps, room = [], left_fen
    for day, fen in sorted(terms.plan):
        if day <= on:
            continue
        taken = min(fen, room)
        room -= taken
        if taken:
            steps.append((day, taken))
    return replace(terms, plan=tuple(steps))


def _faults(terms: LoanTerms, running: Instalment | None, on: dt.date, fen: int) -> list[Problem]:
    if running is None:
        return [
            PrepaymentRefusal.OUTSIDE.problem(on=on, drawn=terms.drawn_on, matures=terms.matures_on)
        ]
    if fen <= 0:
        return [PrepaymentRefusal.NOTHING.problem(fen=fen)]
    if fen > running.opening_fen:
        return [PrepaymentRefusal.TOO_MUCH.problem(fen=fen, owed=running.opening_fen, on=on)]
    return []
