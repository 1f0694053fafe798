"""Everything that a decision rests on, in one report whose bytes can be made again.

The report is a function of the rules (a pack on a day), a profile row, an application and what was
approved before; nothing in it is taken from a stored answer.  `canonical` writes it so that two
processes, on other machines and years later, give equal bytes for equal facts.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from decimal import Decimal

from huoshui import ratings
from huoshui.explain.automatic import automatic_report
from huoshui.explain.reports import (
    Report,
    citation_report,
    column_report,
    offering_report,
    rating_report,
)
from huoshui.matching import Asked, Limits, Plan, automatic
from huoshui.policy.pack import Pack

FORM = 1
"""The form of the report; one that says things otherwise takes the next number."""


def decision_report(
    pack: Pack,
    row: Mapping[str, object],
    offering: str,
    asked: Asked,
    limits: Limits,
    *,
    asof: dt.date,
    known: int,
    plan: Plan | None = None,
) -> Report:
    """Give the rules, the verdict, the ratings, the automatic rule and the profile it rests on.

    The profile holds the columns that were read and no other, in the order of their names.
    """
    trace = automatic(pack, offering, row, asked, limits, asof=asof, plan=plan)
    read = set(trace.reads)
    rated = [name for name in pack.ratings if read & set(ratings.columns(name))]
    for name in rated:
        read |= set(ratings.columns(name))
        read |= {c.indicator for group in pack.ratings[name].groups for c in group.criteria}
    return {
        "form": FORM,
        "rules": {"pack_digest": pack.digest, "asof": asof.isoformat(), "known": known},
        "offering": offering_report(pack, trace.verdict, row, terms=trace.terms),
        "conditions": [
            {
                "condition": condition.id,
                "label": {"zh": condition.label.zh, "en": condition.label.en},
                **citation_report(pack, condition.cite),
            }
            for condition in pack.offerings[offering].conditions
        ],
        "ratings": [
            rating_report(pack, ratings.explain(pack, name, row, asof=asof), row) for name in rated
        ],
        "automatic": automatic_report(pack, trace, row),
        "profile": [column_report(pack, name, row.get(name)) for name in sorted(read)],
    }


def canonical(report: object) -> str:
    """Write a report as one line of JSON: keys sorted, nothing spare, numbers in one way.

    A double that is whole is written as a whole number, so that a column kept as either reads the
    same; any other is written by the shortest digits that read back as it.

    >>> canonical({"b": 2.0, "a": [0.1, None, float("nan")], "名": Decimal("3.50")})
    '{"a":[0.1,null,null],"b":2,"名":"3.50"}'
    """
    return json.dumps(
        _plain(report), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
