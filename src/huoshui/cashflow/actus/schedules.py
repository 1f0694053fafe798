"""The dates of each kind of event, by contract type, before business days are looked at."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

from huoshui.cashflow.actus.observed import Observed
from huoshui.cashflow.actus.steps import Kind
from huoshui.cashflow.actus.terms import TermRefusal, Terms, day_of
from huoshui.cashflow.cycles import Cycle, dates
from huoshui.cashflow.daycount import year_fraction

_LEVEL = ("NAM", "ANN")
_CALLS = ("MD", "PR")


@dataclass(frozen=True)
class Draft:
    """An event as agreed: when, what, and whether it moves to a business day."""

    time: dt.datetime
    kind: Kind
    shifts: bool = True
    amount: float = 0.0


def maturity(terms: Terms, observed: Observed, until: dt.datetime | None) -> dt.datetime:
    """Give the day on which what is left of the principal falls due."""
    if terms.matures_on is not None:
        return terms.matures_on
    if terms.type == "CLM":
        return _called(terms, observed, until)
    if terms.type in _LEVEL and terms.amortized_on is not None:
        return terms.amortized_on
    if terms.type == "LAX":
        return _array_maturity(terms)
    if terms.type not in ("LAM", *_LEVEL):
        raise TermRefusal.MISSING.refuse(type=terms.type, attribute="maturityDate")
    return _repaid(terms)


def drafts(terms: Terms, end: dt.datetime) -> list[Draft]:
    """Lay out the events of every type but LAX."""
    found = [*_exchanges(terms, end), *_cyclic(terms, end), *_resets(terms, end)]
    if terms.type in ("LAM", *_LEVEL):
        times = redemptions(terms, end, with_end=False)
        found += [Draft(time, Kind.PR, amount=math.nan) for time in times]
    if terms.type == "CLM":
        return found + _call_money_interest(terms, end)
    interest = _level_interest(terms, end) if terms.type in _LEVEL else _interest(terms, end)
    found += _capitalized(terms, interest, end)
    if terms.type == "ANN":
        found += _fixings(terms, [each.time for each in found if each.kind in (Kind.RR, Kind.RRF)])
    return found


def array_drafts(terms: Terms, end: dt.datetime) -> list[Draft]:
    """Lay out the events of an exotic amortizer: one schedule after another, each its own way.

    Payments stand at the events themselves: the official cases have no fixing events for them.
    """
    found = [*_exchanges(terms, end), *_cyclic(terms, end)]
    _even(terms, "arrayNextPrincipalRedemptionPayment", terms.principal_payments)
    _even(terms, "arrayIncreaseDecrease", terms.principal_ways)
    for n, times in enumerate(
        _stretches(terms, terms.principal_anchors, terms.principal_cycles, end)
    ):
        kind = Kind.PR if terms.principal_ways[n] == "DEC" else Kind.PI
        found += [Draft(time, kind, amount=terms.principal_payments[n]) for time in times]
    found += _capitalized(terms, list(interest_dates(terms, end)), end)
    if not terms.reset_anchors:
        return found + _resets(terms, end)
    resets = []
    for n, times in enumerate(_stretches(terms, terms.reset_anchors, terms.reset_cycles, end)):
        kind = Kind.RRF if terms.reset_ways[n] == "F" else Kind.RR
        resets += [Draft(time, kind, amount=terms.reset_rates[n]) for time in times]
    return found + _first_fixed(terms, resets)


def redemptions(terms: Terms, end: dt.datetime, *, with_end: bool) -> tuple[dt.datetime, ...]:
    """Give the dates on which principal is repaid."""
    start = _anchor(terms, terms.redemption_anchor, terms.redemption_cycle)
    if start is None:
        raise TermRefusal.MISSING.refuse(
            type=terms.type, attribute="cycleAnchorDateOfPrincipalRedemption"
        )
    return _dates(terms, start, terms.redemption_cycle, end, with_end=with_end)


def interest_dates(terms: Terms, end: dt.datetime) -> tuple[dt.datetime, ...]:
    """Give the dates on which interest is paid or capitalised."""
    if terms.type == "LAX" and terms.interest_anchors:
        found = {end}
        for times in _stretches(terms, terms.interest_anchors, terms.interest_cycles, end):
            found |= set(times)
        return tuple(sorted(found))
    return tuple(_level_interest(terms, end) if terms.type in _LEVEL else _interest(terms, end))


def fee_dates(terms: Terms, end: dt.datetime) -> tuple[dt.datetime, ...]:
    """Give the dates on which a fee is paid."""
    if not terms.fee_rate or (terms.fee_cycle is None and terms.fee_anchor is None):
        return ()
    start = _anchor(terms, terms.fee_anchor, terms.fee_cycle)
    return _dates(terms, start, terms.fee_cycle, end, with_end=True)


def _dates(
    terms: Terms,
    start: dt.datetime | None,
    cycle: Cycle | None,
    end: dt.datetime,
    *,
    with_end: bool,
) -> tuple[dt.datetime, ...]:
    return dates(start, cycle, end, month_end=terms.month_end, with_end=with_end)


def _anchor(terms: Terms, given: dt.datetime | None, cycle: Cycle | None) -> dt.datetime | None:
    """Give where a schedule begins: as agreed, or one period after the exchange (or purchase)."""
    if given is not None or cycle is None:
        return given
    start = terms.exchange_on or terms.purchase_on or terms.status_on
    return cycle.after(start, 1)


def _exchanges(terms: Terms, end: dt.datetime) -> Iterator[Draft]:
    """Yield what happens once: exchange, maturity, purchase, termination; none of it moves."""
    exchange = terms.need("initialExchangeDate", terms.exchange_on)
    yield Draft(exchange, Kind.IED, shifts=False)
    yield Draft(end, Kind.MD, shifts=False)
    if terms.purchase_on is not None:
        yield Draft(terms.purchase_on, Kind.PRD, shifts=False)
    if terms.termination_on is not None:
        yield Draft(terms.termination_on, Kind.TD, shifts=False)


def _cyclic(terms: Terms, end: dt.datetime) -> Iterator[Draft]:
    """Yield fees, index revisions, fixings of the interest base, and foreseen prepayments."""
    for time in fee_dates(terms, end):
        yield Draft(time, Kind.FP, shifts=time != end)
    if "I" in terms.scaling_effect or "N" in terms.scaling_effect:
        start = _anchor(terms, terms.scaling_anchor, terms.scaling_cycle)
        for time in _dates(terms, start, terms.scaling_cycle, end, with_end=False):
            yield Draft(time, Kind.SC)
    if terms.base == "NTL":
        start = _anchor(terms, terms.base_anchor, terms.base_cycle)
        for time in _dates(terms, start, terms.base_cycle, end, with_end=False):
            yield Draft(time, Kind.IPCB)
    if terms.prepayment_effect != "N" and terms.prepayment_object is not None:
        start = _anchor(terms, terms.option_anchor, terms.option_cycle)
        for time in _dates(terms, start, terms.option_cycle, end, with_end=False):
            yield Draft(time, Kind.PP)
            if terms.penalty_type != "O":
                yield Draft(time, Kind.PY)


def _resets(terms: Terms, end: dt.datetime) -> list[Draft]:
    start = _anchor(terms, terms.rate_reset_anchor, terms.rate_reset_cycle)
    if start is None:
        return []
    times = _dates(terms, start, terms.rate_reset_cycle, end, with_end=False)
    return _first_fixed(terms, [Draft(time, Kind.RR) for time in times])


def _first_fixed(terms: Terms, resets: list[Draft]) -> list[Draft]:
    """Make the first reset after the status date one whose rate is already known."""
    coming = [each for each in resets if each.time > terms.status_on]
    if terms.next_rate is None or not coming:
        return resets
    first = min(coming, key=lambda each: each.time)
    known = Draft(first.time, Kind.RRF, amount=terms.next_rate)
    return [known if each is first else each for each in resets]


def _interest(terms: Terms, end: dt.datetime) -> list[dt.datetime]:
    if terms.rate is None:
        return []
    start = _anchor(terms, terms.interest_anchor, terms.interest_cycle)
    if start is None:  # no schedule: what accrues is paid at the end
        return [end] if terms.rate or terms.rate_reset_anchor or terms.rate_reset_cycle else []
    return list(_dates(terms, start, terms.interest_cycle, end, with_end=True))


def _level_interest(terms: Terms, end: dt.datetime) -> list[dt.datetime]:
    """Give interest dates where one level payment holds both: with the principal, and before it.

    The interest schedule of its own runs until one period before the first redemption.
    """
    with_principal = redemptions(terms, end, with_end=True)
    start = _anchor(terms, terms.interest_anchor, terms.interest_cycle)
    if start is None or (start, terms.interest_cycle) == (
        terms.redemption_anchor,
        terms.redemption_cycle,
    ):
        return list(with_principal)
    first, cycle = with_principal[0], terms.redemption_cycle
    before = first if cycle is None else cycle.after(first, -1)
    own: tuple[dt.datetime, ...] = (before,) if start == before else ()
    if start < before:
        own = _dates(terms, start, terms.interest_cycle, before, with_end=True)
    return sorted({*own, *with_principal})


def _capitalized(terms: Terms, times: list[dt.datetime], end: dt.datetime) -> Iterator[Draft]:
    """Yield interest payments; until the capitalisation ends they are added to the principal."""
    until = terms.capitalized_until
    if until is not None:
        times = sorted({*times, until})
    for time in times:
        kind = Kind.IPCI if until is not None and time <= until else Kind.IP
        yield Draft(time, kind, shifts=time != end)


def _call_money_interest(terms: Terms, end: dt.datetime) -> list[Draft]:
    """Interest of a call money is added to it by its cycle, and paid when it is called."""
    found = [Draft(end, Kind.IP, shifts=False)] if terms.rate is not None else []
    if terms.interest_cycle is None:
        return found
    start = _anchor(terms, terms.interest_anchor, terms.interest_cycle)
    times = _dates(terms, start, terms.interest_cycle, end, with_end=False)
    return found + [Draft(time, Kind.IPCI) for time in times]


def _fixings(terms: Terms, resets: list[dt.datetime]) -> list[Draft]:
    """Give when an annuity's payment is fixed: a day before the first one, and at every reset."""
    found = [Draft(time, Kind.PRF) for time in resets]
    first = _anchor(terms, terms.redemption_anchor, terms.redemption_cycle)
    if terms.payment is None and first is not None:
        time = first - dt.timedelta(days=1)
        if terms.exchange_on is not None and time >= terms.exchange_on:
            found.append(Draft(time, Kind.PRF))
    return found


