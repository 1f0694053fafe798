"""Fold the loans of a part that wake on a day: an instalment, lateness, a reset, a new class.

One that cannot be folded, since a rate was not published, is held back by itself and named; the
others go on.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from huoshui.kernel.errors import Refused
from huoshui.policy.pack import Pack
from huoshui.web.agreements.actions.outlooks import class_body, wakes_by
from huoshui.web.agreements.models import Agreement, AgreementEvent, BookPart
from huoshui.web.agreements.queries.end_of_day import events_of
from huoshui.web.agreements.queries.loans import Loan, loan_made, reclassing_of
from huoshui.web.agreements.rules import sleeping
from huoshui.web.agreements.rules.booking import entries_of
from huoshui.web.agreements.rules.loan.events import standing
from huoshui.web.agreements.rules.loan.keeping import COLUMNS, kept
from huoshui.web.agreements.rules.loan.nights import Night, night_of
from huoshui.web.agreements.rules.loan.outlook import Outlook, outlook
from huoshui.web.agreements.rules.loan.resets import RateTaken, resets_due
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.agreements.rules.states import CLASSED, RATE_TAKEN
from huoshui.web.audit.rules.actor import Actor

AT_ONCE = 1_000
"""So many loans are read and folded together."""

AFTER_SLEEPING = 1_000
"""Lines of loans that woke come after those of the same loan asleep, of which there are none."""

_LOOKS = """
    CREATE TEMP TABLE IF NOT EXISTS night_looks ON COMMIT DROP AS
    SELECT id, class_name, {columns} FROM agreements_loanoutlook WHERE false
"""
_LOOK_AGAIN = """
    UPDATE agreements_loanoutlook o SET class_name = l.class_name, {columns}
    FROM night_looks l WHERE l.id = o.id
"""
_STAND = """
    UPDATE agreements_agreement a SET booked_until = %s, state = w.state
    FROM unnest(%s::uuid[], %s::text[]) AS w(id, state) WHERE a.id = w.id
"""
_HOLD = """
    WITH held AS (
        UPDATE agreements_loanoutlook o SET part_id = NULL, held = w.held
        FROM unnest(%s::bigint[], %s::jsonb[]) AS w(id, held) WHERE o.id = w.id
        RETURNING o.agreement_id
    )
    UPDATE agreements_agreement a SET booked_until = greatest(a.booked_until, %s)
    FROM held WHERE a.id = held.agreement_id
