"""What each kind of event pays and how it changes the state: ACTUS payoffs and transitions.

Every function takes columns, one row a contract, and works on a thousand contracts as on one.  It
changes the state it is given and returns the payoff, before the default and the exchange rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from huoshui.cashflow.actus.columns import Fixed, State
from huoshui.cashflow.actus.steps import Kind
from huoshui.cashflow.daycount import Floats


@dataclass(frozen=True)
class Moment:
    """What is known of one event of each contract beside its state."""

    year: Floats  # part of a year since the event before
    value: Floats
    fee_share: Floats
    is_level: Floats  # 1 where one payment holds principal and interest
    ladder: (
        Floats  # a row a contract: lengths of the periods of a level payment; NaN after the last
    )

    def fee(self, s: State, t: Fixed) -> Floats:
        """Give the fee that accrued since the event before."""
        by_rate = self.year * s.notional
        return t.fee_rate * np.where(t.fee_is_sum > 0, t.sign * self.fee_share, by_rate)


Function = Callable[[State, Fixed, Moment], Floats]


def _accrue(s: State, t: Fixed, m: Moment) -> None:
    """Let interest and fees run up to the event."""
    s.accrued = s.accrued + m.year * s.rate * s.base
    s.fee_accrued = s.fee_accrued + m.fee(s, t)


def _owe(s: State, t: Fixed, notional: Floats) -> None:
    """Change what is owed; the base of interest follows where it is the principal itself."""
    s.notional = notional
    s.base = np.where(t.follows > 0, notional, s.base)


def _none(s: State) -> Floats:
    return np.zeros_like(s.notional)


def _exchange(s: State, t: Fixed, m: Moment) -> Floats:
    s.notional = t.sign * t.notional
    s.rate = t.rate.copy()
    s.accrued = s.accrued + t.early * s.notional * s.rate
    s.base = np.where(t.follows > 0, s.notional, t.base)
    return -t.sign * (t.notional + t.premium)


def _maturity(s: State, t: Fixed, m: Moment) -> Floats:
    paid = s.notional_scaling * s.notional
    _end(s)
    return paid


def _end(s: State) -> None:
    """Owe nothing more; the rate is left as it was, as the official cases have it."""
    for name in ("notional", "accrued", "fee_accrued", "base"):
        setattr(s, name, _none(s))


def _redemption(s: State, t: Fixed, m: Moment) -> Floats:
    """Repay principal: an agreed sum, or what a level payment leaves after interest."""
    _accrue(s, t, m)
    agreed = np.where(m.is_level > 0, s.payment - s.accrued, s.payment)
    sum_ = t.sign * np.where(np.isnan(m.value), agreed, t.sign * m.value)
    repaid = t.sign * np.minimum(sum_, np.abs(s.notional))
    _owe(s, t, s.notional - repaid)
    return s.notional_scaling * repaid


def _increase(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    _owe(s, t, s.notional + t.sign * m.value)
    return -t.sign * s.notional_scaling * m.value


def _prepayment(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    repaid = t.sign * np.minimum(t.sign * m.value, np.abs(s.notional))
    _owe(s, t, s.notional - repaid)
    return repaid


def _penalty(s: State, t: Fixed, m: Moment) -> Floats:
    """Charge for paying early: a sum, a rate on what is owed, or the interest that is lost."""
    over = m.year * np.abs(s.notional)
    lost = over * np.maximum(0.0, s.rate - m.value)
    _accrue(s, t, m)
    return t.sign * np.select(
        [t.penalty == 1, t.penalty == 2, t.penalty == 3], [m.value, over * m.value, lost], 0.0
    )


def _interest(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    paid = s.interest_scaling * s.accrued
    s.accrued = _none(s)
    return paid


def _capitalisation(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    _owe(s, t, s.notional + s.accrued)
    s.accrued = _none(s)
    return _none(s)


def _fee(s: State, t: Fixed, m: Moment) -> Floats:
    due = s.fee_accrued + m.fee(s, t)
    _accrue(s, t, m)
    s.fee_accrued = _none(s)
    return np.where(t.fee_is_sum > 0, t.sign * t.fee_rate, due)


def _reset(s: State, t: Fixed, m: Moment) -> Floats:
    """Take the observed rate, within what it may change at once and where it may ever be."""
    _accrue(s, t, m)
    change = np.minimum(np.maximum(m.value - s.rate, -t.period_floor), t.period_cap)
    s.rate = np.minimum(np.maximum(s.rate + change, t.life_floor), t.life_cap)
    return _none(s)


def _known_reset(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    s.rate = m.value.copy()
    return _none(s)


def _fixing(s: State, t: Fixed, m: Moment) -> Floats:
    """Fix the level payment anew for what is owed, at the rate there now is."""
    _accrue(s, t, m)
    owed = s.notional + s.accrued + m.ladder[:, 0] * s.rate * s.notional
    grown = paid = np.ones_like(owed)
    for column in m.ladder.T[1:]:
        is_coming = ~np.isnan(column)
        factor = np.where(is_coming, 1.0 + s.rate * column, 1.0)
        grown = grown * factor
        paid = np.where(is_coming, paid * factor + 1.0, paid)
    s.payment = owed * grown / paid
    return _none(s)


def _purchase(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    return -t.sign * (t.purchase_price + s.accrued)


def _termination(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    paid = t.sign * (t.termination_price + s.accrued)
    _end(s)
    return paid


def _scaling(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    s.interest_scaling = np.where(t.scales_interest > 0, m.value, s.interest_scaling)
    s.notional_scaling = np.where(t.scales_notional > 0, m.value, s.notional_scaling)
    return _none(s)


def _base_fixing(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    s.base = s.notional.copy()
    return _none(s)


def _credit_event(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    s.performs = m.value.copy()
    return _none(s)


def _analysis(s: State, t: Fixed, m: Moment) -> Floats:
    _accrue(s, t, m)
    return _none(s)


FUNCTIONS: dict[Kind, Function] = {
    Kind.IED: _exchange,
    Kind.FP: _fee,
    Kind.PR: _redemption,
    Kind.PI: _increase,
    Kind.PY: _penalty,
    Kind.PP: _prepayment,
    Kind.IP: _interest,
    Kind.IPCI: _capitalisation,
    Kind.CE: _credit_event,
    Kind.RRF: _known_reset,
    Kind.RR: _reset,
    Kind.PRF: _fixing,
    Kind.PRD: _purchase,
    Kind.TD: _termination,
    Kind.SC: _scaling,
    Kind.IPCB: _base_fixing,
    Kind.MD: _maturity,
    Kind.AD: _analysis,
}
"""Kind of event -> what it pays and how it changes the state."""
