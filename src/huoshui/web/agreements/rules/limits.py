"""The terms of a facility as they are fixed in its agreement, and those of each draw under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from huoshui.kernel.period import add_months, months_between
from huoshui.policy.pack import Pack
from huoshui.web.agreements.rules.terms import lending_of, terms_of

FACILITY = "facility"
"""The kind of agreement that is a limit; its draws are loans of their own."""


def limit_terms_of(pack: Pack, offering: str) -> dict[str, Any] | None:
    """Fix what a facility of an offering is kept by; null: it is drawn once, or is no loan."""
    lending, loan = lending_of(pack, offering), terms_of(pack, offering)
    if lending is None or lending.limit is None or loan is None:
        return None
    started = [day for day in lending.limit.draw_months if day <= pack.asof]
    months = lending.limit.draw_months[max(started)].value if started else None
    if months is None:
        return None
    return {
        "is_revolving": lending.limit.is_revolving,
        "draw_months": int(months),
        "loan": loan,
    }


def draw_matures(terms: Mapping[str, Any], *, on: dt.date, until: dt.date) -> dt.date:
    """Give the latest day on which a draw may mature: by its own length, and the limit's term."""
    return min(add_months(on, terms["draw_months"]), until)


def months_of(on: dt.date, matures_on: dt.date) -> int:
    """Count the months of a draw, a part of one as a whole."""
    whole = months_between(matures_on, on)
    return max(1, whole if add_months(on, whole) >= matures_on else whole + 1)