"""


@dataclass
class Woken:
    """What came of the loans that woke."""

    count: int = 0
    classed: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Folded:
    outlook_id: int
    loan: Loan
    night: Night
    outlook: Outlook | None  # null: nothing will happen of itself any more
    class_name: str | None
    resets: tuple[RateTaken, ...]  # that the night passed

    @property
    def has_new_class(self) -> bool:
        """Whether it goes on, in another class than the one noted last."""
        return self.outlook is not None and self.class_name != self.loan.class_noted


def part_wake(actor: Actor, *, at: dt.datetime, part: BookPart, day: dt.date, pack: Pack) -> Woken:
    """Fold what wakes, lay down what it books, and look ahead anew."""
    done = Woken()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT agreement_id, id FROM agreements_loanoutlook WHERE {sleeping.AWAKE} "
            "ORDER BY id",
            {"part": part.id, "day": day},
        )
        awake = cursor.fetchall()
    done.count = len(awake)
    for start in range(0, len(awake), AT_ONCE):
        chunk = dict(awake[start : start + AT_ONCE])
        folded, held = _folded(chunk, day, pack, done)
        _lay_down(folded, pack)
        _look_again(folded, day)
        _note(actor, folded, at, day)
        _hold_back(held, day)
    return done


def _folded(
    chunk: dict[Any, int], day: dt.date, pack: Pack, done: Woken
) -> tuple[list[_Folded], dict[int, dict[str, Any]]]:
    rows = list(Agreement.objects.select_for_update().filter(id__in=chunk).order_by("id"))
    events = events_of(rows)
    folded: list[_Folded] = []
    held: dict[int, dict[str, Any]] = {}
    for found in sorted(rows, key=lambda each: chunk[each.id]):
        try:
            made = _fold(chunk[found.id], found, events.get(found.id, []), day, pack)
        except Refused as refused:
            held[chunk[found.id]] = done.held[found.ref] = refused.problems[0].to_dict()
            continue
        folded.append(made)
        if made.has_new_class:
            done.classed[found.ref] = (made.loan.class_noted, made.class_name)
    return folded, held


def _fold(
    outlook_id: int, found: Agreement, events: Sequence[AgreementEvent], day: dt.date, pack: Pack
) -> _Folded:
    loan = loan_made(found, events, pack=pack)
    if loan is None:
        raise AgreementRefusal.NOT_A_LOAN.refuse(ref=found.ref)
    night = night_of(loan.contract, standing(loan.events), day=day)
    change = reclassing_of(pack).change(night.state)
    ahead = outlook(night.walk, wakes_by=wakes_by(loan, day, change))
    resets = tuple(resets_due(night.walk, loan.taken_on))
    return _Folded(outlook_id, loan, night, ahead, change.name, resets)


def _lay_down(folded: Sequence[_Folded], pack: Pack) -> None:
    """Add what the loans book to the rows of the night."""
    with connection.cursor() as cursor, cursor.copy("COPY night_rows FROM STDIN") as copy:
        for each in folded:
            for nth, entry in enumerate(_entries(each, pack)):
                copy.write_row(
                    (
                        each.outlook_id, AFTER_SLEEPING + nth, entry.debit.code,
                        entry.debit.agreement, entry.credit.code, entry.credit.agreement,
                        entry.amount_fen, entry.book,
                    )
                )  # fmt: skip


def _entries(each: _Folded, pack: Pack) -> Iterator[Any]:
    for posting in each.night.postings:
        yield from entries_of(pack, posting, agreement=each.loan.agreement.ref)


def _look_again(folded: Sequence[_Folded], day: dt.date) -> None:
    ahead = [each for each in folded if each.outlook is not None]
    gone = [each.outlook_id for each in folded if each.outlook is None]
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS.format(columns=", ".join(COLUMNS)))
        cursor.execute("TRUNCATE night_looks")
        with cursor.copy("COPY night_looks FROM STDIN") as copy:
            for each in ahead:
                assert each.outlook is not None, "chosen above"
                copy.write_row((each.outlook_id, each.class_name, *kept(each.outlook).values()))
        cursor.execute("ANALYZE night_looks")
        columns = ", ".join(f"{name} = l.{name}" for name in COLUMNS)
        cursor.execute(_LOOK_AGAIN.format(columns=columns))
        cursor.execute("DELETE FROM agreements_loanoutlook WHERE id = ANY(%s)", [gone])
        ids = [each.loan.agreement.id for each in folded]
        cursor.execute(_STAND, [day, ids, [each.night.state.standing for each in folded]])


def _note(actor: Actor, folded: Sequence[_Folded], at: dt.datetime, day: dt.date) -> None:
    """Note resets and new classes in the agreements' streams; the night's entry tells of all."""
    AgreementEvent.objects.bulk_create(
        AgreementEvent(
            agreement=each.loan.agreement,
            subject_id=each.loan.agreement.subject_id,
            institution_id=each.loan.agreement.institution_id,
            n=each.loan.last + nth,
            kind=kind,
            at=at,
            on=on,
            by=actor.name,
            body=body,
        )
        for each in folded
        for nth, (kind, on, body) in enumerate(_noted(each, day), start=1)
    )


def _noted(each: _Folded, day: dt.date) -> Iterator[tuple[str, dt.date, dict[str, Any]]]:
    for taken in each.resets:
        yield RATE_TAKEN, taken.on, taken.body
    if each.has_new_class:
        yield CLASSED, day, class_body(each.loan, each.class_name)


def _hold_back(held: dict[int, dict[str, Any]], day: dt.date) -> None:
    if held:
        said = [json.dumps(problem, ensure_ascii=False) for problem in held.values()]
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [list(held), said, day - dt.timedelta(1)])
