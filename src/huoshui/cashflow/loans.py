"""Schedules of the loans that Chinese banks make: what is repaid when, to the fen.

Interest is exact until it is posted: a schedule rounds each instalment's interest half up to a fen,
and the last instalment repays whatever principal is left, so that principals always sum to the
principal.  Interest counts the first day of a period and not the last (算头不算尾).

>>> terms = LoanTerms(
...     principal_fen=12_000_000, drawn_on=dt.date(2026, 1, 20), matures_on=dt.date(2027, 1, 20),
...     method=Method.LEVEL_PAYMENT, rate=Fixed(Decimal("0.06")), day_count="months_and_days")
>>> first, *_, last = schedule(terms)
>>> first.principal_fen + first.interest_fen, last.principal_fen + last.interest_fen
(1032797, 1032799)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from huoshui.cashflow.businessday import counts_to_moved
from huoshui.cashflow.calendar import Calendar
from huoshui.cashflow.daycount import CONVENTIONS, year_fraction
from huoshui.cashflow.rates import NO_RATES, Fixed, Pricing, Rates, rate_on, resets_between
from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.kernel.period import add_months

_DAY = dt.timedelta(days=1)


class LoanRefusal(Refusal):
    """Why a schedule cannot be laid, the weightiest first."""

    NO_PRINCIPAL = (
        "A principal of {fen} fen cannot be lent.",
        "Give a principal above zero.",
        "本金 {fen} 分不成贷款。",
        "请给出大于零的本金。",
    )
    ENDS_FIRST = (
        "The loan matures on {matures}, not after it is drawn on {drawn}.",
        "Give a day of maturity after the day of the draw.",
        "贷款 {matures} 到期，不晚于放款日 {drawn}。",
        "到期日须晚于放款日。",
    )
    NO_DAY_COUNT = (
        "There is no day count {day_count}.",
        "Name one of: {known}.",
        "没有计息天数规则“{day_count}”。",
        "请从中选择：{known}。",
    )
    NO_PLAN = (
        "A stepped loan needs a plan whose sums make {principal} fen; they make {sum}.",
        "Give the days and sums on which the whole principal is repaid.",
        "分期计划须合计 {principal} 分，现合计 {sum} 分。",
        "请给出归还全部本金的日期和金额。",
    )
    PLAN_OUTSIDE = (
        "The plan repays on {day}, which is not after the draw and by the maturity.",
        "Move that step to a day after {drawn} and not after {matures}.",
        "计划在 {day} 还本，不在放款日之后、到期日之前。",
        "请把该期改到 {drawn} 之后、{matures} 之前（含当日）。",
    )
    NO_CALENDAR = (
        "Moving due days by {convention} needs a calendar.",
        "Give the calendar, or take the convention NULL.",
        "按 {convention} 顺延到期日需要工作日历。",
        "请给出日历，或选择不顺延（NULL）。",
    )
    BAD_PAY_DAY = (
        "{day} is no day of a month to pay on.",
        "Give a day from 1 to 31, or none.",
        "{day} 不是每月的还款日。",
        "请给出 1 至 31，或不填。",
    )


class Method(StrEnum):
    """How principal and interest are repaid."""

    LEVEL_PAYMENT = "level_payment"  # 等额本息
    LEVEL_PRINCIPAL = "level_principal"  # 等额本金
    INTEREST_FIRST = "interest_first"  # 先息后本, by the month
    QUARTERLY_INTEREST = "quarterly_interest"  # 按季付息到期还本
    AT_MATURITY = "at_maturity"  # 到期一次还本付息
    ON_DEMAND = "on_demand"  # 随借随还
    STEPPED = "stepped"  # 按计划还本

    @property
    def usual_cycle(self) -> int | None:
        """The months between two payments where a contract says nothing; None: one payment."""
        usual = {Method.AT_MATURITY: None, Method.ON_DEMAND: None, Method.QUARTERLY_INTEREST: 3}
        return usual.get(self, 1)


@dataclass(frozen=True, kw_only=True)
class LoanTerms:
    """What a loan's schedule follows from."""

    principal_fen: int
    drawn_on: dt.date
    matures_on: dt.date
    method: Method
    rate: Pricing
    day_count: str = "A360"
    cycle: int | None = None  # months between payments; None: as is usual for the method
    pay_day: int | None = None  # day of the month; None: that of the draw
    first_due_on: dt.date | None = None  # no payment before it; None: the first day that comes
    business_days: str = "NULL"  # convention by which a due day moves
    calendar: Calendar | None = None
    interest_free_days: int = 0  # from the draw on
    plan: tuple[tuple[dt.date, int], ...] = ()  # of a stepped loan: day and fen
    rate_from: dt.date | None = None  # the draw that resets count from, where this is a remainder

    @property
    def months(self) -> int | None:
        """The months between two payments; None: everything is paid at once."""
        return self.method.usual_cycle if self.cycle is None else self.cycle or None

    def annual_rate(self, day: dt.date, rates: Rates) -> Decimal:
        """Give the rate in force on a day."""
        return rate_on(self.rate, self.rate_from or self.drawn_on, day, rates)


