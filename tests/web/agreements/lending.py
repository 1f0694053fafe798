"""Makers of loans for tests: a contract and a stream of events, plain enough for a pencil."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from huoshui.cashflow.loans import LoanTerms, Method
from huoshui.cashflow.rates import Fixed, Rates
from huoshui.web.agreements.rules.loan.contract import Contract, Order
from huoshui.web.agreements.rules.loan.events import Act, ConditionMet, Draw, Event
from huoshui.web.agreements.rules.loan.planning import Planner

SIGNED = dt.date(2026, 1, 5)
DRAWN = dt.date(2026, 1, 10)
MATURES = dt.date(2027, 1, 10)
RATES = Rates(
    {"lpr": {dt.date(2025, 1, 1): Decimal("0.03"), dt.date(2026, 4, 20): Decimal("0.028")}}
)
LAW = Order(None, ("cost", "compound", "penalty", "interest", "principal"), "claim")
LATE = Order(90, ("cost", "principal", "interest", "penalty", "compound"), "claim")
OLDEST = Order(None, ("cost", "compound", "penalty", "interest", "principal"), "instalment")


def contract(method: str = "level_principal", **said: Any) -> Contract:
    """A loan of 120,000 yuan for a year at 3.60 %, half as much again on what is late."""
    laid: dict[str, Any] = {
        "principal_fen": 120_000_00,
        "drawn_on": SIGNED,
        "matures_on": MATURES,
        "method": Method(method),
        "rate": Fixed(Decimal("0.036")),
    }
    laid |= {name: said.pop(name) for name in list(said) if name in LoanTerms.__annotations__}
    terms: dict[str, Any] = {
        "amount_fen": 120_000_00,
        "signed_on": SIGNED,
        "draw_by": dt.date(2026, 6, 30),
        "planner": Planner(LoanTerms(**laid), rates=RATES),
        "orders": (LATE, LAW),
        "penalty_uplift_bp": 5_000,
    }
    return Contract(**{**terms, **said})


def drawn(amount_fen: int = 120_000_00, *, on: dt.date = DRAWN) -> Event:
    """The draw, as event 2 after a condition."""
    return Event(2, on, Draw(amount_fen))


def stream(*acts: tuple[dt.date, Act]) -> list[Event]:
    """Events after the draw, numbered as they come."""
    first = [Event(1, SIGNED, ConditionMet("papers")), drawn()]
    return first + [Event(nth, on, act) for nth, (on, act) in enumerate(acts, start=3)]
