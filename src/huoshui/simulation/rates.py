"""Whether loans that follow a reference do, by the values that the simulation itself published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from huoshui.kernel.period import add_months

BP, YEAR = 10_000, 12

Moves = dict[str, dict[str, int]]
"""A reference's values by the day from which each holds, in basis points."""


def value_on(values: Mapping[str, int], day: dt.date) -> int:
    """Give the value that was published last by a day."""
    return values[max(since for since in values if since <= str(day))]


@dataclass(frozen=True)
class Charged:
    """What the platform says of a loan's rate on a day."""

    standing: str
    annual_rate: Decimal | None
    taken: Collection[dt.date]  # days on which a reset took a value


def rate_faults(
    said: Mapping[str, Any], charged: Charged, values: Mapping[str, int], today: dt.date
) -> Iterator[str]:
    """Say where a loan's rate is not its reference at the last reset and what it was above it.

    What was agreed holds until the first anniversary of the draw.  Whoever was given another rate
    since is let be, and so is what is over.
    """
    if said["is_changed"] or charged.standing not in ("open", "overdue"):
        return
    drawn = dt.date.fromisoformat(said["drawn_on"])
    years = range(1, 1 + today.year - drawn.year)
    resets = [day for n in years if (day := add_months(drawn, YEAR * n)) <= today]
    if sorted(charged.taken) != resets:
        yield f"rates were taken on {sorted(charged.taken)}, and its anniversaries are {resets}"
    wanted_bp = Decimal(said["rate_bp"])
    if resets:
        signed_bp = value_on(values, dt.date.fromisoformat(said["signed_on"]))
        wanted_bp += value_on(values, resets[-1]) - signed_bp
    if charged.annual_rate is None or charged.annual_rate * BP != wanted_bp:
        yield f"its rate is {charged.annual_rate} on {today}, and should be {wanted_bp} bp"