def _stretches(
    terms: Terms,
    anchors: tuple[dt.datetime, ...],
    cycles: tuple[Cycle, ...],
    end: dt.datetime,
) -> Iterator[tuple[dt.datetime, ...]]:
    """Yield the dates of each part of an array schedule, which ends where the next begins."""
    for n, start in enumerate(anchors):
        until = anchors[n + 1] if n + 1 < len(anchors) else end
        cycle = cycles[min(n, len(cycles) - 1)] if cycles else None
        yield _dates(terms, start, cycle, until, with_end=False)


def _even(terms: Terms, attribute: str, given: tuple[object, ...]) -> None:
    expected = len(terms.principal_anchors)
    if len(given) != expected:
        raise TermRefusal.UNEVEN.refuse(attribute=attribute, count=len(given), expected=expected)


def _called(terms: Terms, observed: Observed, until: dt.datetime | None) -> dt.datetime:
    """Give when call money is repaid: after the notice of the last call, else at the horizon."""
    calls = [
        event.time
        if event.type in _CALLS or terms.notice is None
        else terms.notice.after(event.time, 1)
        for event in observed.of(terms.contract_id)
        if event.type not in ("CE", "CD")
    ]
    if calls:
        return max(calls)
    found: dt.datetime = terms.need("maturityDate", until)
    return found


