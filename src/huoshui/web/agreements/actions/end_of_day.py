"""End of day: what time alone did to every loan is booked, part by part and night by night.

A night of a part is one transaction: the voucher of all that grew, the loans that woke, their new
classes, one entry of the record, and the day to which the part is booked.  What was committed is
never done again and what was not is as if never begun, so the command may be killed and given
again at any point, and by several processes at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from huoshui.kernel.errors import Refused
from huoshui.policy.pack import Pack
from huoshui.web.agreements.actions.loans import SERVICE, Sent, loan_book
from huoshui.web.agreements.actions.outlooks import LOCK, PART_LOANS
from huoshui.web.agreements.actions.waking import Woken, part_wake
from huoshui.web.agreements.models import Agreement, BookPart, LoanOutlook
from huoshui.web.agreements.queries.end_of_day import rules_of
from huoshui.web.agreements.rules import sleeping
from huoshui.web.agreements.rules.booking import RULES
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.actions.bulk import transfers_select

CLOSER = replace(SYSTEM, permissions=frozenset({SERVICE}))
"""The jobs process, booking what nobody has to enter."""

BOOKED = "agreements.night_booked"
OPEN = ("open", "overdue")

_CLAIM = """
    SELECT id, booked_until FROM agreements_bookpart WHERE booked_until < %s
    ORDER BY booked_until, id LIMIT 1 FOR UPDATE {waiting}
"""


@dataclass(frozen=True)
class Booked:
    """What a night of a part came to."""

    part: int
    day: dt.date
    loans: int
    legs: int
    amount_fen: int
    woken: int
    turned: int
    classed: int
    held: int

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON can hold it."""
        return {**asdict(self), "day": str(self.day)}


def nights_book(*, at: dt.datetime, asof: dt.date) -> Iterator[Booked]:
    """Book nights of all parts to a day, the earliest first, until none is left.

    Parts that another process has in hand are left to it; at the end it is waited for, since it
    may be one that was killed.
    """
    pack = pack_on(asof)
    while True:
        for waiting in ("SKIP LOCKED", ""):
            found = _next_night(at, asof, pack, waiting)
            if found is not None:
                yield found
                break
        else:
            if not _is_pending(asof):
                return


def strays_book(*, at: dt.datetime, asof: dt.date) -> Iterator[dict[str, Any]]:
    """Book loans that stand in no part, one by one; give what holds those back that stay so."""
    with acting(CLOSER):
        strays = Agreement.objects.filter(state__in=OPEN, outlook__isnull=True)
        held = Agreement.objects.filter(outlook__isnull=False, outlook__part__isnull=True)
        wanted = [*strays.values_list("id", "ref"), *held.values_list("id", "ref")]
    for agreement, ref in sorted(wanted, key=lambda each: str(each[1])):
        sent = Sent(CLOSER, at, asof, f"end of day {asof}")
        try:
            with acting(CLOSER):
                loan_book(sent, agreement=agreement, until=asof)
        except Refused as refused:
            yield {"ref": ref, "problems": [each.to_dict() for each in refused.problems]}


def _next_night(at: dt.datetime, asof: dt.date, pack: Pack, waiting: str) -> Booked | None:
    with acting(CLOSER), connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(waiting=waiting), [asof])
        claimed = cursor.fetchone()
        if claimed is None:
            return None
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, claimed[0]])
        part = BookPart.objects.get(id=claimed[0])
        return _night(at, part, part.booked_until + dt.timedelta(1), pack)


def _is_pending(asof: dt.date) -> bool:
    with acting(CLOSER):
        return bool(BookPart.objects.filter(booked_until__lt=asof).exists())


def _night(at: dt.datetime, part: BookPart, day: dt.date, pack: Pack) -> Booked:
    """Book one night of a part that is held; its loans cannot change meanwhile."""
    where = {"part": part.id, "day": day}
    rules = rules_of(pack)
    with connection.cursor() as cursor:
        if part.rules and part.rules != rules:  # what loans were looked at by has changed
            LoanOutlook.objects.filter(part=part, looked_on__lt=day).update(wakes_on=day)
        cursor.execute(sleeping.TABLES)
        cursor.execute("SET LOCAL work_mem = '64MB'")
        woken = part_wake(CLOSER, at=at, part=part, day=day, pack=pack)
        cursor.execute(sleeping.SINCES, where)
        sinces = cursor.fetchall()
        _fill("night_years", sleeping.years(sinces, day))
        _fill("night_lines", sleeping.lines(pack, day))
        cursor.execute("ANALYZE night_years; ANALYZE night_lines")
        cursor.execute(sleeping.GROW, where)
        cursor.execute("SELECT count(*), coalesce(sum(amount_fen), 0)::bigint FROM night_rows")
        legs, amount_fen = cursor.fetchone()
    voucher = _posted(at, part, day, pack) if legs else None
    with connection.cursor() as cursor:
        cursor.execute(sleeping.TURN, where)
        turned = cursor.rowcount
    loans = LoanOutlook.objects.filter(part=part).count()
    part.booked_until, part.rules, part.is_open = day, rules, loans < PART_LOANS
    part.save(update_fields=["booked_until", "rules", "is_open"])
    found = Booked(
        part.id, day, loans, legs, amount_fen, woken.count, turned, len(woken.classed),
        len(woken.held),
    )  # fmt: skip
    _told(at, part, found, woken, voucher, pack)
    return found


def _fill(table: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def key_of(part: BookPart, day: dt.date) -> str:
    """Name the voucher of a night: an institution's part, and the day."""
    return f"eod/{part.n}/{day}"


def _posted(at: dt.datetime, part: BookPart, day: dt.date, pack: Pack) -> int:
    posted = transfers_select(
        CLOSER, at=at, institution=part.institution_id, key=key_of(part, day),
        rows=sleeping.POSTED, effective_on=day, why=f"end of day {day}", kind="accrue",
        rule=f"{RULES}@{pack.digest}", pack=pack,
    )  # fmt: skip
    return posted.voucher


def _told(
    at: dt.datetime, part: BookPart, found: Booked, woken: Woken, voucher: int | None, pack: Pack
) -> None:
    institution: UUID = part.institution_id
    entry_add(
        CLOSER,
        at=at,
        action=BOOKED,
        object_kind="book_part",
        object_id=part.id,
        institution=institution,
        rule=pack.digest,
        payload={
            **found.to_dict(),
            "voucher": voucher,
            "classed": [[ref, *change] for ref, change in woken.classed.items()],
            "held": [[ref, problem["code"]] for ref, problem in woken.held.items()],
        },
    )
