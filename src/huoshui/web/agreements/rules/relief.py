"""What a relief would change, for the borrower, the bank and the pool, before anybody agrees to it.

An extension, a renewal, a lower rate or a payment holiday is tried on the loan's own stream: both
futures are folded as if every instalment were paid on its day, and compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Act, Event
from huoshui.web.agreements.rules.loan.folding import fold

YEAR_DAYS = 365
_NEVER_LATE = 1_000_000  # days of grace: a preview asks what falls due, not what is late


@dataclass(frozen=True)
class Flow:
    """What the borrower pays on a day."""

    on: dt.date
    principal_fen: int
    interest_fen: int

    @property
    def amount_fen(self) -> int:
        """Both together."""
        return self.principal_fen + self.interest_fen


@dataclass(frozen=True)
class Future:
    """A loan's payments after a day, and what they come to for each side."""

    flows: tuple[Flow, ...]
    paid_fen: int  # by the borrower in all
    within_year_fen: int  # of it, in the year that begins
    interest_fen: int  # what the bank earns
    value_fen: int  # of all payments on the day, at the contract rate
    ends_on: dt.date | None  # the last payment: so long the pool stands by
    exposure_fen_days: int  # principal times the days it is out: what the pool's risk grows with


@dataclass(frozen=True)
class Effect:
    """The loan with and without the relief; a difference above nothing is more with it."""

    without: Future
    relieved: Future

    @property
    def paid_more_fen(self) -> int:
        """What the borrower pays more in all."""
        return self.relieved.paid_fen - self.without.paid_fen

    @property
    def eased_fen(self) -> int:
        """What the borrower need not find within the year that begins."""
        return self.without.within_year_fen - self.relieved.within_year_fen

    @property
    def earned_more_fen(self) -> int:
        """What the bank earns more in all."""
        return self.relieved.interest_fen - self.without.interest_fen

    @property
    def value_more_fen(self) -> int:
        """What the claim is worth more to the bank, at the contract rate."""
        return self.relieved.value_fen - self.without.value_fen

    @property
    def longer_days(self) -> int:
        """How much longer the pool stands by."""
        if self.without.ends_on is None or self.relieved.ends_on is None:
            return 0
        return (self.relieved.ends_on - self.without.ends_on).days

    @property
    def exposed_more_fen_days(self) -> int:
        """How much more principal times days the pool stands by for."""
        return self.relieved.exposure_fen_days - self.without.exposure_fen_days


def effect(
    contract: Contract,
    events: Sequence[Event],
    act: Act,
    *,
    on: dt.date,
    renewed_until: dt.date | None = None,
) -> Effect:
    """Compare the loan's future with and without a relief that begins on a day.

    A renewal settles this loan by another; `renewed_until` is when that one matures, at this
    loan's rate and with interest by the month, so that the two futures are of one debt.
    """
    rate = fold(contract, events, asof=on).annual_rate or Decimal(0)
    number = max((each.n for each in events), default=0) + 1
    tried = [*events, Event(number, on, act)]
    relieved = _flows(contract, tried, on)
    if renewed_until is not None:
        relieved = _joined(relieved, _renewed(contract, tried, on, renewed_until))
    return Effect(
        without=_future(_flows(contract, events, on), on, rate),
        relieved=_future(relieved, on, rate),
    )


def _flows(contract: Contract, events: Sequence[Event], on: dt.date) -> tuple[Flow, ...]:
    """Give what falls due after a day, if everything is paid as it does."""
    patient = replace(contract, grace_days=_NEVER_LATE)
    now = fold(patient, events, asof=on)
    if not now.coming:
        return ()
    then = fold(patient, events, asof=max(each.period_until for each in now.coming))
    had = len(now.fallen)
    return tuple(
        Flow(each.due_on, each.principal_fen, each.interest_fen) for each in then.fallen[had:]
    )


def _renewed(
    contract: Contract, events: Sequence[Event], on: dt.date, until: dt.date
) -> tuple[Flow, ...]:
    """Give what the renewing loan pays for the principal that it took over."""
    amount_fen = fold(contract, events, asof=on).renewed_fen
    planner = contract.planner.drawn(on, amount_fen)
    laid = planner.plan(principal_fen=amount_fen, start=on, matures_on=until, annual_rate=None)
    return tuple(Flow(each.due_on, each.principal_fen, each.interest_fen) for each in laid)


def _joined(some: tuple[Flow, ...], other: tuple[Flow, ...]) -> tuple[Flow, ...]:
    days = sorted({each.on for each in (*some, *other)})
    return tuple(
        Flow(
            day,
            sum(each.principal_fen for each in (*some, *other) if each.on == day),
            sum(each.interest_fen for each in (*some, *other) if each.on == day),
        )
        for day in days
    )


def _future(flows: tuple[Flow, ...], on: dt.date, annual_rate: Decimal) -> Future:
    a_year = on + dt.timedelta(YEAR_DAYS)
    return Future(
        flows=flows,
        paid_fen=sum(each.amount_fen for each in flows),
        within_year_fen=sum(each.amount_fen for each in flows if each.on <= a_year),
        interest_fen=sum(each.interest_fen for each in flows),
        value_fen=_value(flows, on, annual_rate),
        ends_on=max((each.on for each in flows), default=None),
        exposure_fen_days=sum(each.principal_fen * (each.on - on).days for each in flows),
    )


def _value(flows: Sequence[Flow], on: dt.date, annual_rate: Decimal) -> int:
    """Discount payments by years of 365 days, compounded at the rate."""
    total = Decimal(0)
    for each in flows:
        years = Decimal((each.on - on).days) / YEAR_DAYS
        total += each.amount_fen / (1 + annual_rate) ** years
    return int(total.quantize(Decimal(1), ROUND_HALF_UP))