def _repaid(terms: Terms) -> dt.datetime:
    """Give when payments of a stated amount have repaid the principal."""
    cycle: Cycle = terms.need("cycleOfPrincipalRedemption", terms.redemption_cycle)
    payment: float = terms.need("nextPrincipalRedemptionPayment", terms.payment)
    notional: float = terms.need("notionalPrincipal", terms.notional)
    start = _anchor(terms, terms.redemption_anchor, cycle)
    assert start is not None, "a cycle gives an anchor"
    last, is_coming = start, True
    if start < terms.status_on:
        passed = _dates(terms, start, cycle, terms.status_on, with_end=False)
        last, is_coming = passed[-1], False
    if terms.type in _LEVEL:
        year = year_fraction(day_of(last), day_of(cycle.after(last, 1)), terms.day_count)
        payment -= notional * float(year) * (terms.rate or 0.0)
    if payment <= 0:
        raise TermRefusal.NEVER_REPAID.refuse(payment=terms.payment)
    periods = math.ceil(notional / payment) - (1 if is_coming else 0)
    far = cycle.after(last, periods + 2)
    return _dates(terms, last, cycle, far, with_end=False)[periods]


def _array_maturity(terms: Terms) -> dt.datetime:
    """Walk an exotic amortizer's payments until nothing of its principal is left."""
    left: float = terms.need("notionalPrincipal", terms.notional)
    years = dt.timedelta(days=365 * 200)
    horizon = (terms.exchange_on or terms.status_on) + years
    anchors, cycles = terms.principal_anchors, terms.principal_cycles
    for n, times in enumerate(_stretches(terms, anchors, cycles, horizon)):
        if left <= 0 or terms.principal_payments[n] <= 0:
            break
        way = -1 if terms.principal_ways[n] == "DEC" else 1
        for time in times:
            left += way * terms.principal_payments[n]
            if left <= 0:
                return time
    raise TermRefusal.NEVER_REPAID.refuse(payment=terms.principal_payments)
