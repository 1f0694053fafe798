"""Makers of ACTUS contracts, in the official form."""

from __future__ import annotations

import datetime as dt
from typing import Any

from huoshui.cashflow.actus import Happening, Observed, Terms, evaluate, read_terms

BASIC: dict[str, Any] = {
    "contractType": "PAM",
    "contractID": "c1",
    "contractRole": "RPA",
    "currency": "CNY",
    "statusDate": "2025-12-31T00:00:00",
    "contractDealDate": "2025-12-30T00:00:00",
    "initialExchangeDate": "2026-01-01T00:00:00",
    "maturityDate": "2027-01-01T00:00:00",
    "notionalPrincipal": " 1200",
    "nominalInterestRate": "0.12",
    "dayCountConvention": "30E360",
    "cycleAnchorDateOfInterestPayment": "2026-02-01T00:00:00",
    "cycleOfInterestPayment": "P1ML0",
}
REPAYING: dict[str, Any] = {
    **BASIC,
    "contractType": "LAM",
    "cycleAnchorDateOfPrincipalRedemption": "2026-02-01T00:00:00",
    "cycleOfPrincipalRedemption": "P1ML0",
    "nextPrincipalRedemptionPayment": "100",
}
FLOATING: dict[str, Any] = {
    "cycleAnchorDateOfRateReset": "2026-04-01T00:00:00",
    "cycleOfRateReset": "P3ML0",
    "marketObjectCodeOfRateReset": "LPR",
}


def at(text: str) -> dt.datetime:
    """Read a time."""
    return dt.datetime.fromisoformat(text)


def seen(code: str, *values: tuple[str, float]) -> Observed:
    """Observe one series of values."""
    return Observed({code: [(at(day), value) for day, value in values]})


def terms(base: dict[str, Any] | None = None, **said: Any) -> Terms:
    """Read a contract, changed in what is said."""
    changed = {**(base or BASIC), **said}
    return read_terms({name: value for name, value in changed.items() if value is not None})


def events(
    base: dict[str, Any] | None = None,
    observed: Observed | None = None,
    until: str | None = None,
    **said: Any,
) -> list[Happening]:
    """Compute a contract's events."""
    end = at(until) if until else None
    return evaluate([terms(base, **said)], observed or Observed(), end).of(0)


def brief(found: list[Happening], *types: str) -> list[tuple[str, str, float]]:
    """Give days, types and payoffs, of some types only where they are named."""
    return [
        (str(each.time.date()), each.type, round(each.payoff, 6))
        for each in found
        if not types or each.type in types
    ]