@dataclass(frozen=True)
class Instalment:
    """What falls due on one day, and what is owed before and after it."""

    n: int
    period_from: dt.date
    period_until: dt.date  # half-open
    due_on: dt.date
    principal_fen: int
    interest_fen: int
    opening_fen: int
    closing_fen: int
    annual_rate: Decimal  # at the beginning of the period
    is_provisional: bool = False  # due in a year whose holidays are not announced

    @property
    def payment_fen(self) -> int:
        """What is paid in all."""
        return self.principal_fen + self.interest_fen


@dataclass(frozen=True)
class Period:
    """The days that an instalment's interest runs, and when it is due."""

    start: dt.date
    end: dt.date
    due_on: dt.date
    is_provisional: bool = False


def interest(
    balance_fen: int, annual_rate: Decimal, start: dt.date, end: dt.date, day_count: str
) -> Fraction:
    """Give the exact interest of a balance in fen, from one day to another, the last left out."""
    return Fraction(annual_rate) * balance_fen * year_fraction(start, end, day_count)


def rounded(fen: Fraction) -> int:
    """Round to a fen, half up (away from zero)."""
    whole = (2 * abs(fen.numerator) + fen.denominator) // (2 * fen.denominator)
    return whole if fen >= 0 else -whole


def schedule(
    terms: LoanTerms, *, rates: Rates = NO_RATES, calendar: Calendar | None = None
) -> tuple[Instalment, ...]:
    """Lay a loan's instalments, or raise `Refused` with what keeps them from being laid."""
    calendar = calendar or terms.calendar
    Refused.raise_any(faults(terms, calendar))
    return walk(terms, periods(terms, calendar), terms.principal_fen, rates)


def periods(terms: LoanTerms, calendar: Calendar | None = None) -> list[Period]:
    """Divide a loan's life into the periods between its payments."""
    begins = terms.first_due_on or terms.drawn_on
    agreed = [day for day in _due_days(terms) if day >= begins or day == terms.matures_on]
    to_moved = counts_to_moved(terms.business_days)
    found: list[Period] = []
    start = terms.drawn_on
    for day in agreed:
        due = calendar.shifted(day, terms.business_days) if calendar else day
        end = due if to_moved else day
        if end <= start and day != agreed[-1]:
            continue  # moved onto the day before it: one payment
        is_guess = calendar is not None and not calendar.knows(due)
        found.append(Period(start, end, due, is_guess and terms.business_days != "NULL"))
        start = end
    return found


def growth(terms: LoanTerms, start: dt.date, end: dt.date, rates: Rates) -> Fraction:
    """Give the interest on one fen over a period, in which the rate may be reset."""
    begins = max(start, terms.drawn_on + terms.interest_free_days * _DAY)
    if begins >= end:
        return Fraction(0)
    resets = resets_between(terms.rate, terms.rate_from or terms.drawn_on, begins, end)
    if not resets:  # the most frequent by far, and a sum of fractions costs as much as they do
        return interest(1, terms.annual_rate(begins, rates), begins, end, terms.day_count)
    days = [begins, *resets, end]
    parts = (
        interest(1, terms.annual_rate(first, rates), first, last, terms.day_count)
        for first, last in pairwise(days)
    )
    return sum(parts, Fraction(0))


def walk(
    terms: LoanTerms,
    spans: Sequence[Period],
    balance_fen: int,
    rates: Rates,
    *,
    fixed_fen: int | None = None,
    first: int = 1,
) -> tuple[Instalment, ...]:
    """Lay instalments over periods for a balance.

    `fixed_fen` keeps the sum of each instalment (or its principal, where that is level) as it
    was, so that a smaller balance ends sooner.
    """
    found: list[Instalment] = []
    level: int | None = fixed_fen
    priced: Decimal | None = None
    for n, span in enumerate(spans):
        if balance_fen == 0 and found:
            break
        rate = terms.annual_rate(span.start, rates)
        due = rounded(balance_fen * growth(terms, span.start, span.end, rates))
        if fixed_fen is None and terms.method == Method.LEVEL_PAYMENT and rate != priced:
            level, priced = level_payment(terms, spans[n:], balance_fen, rate), rate
        if fixed_fen is None and level is None and terms.method == Method.LEVEL_PRINCIPAL:
            level = rounded(Fraction(balance_fen, len(spans)))
        is_last = n == len(spans) - 1
        repaid = balance_fen if is_last else _principal(terms, span, balance_fen, due, level)
        found.append(
            Instalment(
                n=first + n,
                period_from=span.start,
                period_until=span.end,
                due_on=span.due_on,
                principal_fen=repaid,
                interest_fen=due,
                opening_fen=balance_fen,
                closing_fen=balance_fen - repaid,
                annual_rate=rate,
                is_provisional=span.is_provisional,
            )
        )
        balance_fen -= repaid
    return tuple(found)


