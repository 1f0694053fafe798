"""Makers of loans for the tests of schedules."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from huoshui.cashflow.loans import LoanTerms, Method
from huoshui.cashflow.rates import Fixed, Rates

DRAWN = dt.date(2026, 1, 20)
YEAR = dt.date(2027, 1, 20)

LPR = Rates(
    {
        "lpr_1y": {
            dt.date(2024, 5, 20): Decimal("0.03"),
            dt.date(2026, 2, 20): Decimal("0.029"),
            dt.date(2027, 5, 20): Decimal("0.0325"),
        }
    }
)


def loan(**said: Any) -> LoanTerms:
    """Give a loan of 120,000 yuan over a year at 6 %, changed in what is said."""
    terms: dict[str, Any] = {
        "principal_fen": 12_000_000,
        "drawn_on": DRAWN,
        "matures_on": YEAR,
        "method": Method.LEVEL_PAYMENT,
        "rate": Fixed(Decimal("0.06")),
        "day_count": "months_and_days",
        **said,
    }
    return LoanTerms(**terms)


@st.composite
def loans(draw: st.DrawFn) -> LoanTerms:
    """Give any loan without a plan and without a calendar."""
    drawn = draw(st.dates(dt.date(2024, 6, 1), dt.date(2028, 12, 31)))
    return LoanTerms(
        principal_fen=draw(st.one_of(st.integers(1, 100), st.integers(1, 10**13))),
        drawn_on=drawn,
        matures_on=drawn + dt.timedelta(days=draw(st.integers(1, 1500))),
        method=draw(st.sampled_from([each for each in Method if each != Method.STEPPED])),
        rate=Fixed(Decimal(draw(st.integers(0, 3600))) / 10_000),
        day_count=draw(st.sampled_from(["A360", "A365", "AA", "30E360", "months_and_days"])),
        cycle=draw(st.sampled_from([None, 1, 3, 6, 12])),
        pay_day=draw(st.sampled_from([None, 1, 20, 31])),
        interest_free_days=draw(st.sampled_from([0, 7, 45])),
    )


def table_rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Give rows of a table of loans, as unlike each other as they may be."""
    chance = random.Random(seed)
    methods = [each.value for each in Method if each != Method.STEPPED]
    rows = []
    for _ in range(count):
        drawn = dt.date(2025, 1, 1) + dt.timedelta(days=chance.randrange(60))
        floats = chance.random() < 0.5
        sizes = (chance.randrange(1, 50), chance.randrange(1, 10**9), chance.randrange(1, 10**13))
        fixed = Decimal(chance.randrange(24_000_000)).scaleb(-8)
        margin = Decimal(chance.randrange(-100, 300)) / 10_000
        rows.append(
            {
                "principal_fen": chance.choice(sizes),
                "drawn_on": drawn,
                "matures_on": drawn + dt.timedelta(days=chance.choice([30, 180, 365, 730, 1095])),
                "method": chance.choice(methods),
                "day_count": chance.choice(["A360", "A365", "AA", "30E360", "months_and_days"]),
                "cycle": chance.choice([None, 1, 3]),
                "pay_day": chance.choice([None, 20, 31]),
                "business_days": chance.choice(["NULL", "SCF", "CSF", "SCMF"]),
                "interest_free_days": chance.choice([0, 0, 10, 45]),
                "reference": "lpr_1y" if floats else None,
                "reset": chance.choice(["never", "anniversary", "new_year"]) if floats else None,
                "rate": margin if floats else fixed,
            }
        )
    return rows
