"""The terms and the state of many contracts, a column of doubles for each: row i is contract i."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from huoshui.cashflow.actus.opening import fixed_base
from huoshui.cashflow.actus.plans import Plan
from huoshui.cashflow.actus.terms import Terms
from huoshui.cashflow.daycount import Floats

PENALTIES = {"O": 0.0, "A": 1.0, "N": 2.0, "I": 3.0}
"""How a penalty is measured, as a column holds it."""


@dataclass
class State:
    """What changes from event to event."""

    notional: Floats
    rate: Floats
    accrued: Floats
    fee_accrued: Floats
    notional_scaling: Floats
    interest_scaling: Floats
    payment: Floats  # of principal, or of principal and interest where it is level
    base: Floats  # that interest is counted on
    performs: Floats  # 1, or 0 after a default

    def at(self, rows: Any) -> State:
        """Take the rows of some contracts."""
        return State(**{name: getattr(self, name)[rows] for name in STATES})

    def put(self, rows: Any, part: State) -> None:
        """Put the rows of some contracts back."""
        for name in STATES:
            getattr(self, name)[rows] = getattr(part, name)


STATES = tuple(each.name for each in fields(State))
"""The columns of a state, in order."""


@dataclass(frozen=True)
class Fixed:
    """What stays the same over a contract's life."""

    sign: Floats
    notional: Floats
    premium: Floats
    rate: Floats
    follows: Floats  # 1 where interest is counted on the principal itself
    base: Floats  # what it is counted on from the exchange, where not
    early: Floats  # year fraction by which interest begins before the exchange
    fee_rate: Floats
    fee_is_sum: Floats  # 1 where a fee is a sum, 0 where it is a rate on the principal
    life_cap: Floats
    life_floor: Floats
    period_cap: Floats
    period_floor: Floats
    purchase_price: Floats
    termination_price: Floats
    penalty: Floats
    scales_interest: Floats
    scales_notional: Floats

    def at(self, rows: Any) -> Fixed:
        """Take the rows of some contracts."""
        return Fixed(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def openings(plans: Sequence[Plan]) -> State:
    """Give the state of every contract on its status date."""
    return State(
        **{
            name: np.array([getattr(plan.opening, name) for plan in plans], dtype=np.float64)
            for name in STATES
        }
    )


def fixed(plans: Sequence[Plan], early: Floats) -> Fixed:
    """Give the columns of terms."""
    made = {
        name: np.array([read(plan.terms) for plan in plans], dtype=np.float64)
        for name, read in _FIXED.items()
    }
    return Fixed(**made, early=early)


_FIXED: dict[str, Callable[[Terms], float]] = {
    "sign": lambda terms: terms.sign,
    "notional": lambda terms: terms.notional or 0.0,
    "premium": lambda terms: terms.premium_discount,
    "rate": lambda terms: terms.rate or 0.0,
    "follows": lambda terms: terms.base == "NT",
    "base": fixed_base,
    "fee_rate": lambda terms: terms.fee_rate or 0.0,
    "fee_is_sum": lambda terms: terms.fee_basis == "A",
    "life_cap": lambda terms: terms.life_cap,
    "life_floor": lambda terms: terms.life_floor,
    "period_cap": lambda terms: terms.period_cap,
    "period_floor": lambda terms: terms.period_floor,
    "purchase_price": lambda terms: terms.purchase_price,
    "termination_price": lambda terms: terms.termination_price,
    "penalty": lambda terms: PENALTIES[terms.penalty_type],
    "scales_interest": lambda terms: "I" in terms.scaling_effect,
    "scales_notional": lambda terms: "N" in terms.scaling_effect,
}
