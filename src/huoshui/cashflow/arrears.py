"""Interest on what is late or misused: 罚息 on principal, 复利 on interest that was not paid.

The rate is the contract's with an uplift that the contract names, within what the rules allow
(银发〔2003〕251号, the decision table `penalty_interest`).  Amounts are exact until posted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from huoshui.cashflow.daycount import year_fraction
from huoshui.kernel.errors import Refusal
from huoshui.policy.deciding import decide
from huoshui.policy.pack import Pack

TABLE = "penalty_interest"
"""The decision table that bounds the rate."""

_DIGITS = Decimal("0.0000000001")


class PenaltyRefusal(Refusal):
    """Why a penalty rate cannot be taken."""

    UNBOUNDED = (
        "The rules in the packs do not say what penalty a contract of {signed} may set.",
        "Ask for the rules of that time, and enter them in tables/penalty_interest.yaml.",
        "政策包没有 {signed} 所签合同的罚息规则。",
        "请查明当时的规定，录入 tables/penalty_interest.yaml。",
    )
    OUT_OF_BOUNDS = (
        "A penalty rate of {rate} lies outside {least} to {most}.",
        "Agree on an uplift within the rules.",
        "罚息利率 {rate} 超出 {least} 至 {most}。",
        "请在规定幅度内约定加收比例。",
    )


@dataclass(frozen=True)
class Arrears:
    """What came to be owed on top of what was late, exactly."""

    penalty: Fraction  # 罚息
    compound: Fraction  # 复利

    @property
    def total(self) -> Fraction:
        """Give both together."""
        return self.penalty + self.compound


def penalty_rate(
    pack: Pack,
    contract_rate: Decimal,
    uplift_bp: int,
    *,
    signed_on: dt.date,
    is_late: bool = True,
    is_used_otherwise: bool = False,
) -> Decimal:
    """Give the yearly rate on what is late or misused, or refuse one that the rules forbid.

    `uplift_bp` is the part of the contract rate that is added to it: 5,000 adds half of it.
    """
    given = {
        "signed_on": signed_on,
        "contract_rate": contract_rate,
        "is_late": is_late,
        "is_used_otherwise": is_used_otherwise,
    }
    outputs = decide(pack, TABLE, given, asof=pack.asof).outputs
    least, most = outputs["rate_least"], outputs["rate_most"]
    if least is None or most is None:
        raise PenaltyRefusal.UNBOUNDED.refuse(signed=signed_on)
    rate = contract_rate * (10_000 + uplift_bp) / 10_000
    # Tables answer in doubles: what lies beyond their digits is no part of the rule.
    lowest, highest = (Decimal(str(each)).quantize(_DIGITS) for each in (least, most))
    if not lowest <= rate <= highest:
        raise PenaltyRefusal.OUT_OF_BOUNDS.refuse(rate=rate, least=lowest, most=highest)
    return rate


def arrears_interest(
    *,
    principal_fen: int,
    interest_fen: int,
    annual_rate: Decimal,
    since: dt.date,
    until: dt.date,
    day_count: str = "A360",
    settled_on: Sequence[dt.date] = (),
) -> Arrears:
    """Give the penalty and compound interest on what is late from one day to another.

    On each day of settlement the compound interest so far joins what it is counted on, where the
    contract settles it; without such days it is simple.  The penalty itself is never compounded.
    """
    days = [since, *sorted(day for day in settled_on if since < day < until), until]
    penalty = compound = Fraction(0)
    base = Fraction(interest_fen)
    for first, last in pairwise(days):
        factor = Fraction(annual_rate) * year_fraction(first, last, day_count)
        penalty += principal_fen * factor
        compound += base * factor
        base = interest_fen + compound
    return Arrears(penalty, compound)
