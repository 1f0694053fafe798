"""When each event of a contract falls: schedules, moved to business days and put in order.

A plan holds all that can be known before any state is computed: dates, days that interest counts
to, observed rates, and for an annuity the lengths of the periods still to come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from huoshui.cashflow.actus.observed import Observed
from huoshui.cashflow.actus.opening import accrued_since, first_payment, opening
from huoshui.cashflow.actus.schedules import Draft, array_drafts, drafts, maturity
from huoshui.cashflow.actus.steps import Kind, Opening, Step
from huoshui.cashflow.actus.terms import Terms, day_of
from huoshui.cashflow.businessday import counts_to_moved, moved
from huoshui.cashflow.cycles import on_day
from huoshui.cashflow.daycount import ordinal


@dataclass(frozen=True)
class Plan:
    """A contract made ready to be computed."""

    terms: Terms
    opening: Opening
    status_day: int
    maturity_day: int
    steps: tuple[Step, ...]


def plan(terms: Terms, observed: Observed, until: dt.datetime | None = None) -> Plan:
    """Lay out a contract's events from its status date to its end, or to `until`."""
    end = maturity(terms, observed, until)
    draft = array_drafts(terms, end) if terms.type == "LAX" else drafts(terms, end)
    raw = [*draft, *_befallen(terms, observed)]
    shown = sorted(
        ((_shown(terms, each), each) for each in raw),
        key=lambda pair: (pair[0], pair[1].kind),
    )
    kept = _within(terms, shown, until)
    days = [_counted(terms, each.time) for _, each in kept]
    fees = list(_fee_shares(terms, raw, days))
    steps = [
        _step(terms, observed, end, time, each, day, fee)
        for (time, each), day, fee in zip(kept, days, fees, strict=True)
    ]
    return Plan(
        terms=terms,
        opening=opening(terms, end),
        status_day=ordinal(_counted(terms, terms.status_on)),
        maturity_day=ordinal(day_of(end)),
        steps=tuple(_hidden_before_purchase(terms, steps)),
    )


def analysed(found: Plan, time: dt.datetime) -> Plan:
    """Cut a plan at a time and ask for the state there."""
    steps = [step for step in found.steps if step.time <= time]
    last = Step(time, ordinal(_counted(found.terms, time)), Kind.AD)
    return replace(found, steps=(*steps, last))


def _befallen(terms: Terms, observed: Observed) -> Iterator[Draft]:
    """Yield the events that no schedule foresees."""
    for event in observed.of(terms.contract_id) if terms.contract_id else ():
        if event.type in ("CE", "CD"):
            state = event.states.get("contractPerformance", "DF")
            yield Draft(event.time, Kind.CE, shifts=False, amount=float(state not in ("DF", "D")))
        elif event.type == "PP":
            yield Draft(event.time, Kind.PP, shifts=False, amount=terms.sign * event.value)
            if terms.penalty_type != "O":
                yield Draft(event.time, Kind.PY, shifts=False)


def _shown(terms: Terms, draft: Draft) -> dt.datetime:
    return _moved(terms, draft.time) if draft.shifts else draft.time


def _moved(terms: Terms, time: dt.datetime) -> dt.datetime:
    return on_day(moved(time.date(), terms.business_days, terms.calendar), time)


def _counted(terms: Terms, time: dt.datetime) -> dt.date:
    """Give the day that interest is counted to."""
    return day_of(_moved(terms, time) if counts_to_moved(terms.business_days) else time)


def _within(
    terms: Terms, shown: list[tuple[dt.datetime, Draft]], until: dt.datetime | None
) -> list[tuple[dt.datetime, Draft]]:
    """Keep what comes after the status date and not after the termination or `until`.

    What falls on the status date itself has already gone into the state.
    """
    kept = [(time, each) for time, each in shown if time > terms.status_on]
    if terms.termination_on is not None:
        last = (terms.termination_on, Kind.TD)
        kept = [(time, each) for time, each in kept if (time, each.kind) <= last]
    return [(time, each) for time, each in kept if until is None or time <= until]


def _step(
    terms: Terms,
    observed: Observed,
    end: dt.datetime,
    time: dt.datetime,
    draft: Draft,
    day: dt.date,
    fee_share: float,
) -> Step:
    return Step(
        time=time,
        day=ordinal(day),
        kind=draft.kind,
        value=_VALUES.get(draft.kind, _amount)(terms, observed, draft),
        fee_share=fee_share,
        exchange=exchange_rate(terms, observed, draft.time),
        ladder=first_payment(terms, end, draft.time, day) if draft.kind == Kind.PRF else (),
    )


def _hidden_before_purchase(terms: Terms, steps: list[Step]) -> Iterator[Step]:
    """Hide what came before the contract was bought: it is computed, but is not the buyer's."""
    bought = (terms.purchase_on, Kind.PRD)
    for step in steps:
        is_earlier = terms.purchase_on is not None and (step.time, step.kind) < bought
        yield replace(step, is_shown=False) if is_earlier else step


def _fee_shares(terms: Terms, raw: list[Draft], days: list[dt.date]) -> Iterator[float]:
    """Yield which part of its fee period passed before each step, where the fee is one sum."""
    if terms.fee_rate is None or terms.fee_basis != "A":
        yield from (0.0 for _ in days)
        return
    ends = sorted({_counted(terms, each.time) for each in raw if each.kind == Kind.FP})
    began = _counted(terms, terms.exchange_on or terms.status_on)
    before = _counted(terms, terms.status_on)
    for day in days:
        opened = max((each for each in ends if each < day), default=began)
        closes = min((each for each in ends if each >= day), default=day)
        yield accrued_since(terms, max(before, opened), day, opened, closes)
        before = day


def _amount(_: Terms, __: Observed, draft: Draft) -> float:
    return draft.amount


def _reset_rate(terms: Terms, observed: Observed, draft: Draft) -> float:
    seen = observed.value(terms.rate_reset_object, draft.time)
    return seen * terms.rate_multiplier + terms.rate_spread + draft.amount


def _index(terms: Terms, observed: Observed, draft: Draft) -> float:
    """Give the index over its value at the deal: the official cases divide, and subtract no one."""
    return observed.value(terms.scaling_object, draft.time) / terms.scaling_index


def _prepaid(terms: Terms, observed: Observed, draft: Draft) -> float:
    if draft.amount:
        return draft.amount
    return terms.sign * observed.value(terms.prepayment_object, draft.time)


def _penalty(terms: Terms, observed: Observed, draft: Draft) -> float:
    if terms.penalty_type != "I":
        return terms.penalty_rate
    return observed.value(terms.rate_reset_object, draft.time)


_VALUES: dict[Kind, Callable[[Terms, Observed, Draft], float]] = {
    Kind.RR: _reset_rate,
    Kind.SC: _index,
    Kind.PP: _prepaid,
    Kind.PY: _penalty,
}


def exchange_rate(terms: Terms, observed: Observed, time: dt.datetime) -> float:
    """Give what one unit of the contract's currency is in the currency it settles in."""
    ours, theirs = terms.currency, terms.settlement_currency
    if theirs is None or theirs == ours:
        return 1.0
    if f"{ours}/{theirs}" in observed.series or f"{theirs}/{ours}" not in observed.series:
        return observed.value(f"{ours}/{theirs}", time)
    return 1.0 / observed.value(f"{theirs}/{ours}", time)
