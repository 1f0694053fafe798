"""What an open offering gives one subject: how much, at what cost, for how long; and the order.

What is open is ranked by yearly cost (rate and fee less relief), the lowest first, then by amount,
the largest first, then by name.  An unknown cost comes after every known one, and an unknown
amount after every known one of the same cost.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from huoshui.policy.expression import Scope, Typed, check, evaluate_row, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering

UNITS = {
    "amount": "fen",
    "rate": "bp",
    "fee": "bp",
    "relief": "bp",
    "months_least": "month",
    "months_most": "month",
}
"""In what each term comes out, a value that stands alone included."""


@dataclass(frozen=True)
class Terms:
    """Terms for one subject; None is unknown where the offering states the term at all."""

    offering: str
    amount_fen: int | None
    rate_bp: float | None
    fee_bp: float | None
    relief_bp: float | None
    months_least: float | None
    months_most: float | None
    cost_bp: float | None  # rate + fee - relief; None where a part that is stated is unknown
    stated: tuple[str, ...]  # which of amount, rate, fee, relief and term the offering states

    @property
    def rank(self) -> tuple[float, float, str]:
        """Give the place in the order of what is open; smaller is better."""
        cost = math.inf if self.cost_bp is None else self.cost_bp
        amount = math.inf if self.amount_fen is None else -self.amount_fen
        return (cost, amount, self.offering)


@dataclass(frozen=True, eq=False)
class TermsPlan:
    """An offering's term expressions, checked."""

    offering: str
    expressions: Mapping[str, Typed]


def compile_terms(pack: Pack, offering: Offering, scope: Scope) -> TermsPlan:
    """Check the expressions that an offering's terms are computed by, in its own scope."""
    texts = {key: getattr(offering, key) for key in ("amount", "rate", "fee", "relief")}
    if offering.term is not None:
        texts |= {"months_least": offering.term.least, "months_most": offering.term.most}
    made = {
        key: check(parse(text, pack.where("offerings", offering.id, key)), scope, unit=UNITS[key])
        for key, text in texts.items()
        if text is not None
    }
    return TermsPlan(offering.id, made)


def terms_of(plan: TermsPlan, row: Mapping[str, object], *, asof: dt.date) -> Terms:
    """Compute an offering's terms for one profile row."""
    found = {key: number_of(e, row, asof) for key, e in plan.expressions.items()}
    # An amount is floored to the fen, and a formula that comes out below nothing gives nothing.
    amount = found.get("amount")
    parts = [(found[key], sign) for key, sign in _COST if key in found]
    known = [sign * value for value, sign in parts if value is not None]
    cost = sum(known) if parts and len(known) == len(parts) else None
    stated: list[str] = [key for key in ("amount", "rate", "fee", "relief") if key in found]
    if "months_most" in found:
        stated.append("term")
    return Terms(
        offering=plan.offering,
        amount_fen=None if amount is None else max(0, math.floor(amount)),
        rate_bp=found.get("rate"),
        fee_bp=found.get("fee"),
        relief_bp=found.get("relief"),
        months_least=found.get("months_least"),
        months_most=found.get("months_most"),
        cost_bp=cost,
        stated=tuple(stated),
    )


def number_of(typed: Typed, row: Mapping[str, object], asof: dt.date) -> float | None:
    """Evaluate an expression that gives a number; None is unknown."""
    value = evaluate_row(typed, row, asof=asof).value
    assert value is None or isinstance(value, float | int), "a term is a number; packs are checked"
    return value


_COST = (("rate", 1), ("fee", 1), ("relief", -1))
