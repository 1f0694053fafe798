"""An outlook as a row of the database, and back: whole numbers only, so that nothing is rounded.

A line is kept as base and slope over one denominator; the database counts the same fraction of a
year for it that Python does, and rounds the same way.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from huoshui.policy.schema.allocation import Claim
from huoshui.web.agreements.rules.loan.outlook import GROWING, Line, Outlook, Turn
from huoshui.web.agreements.rules.loan.planning import DAILY

LINES = (*GROWING, "next")
"""Prefixes of a line's columns; `next` is that of interest past the turn."""

COLUMNS: tuple[str, ...] = (
    "looked_on",
    "is_accruing",
    "day_count",
    *(f"{line}_{part}" for line in LINES for part in ("since", "base", "slope", "den")),
    "turns_on",
    "turn_fen",
    "wakes_on",
)


def kept(found: Outlook) -> dict[str, Any]:
    """Give the columns of an outlook."""
    said: dict[str, Any] = {
        "looked_on": found.day,
        "is_accruing": found.is_accruing,
        "day_count": _day_count(found),
        "turns_on": found.turn.on if found.turn else None,
        "turn_fen": found.turn.come_to_fen if found.turn else None,
        "wakes_on": found.wakes_on,
    }
    lines = {**found.lines, "next": found.turn.then if found.turn else None}
    for name in LINES:
        said |= _line(name, lines.get(name))
    return {column: said[column] for column in COLUMNS}


def _day_count(found: Outlook) -> str:
    lines = (found.lines.get("interest"), found.turn.then if found.turn else None)
    return next((line.day_count for line in lines if line), DAILY)


def _line(name: str, line: Line | None) -> dict[str, Any]:
    if line is None:
        return {f"{name}_{part}": None for part in ("since", "base", "slope", "den")}
    den = math.lcm(line.base.denominator, line.slope.denominator)
    return {
        f"{name}_since": line.since,
        f"{name}_base": int(line.base * den),
        f"{name}_slope": int(line.slope * den),
        f"{name}_den": den,
    }


def outlook_of(row: Mapping[str, Any]) -> Outlook:
    """Read an outlook from its columns."""
    lines: dict[Claim, Line] = {}
    for claim in GROWING:
        day_count = row["day_count"] if claim == "interest" else DAILY
        line = _read(row, claim, day_count)
        if line is not None:
            lines[claim] = line
    turn = None
    if row["turns_on"] is not None:
        then = _read(row, "next", row["day_count"])
        turn = Turn(row["turns_on"], int(row["turn_fen"]), then)
    return Outlook(row["looked_on"], row["is_accruing"], lines, turn, row["wakes_on"])


def _read(row: Mapping[str, Any], name: str, day_count: str) -> Line | None:
    since: dt.date | None = row[f"{name}_since"]
    if since is None:
        return None
    base, slope, den = (int(row[f"{name}_{part}"]) for part in ("base", "slope", "den"))
    return Line(since, Fraction(base, den), Fraction(slope, den), day_count)
