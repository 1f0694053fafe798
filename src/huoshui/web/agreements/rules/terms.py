"""The terms of a loan as they are fixed in its agreement: read from the packs once, never again.

What is kept is plain JSON in the event that made the agreement, so that a loan folds the same
whatever the packs come to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from huoshui.cashflow.calendar import Calendar
from huoshui.cashflow.loans import LoanTerms, Method
from huoshui.cashflow.rates import NO_RATES, Fixed, Floating, Pricing, Rates, Reset
from huoshui.kernel.period import add_months
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Lending
from huoshui.policy.schema.parts import Dated
from huoshui.web.agreements.rules.loan.contract import Contract, Order, orders_of
from huoshui.web.agreements.rules.loan.planning import Planner

BP = Decimal(10_000)


def lending_of(pack: Pack, offering: str) -> Lending | None:
    """Give the conditions that loans of an offering are under; its own, else those of all."""
    usual = [each for each in pack.lendings.values() if not each.offerings]
    own = [each for each in pack.lendings.values() if offering in each.offerings]
    return next(iter([*own, *usual]), None)


def terms_of(
    pack: Pack, offering: str, *, rate_bp: Decimal | int | None = None
) -> dict[str, Any] | None:
    """Fix what a loan of an offering is kept by; null: the packs do not say it, or not all.

    A loan whose lender lets its rate float does so from the rate that is given.
    """
    said, lending = pack.offerings.get(offering), lending_of(pack, offering)
    if said is None or lending is None or said.kind != "loan":
        return None
    repayment = next((word for word in said.repayment if word in lending.methods), None)
    days = {
        name: _on(dated, pack.asof)
        for name, dated in (
            ("draw_within_days", lending.draw_within_days),
            ("grace_days", lending.grace_days),
            ("penalty_uplift_bp", lending.penalty_uplift),
        )
    }
    if repayment is None or None in days.values():
        return None
    orders = orders_of(pack.allocations[lending.allocation], asof=pack.asof)
    return {
        "lending": lending.id,
        "repayment": repayment,
        "method": lending.methods[repayment],
        "day_count": lending.day_count,
        "business_days": lending.business_days,
        "calendar": lending.calendar,
        "allocation": lending.allocation,
        "orders": [[each.overdue_above, list(each.claims), each.by] for each in orders],
        "compounds": lending.compounds,
        "stops_above_days": _on(lending.stops_accrual_above or {}, pack.asof),
        "resumes_at_days": _on(lending.resumes_accrual_at or {}, pack.asof) or 0,
        "floating": _floating(pack, lending, rate_bp),
        **days,
    }


def _floating(pack: Pack, lending: Lending, rate_bp: Decimal | int | None) -> dict[str, Any] | None:
    """Fix how a rate floats; null: it does not.

    What was agreed stands until the first reset; from then on the rate is as far above or below
    the reference as it was on the day of signing.
    """
    said = lending.floating
    if said is None or rate_bp is None:
        return None
    reference_bp = Rates.of(pack).on(said.reference, pack.asof) * BP
    return {
        "reference": said.reference,
        "reset": said.reset,
        "reference_bp": f"{reference_bp.normalize():f}",
        "margin_bp": f"{(rate_bp - reference_bp).normalize():f}",
        "cite": str(said.cite),
    }


def _on(dated: Dated, day: dt.date) -> int | None:
    started = [each for each in dated if each <= day]
    value = dated[max(started)].value if started else None
    return None if value is None else int(value)


def contract_of(
    terms: Mapping[str, Any],
    *,
    amount_fen: int,
    rate_bp: Decimal,
    months: int,
    signed_on: dt.date,
    conditions: Collection[str],
    calendar: Calendar | None,
    rates: Rates = NO_RATES,
) -> Contract:
    """Make the contract that a loan's events are folded under."""
    draw_by = signed_on + dt.timedelta(terms["draw_within_days"])
    laid = LoanTerms(
        principal_fen=amount_fen,
        drawn_on=signed_on,
        matures_on=add_months(draw_by, months),
        method=Method(terms["method"]),
        rate=_pricing(terms, rate_bp),
        day_count=terms["day_count"],
        business_days=terms["business_days"],
        calendar=calendar,
    )
    return Contract(
        amount_fen=amount_fen,
        signed_on=signed_on,
        draw_by=draw_by,
        planner=Planner(laid, rates, calendar),
        orders=tuple(Order(above, tuple(claims), by) for above, claims, by in terms["orders"]),
        penalty_uplift_bp=terms["penalty_uplift_bp"],
        grace_days=terms["grace_days"],
        compounds=terms["compounds"],
        stops_above_days=terms.get("stops_above_days"),
        resumes_at_days=terms.get("resumes_at_days", 0),
        conditions=frozenset(conditions),
    )


def _pricing(terms: Mapping[str, Any], rate_bp: Decimal) -> Pricing:
    said = terms.get("floating")
    if said is None:
        return Fixed(rate_bp / BP)
    margin_bp = Decimal(said["margin_bp"])
    return Floating(said["reference"], margin_bp, Reset(said["reset"]), first=rate_bp / BP)
