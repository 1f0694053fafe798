"""What time alone does to a loan: how each claim grows by the night, and the day it wakes.

Between two days on which something happens a claim is a straight line: a base, a slope in fen a
year, and the day that it counts from.  So a million nights are one statement over a million rows,
and only a loan that wakes is folded.  An outlook is made of the fold and never instead of it.

>>> line = Line(dt.date(2026, 1, 10), Fraction(0), Fraction(432_000), "A360")
>>> line.come_to(dt.date(2026, 1, 13)), line.night(dt.date(2026, 1, 13))
(Fraction(3600, 1), 1200)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from huoshui.cashflow.daycount import year_fraction
from huoshui.cashflow.loans import growth
from huoshui.cashflow.rates import resets_between
from huoshui.kernel.errors import Refused
from huoshui.policy.schema.allocation import Claim
from huoshui.web.agreements.rules.loan.planning import DAILY
from huoshui.web.agreements.rules.loan.state import half_up
from huoshui.web.agreements.rules.loan.walk import Walk

GROWING: tuple[Claim, ...] = ("interest", "penalty", "compound")
"""The claims that grow by the night."""

_NIGHT = dt.timedelta(1)


@dataclass(frozen=True)
class Line:
    """A claim that was `base` on a day and grows by `slope` fen a year from there on."""

    since: dt.date
    base: Fraction
    slope: Fraction
    day_count: str

    def come_to(self, day: dt.date) -> Fraction:
        """Give what the claim has come to by a day; before it counts, it does not grow."""
        if day <= self.since:
            return self.base
        return self.base + self.slope * year_fraction(self.since, day, self.day_count)

    def night(self, day: dt.date) -> int:
        """Give what is booked for the night before a day."""
        return half_up(self.come_to(day)) - half_up(self.come_to(day - _NIGHT))


@dataclass(frozen=True)
class Turn:
    """A day on which an instalment falls due and nothing else happens."""

    on: dt.date
    come_to_fen: int  # what the interest of its period comes to, as it is booked
    then: Line | None  # how interest goes on from there


@dataclass(frozen=True)
class Outlook:
    """A loan's nights from the day it was looked at, until it wakes."""

    day: dt.date
    is_accruing: bool
    lines: Mapping[Claim, Line] = field(default_factory=dict)
    turn: Turn | None = None
    wakes_on: dt.date | None = None  # the fold is asked again; null: nothing happens of itself

    def night(self, day: dt.date) -> dict[str, int]:
        """Give what is booked on a day before it wakes, by kind of posting."""
        assert self.wakes_on is None or day < self.wakes_on, "a loan that woke is folded"
        beside = "" if self.is_accruing else "_off"
        found = {}
        for claim in GROWING:
            amount = self._night(claim, day)
            if amount:
                found[f"accrue_{claim}{beside}"] = amount
        return found

    def _night(self, claim: Claim, day: dt.date) -> int:
        line = self.lines.get(claim)
        if line is None:
            return 0
        if claim == "interest" and self.turn and day == self.turn.on:
            return self.turn.come_to_fen - half_up(line.come_to(day - _NIGHT))
        return line.night(day)

    def turned(self, day: dt.date) -> Outlook:
        """Give the outlook at the end of a day: past its turn where that has come."""
        if self.turn is None or day < self.turn.on:
            return self
        others = {claim: line for claim, line in self.lines.items() if claim != "interest"}
        then = {"interest": self.turn.then} if self.turn.then else {}
        return replace(self, lines={**then, **others}, turn=None)


def outlook(walk: Walk, *, wakes_by: dt.date | None = None) -> Outlook | None:
    """Look ahead from where a walk stands; null: nothing will happen of itself any more.

    `wakes_by` is a day on which it wakes for another reason: an event dated ahead, or a new class.
    """
    if walk.standing not in ("open", "overdue"):
        return Outlook(walk.day, walk.is_accruing, wakes_on=wakes_by) if wakes_by else None
    stop = walk.next_day()
    turn, wakes = None, stop
    if stop is not None and (wakes_by is None or stop < wakes_by):
        turn, wakes = _turn(walk, stop)
    days = [day for day in (wakes, wakes_by) if day is not None]
    return Outlook(walk.day, walk.is_accruing, dict(_lines(walk)), turn, min(days, default=None))


def _lines(walk: Walk) -> Iterator[tuple[Claim, Line]]:
    if walk.plan and walk.undue:
        yield "interest", _interest(walk)
    principal, interest = walk.late
    rate = Fraction(walk.contract.penalty_rate(walk.rate))
    if principal:
        yield "penalty", Line(walk.day, walk.penalty, principal * rate, DAILY)
    if interest and walk.contract.compounds:
        yield "compound", Line(walk.day, walk.compound, interest * rate, DAILY)


def _interest(walk: Walk) -> Line:
    """Give the line of the running period from its last break on: a free day's end, a reset."""
    planner = walk.planner
    terms = planner.agreed(walk.agreed_rate, planner.terms.matures_on)
    since, base = (walk.since, walk.base) if walk.since else (walk.day, walk.running)
    begins = max(since, terms.drawn_on + dt.timedelta(terms.interest_free_days))
    first = terms.rate_from or terms.drawn_on
    resets = resets_between(terms.rate, first, begins, walk.day + _NIGHT)
    last = max([begins, *resets])
    rate = Fraction(terms.annual_rate(last, planner.rates))
    base += walk.undue * growth(terms, since, last, planner.rates)
    return Line(last, base, walk.undue * rate, terms.day_count)


def _turn(walk: Walk, stop: dt.date) -> tuple[Turn | None, dt.date | None]:
    """Walk on to the next stop; where only interest is booked there, that is all of it."""
    ahead = walk.copied()
    try:
        ahead.pass_to(stop)
        before = half_up(ahead.running)
        ahead.turn()
        then = dict(_lines(ahead)).get("interest")
    except Refused:  # a rate that is not published yet: it is asked for on the day itself
        return None, stop
    kinds = {move.kind.removesuffix("_off") for move in ahead.moves}
    is_quiet = kinds <= {"accrue_interest"} and ahead.late == walk.late
    is_quiet = is_quiet and ahead.is_accruing == walk.is_accruing
    is_quiet = is_quiet and walk.planner.next_reset(walk.day) != stop  # its rate is taken then
    has_rate = not any(walk.late) or ahead.rate == walk.rate
    if not (is_quiet and has_rate and walk.plan and walk.undue and ahead.standing != "closed"):
        return None, stop
    booked = before + sum(move.amount_fen for move in ahead.moves)
    return Turn(stop, booked, then), ahead.next_day()
