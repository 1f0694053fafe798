"""How fast schedules are laid: many loans at once, beside each alone and beside QuantLib.

The loans are drawn over a year in the four common ways of repaying.  QuantLib is asked for the
interest of a leg a loan, its dates and balances given to it, on a sample that is scaled to all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from huoshui.bench.timing import by_turns, circumstances, timed
from huoshui.cashflow.actus import Terms, evaluate, read_terms
from huoshui.cashflow.loans import Instalment, schedule
from huoshui.cashflow.many import COLUMNS, schedules, terms_of

METHODS = ("level_payment", "level_principal", "interest_first", "quarterly_interest")
FIRST = np.datetime64("2025-01-01")


def bench_cashflow(*, loans: int, sample: int, contracts: int, rounds: int, seed: int) -> Any:
    """Lay schedules of made loans, and compute made ACTUS contracts; figures as one answer."""
    table = made_loans(loans, seed)
    few = table.slice(0, sample).to_pylist()
    laid = schedules(table)
    alone = [schedule(terms_of(row)) for row in few]
    expected = [each.interest_fen for one in alone for each in one]
    mine = laid.slice(0, len(expected))["interest_fen"].to_pylist()
    turns = by_turns(
        lambda: schedules(table), lambda: [_quantlib(one) for one in alone], rounds=rounds
    )
    scale = loans / len(few)
    peer = turns["peer_seconds"] * scale
    each_alone = timed(lambda: [schedule(terms_of(row)) for row in few]) * scale
    return {
        "bench": "cashflow",
        "loans": loans,
        "instalments": laid.num_rows,
        "seconds": turns["seconds"],
        "instalments_per_second": round(laid.num_rows / turns["seconds"]),
        "alone_seconds": round(each_alone, 3),
        "alone_ratio": round(each_alone / turns["seconds"], 2),
        "peer": "QuantLib FixedRateLeg on balances it is given",
        "peer_seconds": round(peer, 3),
        "ratio": round(peer / turns["seconds"], 2),
        "sample": len(few),
        "rounds": rounds,
        "is_alike": mine == expected,
        "actus": _actus(contracts),
        **circumstances(),
    }


def made_loans(count: int, seed: int) -> pa.Table:
    """Make loans of one to three years, paid on the 20th, at any rate up to six per cent."""
    chance = np.random.default_rng(seed)
    drawn = FIRST + chance.integers(0, 365, count)
    month = drawn.astype("datetime64[M]")
    day = (drawn - month.astype("datetime64[D]")).astype(np.int64)
    ends = month + chance.choice([12, 24, 36], count)
    matures = ends.astype("datetime64[D]") + np.minimum(day, 27)
    rates = [Decimal(int(each)).scaleb(-4) for each in range(600)]
    rate = pa.array(rates, pa.decimal128(12, 8)).take(pa.array(chance.integers(1, 600, count)))
    return pa.table(
        {
            "principal_fen": pa.array(chance.integers(10**7, 10**9, count)),
            "drawn_on": pa.array(drawn),
            "matures_on": pa.array(matures),
            "method": pa.array(chance.choice(METHODS, count)),
            "day_count": pa.array(["A360"] * count),
            "cycle": pa.nulls(count, pa.int32()),
            "pay_day": pa.array([20] * count, pa.int32()),
            "business_days": pa.array(["NULL"] * count),
            "interest_free_days": pa.array([0] * count, pa.int32()),
            "reference": pa.nulls(count, pa.string()),
            "reset": pa.nulls(count, pa.string()),
            "rate": rate,
        },
        schema=COLUMNS,
    )


def _quantlib(laid: Sequence[Instalment]) -> list[float]:
    """Have QuantLib compute the interest of one loan whose balances are known."""
    import QuantLib

    def date(day: dt.date) -> Any:
        return QuantLib.Date(day.day, day.month, day.year)

    days = [laid[0].period_from, *(each.period_until for each in laid)]
    leg = QuantLib.FixedRateLeg(
        QuantLib.Schedule([date(day) for day in days]),
        QuantLib.Actual360(),
        [float(each.opening_fen) for each in laid],
        [float(laid[0].annual_rate)],
    )
    return [flow.amount() for flow in leg]


def _actus(count: int) -> Mapping[str, Any]:
    """Compute a portfolio of ACTUS contracts at once, and a sample of it one by one."""
    made = [_contract(n) for n in range(count)]
    few = made[: max(1, count // 20)]
    seconds = timed(lambda: evaluate(made))
    alone = timed(lambda: [evaluate([each]) for each in few]) * count / len(few)
    events = len(evaluate(made).time)
    return {
        "contracts": count,
        "events": events,
        "seconds": round(seconds, 3),
        "events_per_second": round(events / seconds),
        "alone_ratio": round(alone / seconds, 2),
    }


def _contract(n: int) -> Terms:
    kind = ("PAM", "LAM", "ANN")[n % 3]
    return read_terms(
        {
            "contractType": kind,
            "contractRole": "RPA",
            "statusDate": "2025-12-31T00:00:00",
            "initialExchangeDate": "2026-01-01T00:00:00",
            "maturityDate": "2028-01-01T00:00:00",
            "notionalPrincipal": str(10_000 + n),
            "nominalInterestRate": str(0.02 + n % 50 / 1000),
            "dayCountConvention": "A360",
            "cycleAnchorDateOfInterestPayment": "2026-02-01T00:00:00",
            "cycleOfInterestPayment": "P1ML0",
            "cycleAnchorDateOfPrincipalRedemption": "2026-02-01T00:00:00",
            "cycleOfPrincipalRedemption": "P1ML0",
        }
    )
