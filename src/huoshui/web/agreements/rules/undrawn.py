"""What is left of a facility day by day, and what the books need to show it.

The bank is bound to pay out what is undrawn, so it stands beside the books: less after a draw, more
where a revolving one is repaid, nothing once the term is over.  As with a loan, the books get the
difference between two views, each amount on its own day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from huoshui.web.agreements.rules.facility import FacilityEvent, ground_of
from huoshui.web.agreements.rules.loan.postings import Posting
from huoshui.web.agreements.rules.loan.state import LoanState

_OUT = ("draw", "draw_renewal")
_BACK = ("repay_principal", "renew_principal")
"""What loans book that uses a limit, and what gives it back where it revolves."""


def undrawn_moves(
    events: Sequence[FacilityEvent], loans: Iterable[LoanState], *, asof: dt.date
) -> tuple[Posting, ...]:
    """Give how what is undrawn came about to the end of a day, the earliest first.

    A change of the limit is counted before what is drawn and repaid on its day.
    """
    out, back = _moved(loans)
    days = {*out, *back, *(each.on for each in events)}
    ends = {
        until + dt.timedelta(1)
        for day in days
        if (until := ground_of(events, asof=day).until) is not None
    }
    found: list[Posting] = []
    used = undrawn = 0
    for day in sorted(each for each in days | ends if each <= asof):
        ground = ground_of(events, asof=day)
        limit = ground.limit_fen if ground.is_in_force(day) else 0
        given = max(0, limit - used)
        used = sum(fen for on, fen in out.items() if on <= day)
        if ground.is_revolving:
            used -= sum(fen for on, fen in back.items() if on <= day)
        left = max(0, limit - used)
        for fen, more, less in (
            (given - undrawn, "commit", "cancel"),
            (left - given, "restore", "use"),
        ):
            if fen:
                found.append(Posting(day, more if fen > 0 else less, abs(fen)))
        undrawn = left
    return tuple(found)


def _moved(loans: Iterable[LoanState]) -> tuple[Counter[dt.date], Counter[dt.date]]:
    out: Counter[dt.date] = Counter()
    back: Counter[dt.date] = Counter()
    for loan in loans:
        for move in loan.moves:
            if move.kind in _OUT:
                out[move.on] += move.amount_fen
            elif move.kind in _BACK:
                back[move.on] += move.amount_fen
    return out, back


def undrawn_on(moves: Iterable[Posting], day: dt.date) -> int:
    """Sum what is undrawn at the end of a day."""
    return sum(_signed(each) for each in moves if each.on <= day)


def least_undrawn(moves: Sequence[Posting], *, start: dt.date, end: dt.date) -> int:
    """Give the least that was undrawn at the end of any day from one to another."""
    days = {start, *(each.on for each in moves if start < each.on <= end)}
    return min(undrawn_on(moves, day) for day in days)


def undrawn_postings(before: Iterable[Posting], after: Iterable[Posting]) -> tuple[Posting, ...]:
    """Give what brings the books from one view of a facility to another, the earliest first."""
    sums: Counter[tuple[dt.date, str]] = Counter()
    for sign, moves in ((1, after), (-1, before)):
        for each in moves:
            sums[each.on, each.kind] += sign * each.amount_fen
    return tuple(sorted(Posting(*key, fen) for key, fen in sums.items() if fen))


def _signed(move: Posting) -> int:
    return move.amount_fen if move.kind in ("commit", "restore") else -move.amount_fen
