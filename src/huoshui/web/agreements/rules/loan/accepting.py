"""Whether an event may be taken into a loan's stream, and why not, before anything is written.

An event is judged on its own day, among the events of that day, and then by what it does to all
that was recorded after it: money that is more than everything owed is refused even where it was
owed on its day, for then the same debt was paid twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import singledispatch

from huoshui.cashflow.loans import Method, faults
from huoshui.kernel.errors import Problem
from huoshui.kernel.money import written
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event, standing
from huoshui.web.agreements.rules.loan.folding import fold, folded
from huoshui.web.agreements.rules.loan.refusals import LoanEventRefusal as No
from huoshui.web.agreements.rules.loan.state import LoanState

Found = Iterable[Problem]
_MONEY = (ev.Pay, ev.Prepay, ev.Recover)


def may_append(
    contract: Contract,
    events: Sequence[Event],
    event: Event,
    *,
    today: dt.date,
    classes: Collection[str] = (),
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Problem]:
    """Give the reasons why an event may not be taken, the weightiest first; none: it may."""
    problems = [*_of_form(contract, events, event, today)]
    if problems:
        return problems
    if isinstance(event.act, ev.Reverse):
        return [*_reversible(events, event.act)]
    if isinstance(event.act, ev.ConditionMet):
        return []
    earlier = [each for each in standing(events) if each.place < event.place]
    on = folded(contract, earlier, asof=event.on)
    if isinstance(event.act, ev.Draw):
        return [*_draw(contract, standing(events), event, labels or {})]
    problems = [*_of_time(on, event, classes)] or [*_of_deed(event.act, on)]
    if not problems and isinstance(event.act, (*_MONEY, ev.Renew)):
        problems = [*_paid_later(contract, events, event, today)]
    return problems


def _of_form(contract: Contract, events: Sequence[Event], event: Event, today: dt.date) -> Found:
    act = event.act
    amount = getattr(act, "amount_fen", None)
    currency = getattr(act, "currency", contract.currency)
    if currency != contract.currency:
        yield No.CURRENCY.problem(currency=currency, wanted=contract.currency)
    if amount is not None and amount <= 0:
        yield No.NOT_AN_AMOUNT.problem(amount=written(amount))
    if event.on > today:
        yield No.IN_THE_FUTURE.problem(on=event.on, today=today)
    receipt = getattr(act, "receipt", "")
    for each in standing(events):
        if receipt and getattr(each.act, "receipt", "") == receipt:
            yield No.SENT_TWICE.problem(receipt=receipt, n=each.n)


def _reversible(events: Sequence[Event], act: ev.Reverse) -> Found:
    named = next((each for each in events if each.n == act.event), None)
    why = None
    if named is None:
        why = "there is none of that number"
    elif isinstance(named.act, ev.Reverse):
        why = "it is itself a reversal"
    elif named not in standing(events):
        why = "it was reversed already"
    elif isinstance(named.act, ev.Draw) and any(
        isinstance(each.act, _MONEY) for each in standing(events)
    ):
        why = "payments stand on it"
    elif isinstance(named.act, ev.ConditionMet):
        why = "a condition that was met is not taken back"
    if why is not None:
        yield No.NOT_REVERSIBLE.problem(n=act.event, why=why)


def _draw(
    contract: Contract,
    all_standing: Sequence[Event],
    event: Event,
    labels: Mapping[str, Mapping[str, str]],
) -> Found:
    act = event.act
    assert isinstance(act, ev.Draw), "asked of draws only"
    drawn = next((each for each in all_standing if isinstance(each.act, ev.Draw)), None)
    if drawn is not None:
        yield No.DRAWN_TWICE.problem(drawn_on=drawn.on)
    met = {
        each.act.condition
        for each in all_standing
        if isinstance(each.act, ev.ConditionMet) and each.on <= event.on
    }
    if open_ := sorted(contract.conditions - met):
        yield No.CONDITIONS_OPEN.problem(
            on=event.on,
            conditions=", ".join(labels.get(code, {}).get("en", code) for code in open_),
            conditions_zh="、".join(labels.get(code, {}).get("zh", code) for code in open_),
        )
    if act.amount_fen > contract.amount_fen:
        yield No.ABOVE_AGREED.problem(
            amount=written(act.amount_fen), most=written(contract.amount_fen)
        )
    matures_on = act.matures_on or contract.matures_on
    if not event.on < matures_on <= contract.matures_on:
        yield No.OUT_OF_TERM.problem(on=matures_on, start=event.on, end=contract.matures_on)
    if not contract.signed_on <= event.on <= contract.draw_by:
        yield No.OUT_OF_TERM.problem(on=event.on, start=contract.signed_on, end=contract.draw_by)
    yield from _plan(contract, act, event.on, matures_on)


def _plan(contract: Contract, act: ev.Draw, on: dt.date, matures_on: dt.date) -> Found:
    """Judge the plan by which principal is repaid: whole, in order, and within the term."""
    planner = contract.planner
    days = [day for day, _ in act.plan]
    if planner.terms.method != Method.STEPPED:
        if act.plan:
            yield No.NO_PLAN_WANTED.problem(method=planner.terms.method)
    elif days != sorted(set(days)):
        yield No.PLAN_OUT_OF_ORDER.problem()
    elif on < matures_on:
        laid = planner.drawn(on, act.amount_fen, act.plan).agreed(None, matures_on)
        yield from faults(laid, planner.calendar)


def _of_time(on: LoanState, event: Event, classes: Collection[str]) -> Found:
    """Judge whether a loan that stands so on the day takes this kind of event at all."""
    act = event.act
    if isinstance(act, ev.Judge | ev.SetClass):
        if isinstance(act, ev.SetClass) and act.name not in classes:
            yield No.NO_CLASS.problem(name=act.name, names=", ".join(classes))
    elif on.drawn_on is None:
        yield No.BEFORE_DRAW.problem(on=event.on)
    elif on.standing == "written_off" and not isinstance(act, ev.Recover | ev.Refund):
        yield No.WRITTEN_OFF.problem(on=event.on)
    elif on.standing != "written_off" and isinstance(act, ev.Recover):
        yield No.NOT_WRITTEN_OFF.problem(on=event.on)
    elif on.standing == "closed" and not isinstance(act, ev.Refund | ev.Fee):
        yield No.CLOSED.problem(on=event.on)
    elif isinstance(act, ev.Extend | ev.Holiday) and event.on >= on.matures_on:
        yield No.MATURED.problem(matures_on=on.matures_on)


@singledispatch
def _of_deed(act: ev.Act, on: LoanState) -> Found:
    """Judge what the event itself says, on the state it meets."""
    return ()


@_of_deed.register
def _pay(act: ev.Pay, on: LoanState) -> Found:
    if act.amount_fen > on.payoff_fen:
        yield No.ABOVE_OWED.problem(
            amount=written(act.amount_fen), on=on.asof, owed=written(on.payoff_fen)
        )
    elif act.amount_fen > on.due_fen and not act.is_advance:
        yield No.ABOVE_DUE.problem(
            amount=written(act.amount_fen), on=on.asof, due=written(on.due_fen)
        )


@_of_deed.register
def _prepay(act: ev.Prepay, on: LoanState) -> Found:
    if act.amount_fen > on.payoff_fen:
        yield No.ABOVE_OWED.problem(
            amount=written(act.amount_fen), on=on.asof, owed=written(on.payoff_fen)
        )


@_of_deed.register
def _renew(act: ev.Renew, on: LoanState) -> Found:
    if act.amount_fen > on.principal_fen:
        yield No.ABOVE_OWED.problem(
            amount=written(act.amount_fen), on=on.asof, owed=written(on.principal_fen)
        )


@_of_deed.register
def _recover(act: ev.Recover, on: LoanState) -> Found:
    left = sum(on.written_off.values()) - sum(on.recovered.values())
    if act.amount_fen > left:
        yield No.ABOVE_OWED.problem(amount=written(act.amount_fen), on=on.asof, owed=written(left))


@_of_deed.register
def _refund(act: ev.Refund, on: LoanState) -> Found:
    if act.amount_fen > on.surplus_fen:
        yield No.NOTHING_OPEN.problem(open=written(on.surplus_fen), on=on.asof)


@_of_deed.register
def _waive(act: ev.Waive, on: LoanState) -> Found:
    open_fen = {
        "cost": on.cost_fen,
        "penalty": on.penalty_fen,
        "compound": on.compound_fen,
        "interest": on.interest_due_fen + on.running_fen,
    }[act.claim]
    if act.amount_fen > open_fen:
        yield No.NOTHING_OPEN.problem(open=written(open_fen), on=on.asof)


@_of_deed.register(ev.SetRate)
@_of_deed.register(ev.CutRate)
def _rate(act: ev.SetRate | ev.CutRate, on: LoanState) -> Found:
    present = on.annual_rate
    is_cut = isinstance(act, ev.CutRate)
    if act.annual_rate < 0 or (is_cut and present is not None and act.annual_rate >= present):
        yield No.RATE.problem(annual_rate=act.annual_rate, present=present)
    if act.until is not None and act.until <= on.asof:
        yield No.NOT_LATER.problem(until=act.until, than=on.asof)


@_of_deed.register
def _extend(act: ev.Extend, on: LoanState) -> Found:
    if act.matures_on <= on.matures_on:
        yield No.NOT_LATER.problem(until=act.matures_on, than=on.matures_on)
    if act.annual_rate is not None and act.annual_rate < 0:
        yield No.RATE.problem(annual_rate=act.annual_rate, present=on.annual_rate)


@_of_deed.register
def _holiday(act: ev.Holiday, on: LoanState) -> Found:
    matures_on = act.matures_on or on.matures_on
    if act.until <= on.asof:
        yield No.NOT_LATER.problem(until=act.until, than=on.asof)
    elif matures_on < on.matures_on:
        yield No.NOT_LATER.problem(until=matures_on, than=on.matures_on)
    elif act.until >= matures_on:
        yield No.RESTS_TO_THE_END.problem(until=act.until, matures_on=matures_on)


@_of_deed.register
def _stop(act: ev.StopAccrual, on: LoanState) -> Found:
    if not on.is_accruing:
        yield No.NO_CHANGE.problem(on=on.asof)


@_of_deed.register
def _resume(act: ev.ResumeAccrual, on: LoanState) -> Found:
    if on.is_accruing:
        yield No.NO_CHANGE.problem(on=on.asof)
    elif on.is_stopped_by_days:
        yield No.STOPPED_BY_DAYS.problem(days=on.overdue_days)


def _paid_later(contract: Contract, events: Sequence[Event], event: Event, today: dt.date) -> Found:
    """Refuse money that later payments, recorded already, have made more than is owed."""
    before = fold(contract, events, asof=today)
    after = fold(contract, [*events, event], asof=today)
    more = after.surplus_fen - before.surplus_fen
    is_advance = isinstance(event.act, ev.Pay) and event.act.is_advance
    over = min(after.surplus_fen, more) if not is_advance or after.standing == "closed" else 0
    if over > 0:
        yield No.PAID_LATER.problem(
            on=event.on, amount=written(getattr(event.act, "amount_fen", 0)), over=written(over)
        )
