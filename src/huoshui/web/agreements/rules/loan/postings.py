"""What has to be booked for a loan to get from one state to another, each amount on its own day.

A back-dated or reversed event changes what should have been booked on every day since; the
difference is booked on those days, so that the books as of any day are right as known now.

| kind | when, and of what |
| --- | --- |
| draw, draw_renewal | paid out; settles another loan, no money moved |
| accrue_interest, accrue_penalty, accrue_compound | grown in the night before the day |
| charge_cost, charge_refund | a cost of the claim; a refund that turned out to be owed |
| receive, refund | money that came in or went back, through the borrower's clearing account |
| repay_CLAIM | set against the claim, out of the clearing account |
| overdue | principal that became late; taken back when it is paid |
| renew_principal | settled by a new loan |
| waive_CLAIM, write_off_CLAIM, recover_CLAIM | given up, taken off the books, come in after that |
| suspend_CLAIM, restore_CLAIM | taken beside the books, or back, when accrual stops or goes on |
| ..._off | the same beside the books, while the loan does not accrue |
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from huoshui.policy.schema.allocation import CLAIMS
from huoshui.web.agreements.rules.loan.planning import Planner
from huoshui.web.agreements.rules.loan.state import LoanState, Move, Stretch, half_up

_SUSPENDED = ("interest", "penalty", "compound")
_BOTH = ("accrue", "repay", "waive", "write_off")  # on the books and beside them
POSTING_KINDS: tuple[str, ...] = (
    "draw",
    "draw_renewal",
    "charge_cost",
    "charge_refund",
    "receive",
    "refund",
    "overdue",
    "renew_principal",
    *(f"{verb}_{claim}" for verb in ("repay", "write_off", "recover") for claim in CLAIMS),
    *(f"waive_{claim}" for claim in CLAIMS if claim != "principal"),
    *(f"{verb}_{claim}" for verb in ("accrue", "suspend", "restore") for claim in _SUSPENDED),
    *(f"{verb}_{claim}_off" for verb in _BOTH for claim in _SUSPENDED),
)
"""Every kind that a loan may book, each of which needs a rule of posting."""


@dataclass(frozen=True, order=True)
class Posting:
    """An amount to be booked by the rule of its kind; below nothing, it is booked back."""

    on: dt.date
    kind: str
    amount_fen: int


def postings(
    before: LoanState | None, after: LoanState, *, planner: Planner
) -> tuple[Posting, ...]:
    """Give what brings the books from one state of a loan to another, the earliest first."""
    sums: Counter[tuple[dt.date, str]] = Counter()
    for sign, some, other in ((1, after, before), (-1, before, after)):
        if some is None:
            continue
        laid = planner.drawn(some.drawn_on, some.drawn_fen) if some.drawn_on else planner
        moves = Counter(some.moves) - Counter(other.moves if other else ())
        stretches = Counter(some.stretches)
        if other and other.drawn_on == some.drawn_on:  # else the same days are counted otherwise
            stretches -= Counter(other.stretches)
        for move in (*moves.elements(), *_grown(stretches.elements(), laid)):
            sums[move.on, move.kind] += sign * move.amount_fen
    return tuple(sorted(Posting(*key, amount) for key, amount in sums.items() if amount))


def booked(
    moves: Iterable[Move], stretches: Iterable[Stretch], *, planner: Planner
) -> tuple[Posting, ...]:
    """Give what was moved and what grew as it is booked, the earliest first."""
    sums: Counter[tuple[dt.date, str]] = Counter()
    for move in (*moves, *_grown(stretches, planner)):
        sums[move.on, move.kind] += move.amount_fen
    return tuple(sorted(Posting(*key, amount) for key, amount in sums.items() if amount))


def _grown(stretches: Iterable[Stretch], planner: Planner) -> Iterator[Move]:
    """Give day by day what grew, each day rounded so that the sum is the rounded sum."""
    for each in stretches:
        told = half_up(_come_to(each, each.start, planner))
        for nth in range(1, (each.end - each.start).days + 1):
            day = each.start + dt.timedelta(nth)
            now = half_up(_come_to(each, day, planner))
            if now != told:
                yield Move(day, each.kind, now - told)
            told = now


def _come_to(each: Stretch, day: dt.date, planner: Planner) -> Fraction:
    """Give what a claim had come to by a day."""
    if each.kind.startswith("accrue_interest"):
        grown = planner.interest(each.balance_fen, each.annual_rate, each.since, day)
    else:
        assert each.annual_rate is not None, "a penalty rate is known"
        grown = planner.daily_interest(each.balance_fen, each.annual_rate, each.since, day)
    return each.base + grown