def _principal(
    terms: LoanTerms, span: Period, balance_fen: int, interest_fen: int, level: int | None
) -> int:
    """Give the principal of an instalment that is not the last, within what is owed."""
    if terms.method == Method.STEPPED:
        agreed = sum(fen for day, fen in terms.plan if span.start < day <= span.end)
    elif level is None:
        agreed = 0
    elif terms.method == Method.LEVEL_PAYMENT:
        agreed = level - interest_fen
    else:
        agreed = level
    return min(max(agreed, 0), balance_fen)


def level_payment(
    terms: LoanTerms, spans: Sequence[Period], balance_fen: int, rate: Decimal
) -> int:
    """Give the level payment over periods, as if the rate of the first held for all."""
    grown, paid = Fraction(balance_fen), Fraction(0)
    for span in spans:
        begins = max(span.start, terms.drawn_on + terms.interest_free_days * _DAY)
        part = interest(1, rate, min(begins, span.end), span.end, terms.day_count)
        grown, paid = grown * (1 + part), paid * (1 + part) + 1
    return rounded(grown / paid)


def _due_days(terms: LoanTerms) -> Iterator[dt.date]:
    """Yield the days agreed for payment, the maturity last."""
    if terms.months is not None:
        yield from _cyclic_days(terms, terms.months)
    elif terms.method == Method.STEPPED:
        yield from sorted({day for day, _ in terms.plan if day < terms.matures_on})
    yield terms.matures_on


def _cyclic_days(terms: LoanTerms, months: int) -> Iterator[dt.date]:
    """Yield payment days before the maturity, and the steps of a plan among them.

    By the draw's own day they are counted from it.  With an agreed day of the month they fall in
    months that the cycle divides the year into: by quarters, in March, June, September, December.
    """
    days = {day for day, _ in terms.plan if day < terms.matures_on}
    if terms.pay_day is None:
        count = 1
        while (day := add_months(terms.drawn_on, months * count)) < terms.matures_on:
            days.add(day)
            count += 1
    else:
        first = dt.date(terms.drawn_on.year, 1, 31) if months <= 12 else terms.drawn_on
        first = add_months(first, (months - 1) % 12) if months <= 12 else first
        count = 0
        while (day := _on(add_months(first, months * count), terms.pay_day)) < terms.matures_on:
            if day > terms.drawn_on:
                days.add(day)
            count += 1
    yield from sorted(days)


def _on(month: dt.date, day: int) -> dt.date:
    """Give a day of a month, or the month's last where it has no such day."""
    return add_months(month.replace(month=1, day=day), month.month - 1)


def faults(terms: LoanTerms, calendar: Calendar | None) -> Iterator[Problem]:
    """Yield what keeps a schedule from being laid, the weightiest first."""
    if terms.principal_fen <= 0:
        yield LoanRefusal.NO_PRINCIPAL.problem(fen=terms.principal_fen)
    if terms.matures_on <= terms.drawn_on:
        yield LoanRefusal.ENDS_FIRST.problem(matures=terms.matures_on, drawn=terms.drawn_on)
    if terms.day_count not in CONVENTIONS:
        yield LoanRefusal.NO_DAY_COUNT.problem(
            day_count=terms.day_count, known=", ".join(CONVENTIONS)
        )
    if terms.business_days != "NULL" and calendar is None:
        yield LoanRefusal.NO_CALENDAR.problem(convention=terms.business_days)
    if terms.pay_day is not None and not 1 <= terms.pay_day <= 31:
        yield LoanRefusal.BAD_PAY_DAY.problem(day=terms.pay_day)
    if terms.method == Method.STEPPED:
        total = sum(fen for _, fen in terms.plan)
        if total != terms.principal_fen or any(fen <= 0 for _, fen in terms.plan):
            yield LoanRefusal.NO_PLAN.problem(principal=terms.principal_fen, sum=total)
    for day, _ in terms.plan:
        if not terms.drawn_on < day <= terms.matures_on:
            yield LoanRefusal.PLAN_OUTSIDE.problem(
                day=day, drawn=terms.drawn_on, matures=terms.matures_on
            )


__all__ = [
    "Fixed",
    "Instalment",
    "LoanRefusal",
    "LoanTerms",
    "Method",
    "Period",
    "faults",
    "growth",
    "interest",
    "level_payment",
    "periods",
    "rounded",
    "schedule",
    "walk",
]
