"""Match statements with the ledger, keep what is left as breaks, and take matches apart again.

Who matches holds the row of the account (`Reconciling`), so that two statements are not matched
with one transfer.  What was looked at once is remembered as matched or as a break; later only new
transfers and open breaks are looked at, however long the account is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import (
    Break,
    BreakDeed,
    CashReference,
    Instruction,
    InstructionDeed,
    Match,
    MatchItem,
    Reconciling,
    StatementLine,
)
from huoshui.web.ledger.queries.balances import known_now
from huoshui.web.ledger.queries.cash import (
    Moved,
    cash_unmatched,
    lines_unmatched,
    pairs_named_otherwise,
    through_on,
)
from huoshui.web.ledger.rules.breaks import CLOSED, OPEN, TAKEN_APART, WAITING
from huoshui.web.ledger.rules.matching import Kind, Line, Matching, Pair, Place, match


@dataclass(frozen=True)
class Reconciled:
    """What a round of matching came to."""

    matched: Mapping[str, int]  # pairs by rule
    breaks: int  # open after it
    waiting: int


def cash_name(actor: Actor, *, institution: UUID, names: Iterable[tuple[Place, str, bool]]) -> None:
    """Say what transfers at a bank are known by; said twice, it is known once."""
    CashReference.objects.bulk_create(
        [
            CashReference(
                institution_id=institution, voucher_id=place[0], n=place[1], reference=name,
                is_deed=is_deed,
            )
            for place, name, is_deed in names
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def reconcile(
    actor: Actor, *, at: dt.datetime, institution: UUID, code: str, lines: Collection[int] = ()
) -> Reconciled:
    """Match all that is open on an account of the books, with the new lines of a statement."""
    held = hold(institution, code)
    settled = known_now()
    apart = Break.objects.filter(institution_id=institution, kind=TAKEN_APART, state=OPEN)
    by_hand = set(apart.values_list("line_id", "voucher_id", "n"))

    def unmatched() -> tuple[list[Line], list[Moved]]:
        cash = cash_unmatched(actor, institution=institution, code=code, after=held.through)
        open_ = lines_unmatched(actor, institution=institution, code=code, new=lines)
        return (
            [each for each in open_ if (each.id, None, None) not in by_hand],
            [each for each in cash if (None, *each.cash.place) not in by_hand],
        )

    left, moved = unmatched()
    loose = pairs_named_otherwise(
        actor, institution=institution, lines=left, cash=[each.cash for each in moved]
    )
    for pair in loose:  # what was found by amount and day alone gives way to a name
        match_loose(actor, at=at, match=pair, code=code, kind="ambiguous")
    if loose:
        left, moved = unmatched()
    through = through_on(actor, institution=institution, code=code)
    found = match(left, [each.cash for each in moved], through=through)
    amounts = _amounts(left, moved)
    numbers = match_write(actor, at=at, institution=institution, pairs=found.pairs, amounts=amounts)
    _breaks_write(
        actor, at=at, institution=institution, code=code, found=found, left=left, moved=moved
    )
    held.through = max(held.through, settled)
    held.save(update_fields=["through"])
    counted = Counter(pair.rule for pair in found.pairs)
    waiting = sum(1 for kind in found.cash_breaks.values() if kind == "waiting")
    breaks = len(found.line_breaks) + len(found.cash_breaks) - waiting + len(by_hand)
    if found.pairs or lines:
        entry_add(
            actor,
            at=at,
            action="reconciliation.matched",
            object_kind="reconciling",
            object_id=held.pk,
            institution=institution,
            payload={"code": code, "pairs": dict(counted), "matches": numbers,
                     "breaks": breaks, "waiting": waiting, "gave_way": loose},
        )  # fmt: skip
    return Reconciled(dict(counted), breaks, waiting)


def hold(institution: UUID, code: str) -> Reconciling:
    """Hold an account's row until the transaction ends."""
    Reconciling.objects.bulk_create(
        [Reconciling(institution_id=institution, code=code)], ignore_conflicts=True
    )
    rows = Reconciling.objects.select_for_update(no_key=True)
    found: Reconciling = rows.get(institution_id=institution, code=code)
    return found


Amounts = tuple[Mapping[int, int], Mapping[Place, int]]


def _amounts(lines: Iterable[Line], moved: Iterable[Moved]) -> Amounts:
    return (
        {each.id: each.amount_fen for each in lines},
        {each.cash.place: each.cash.amount_fen for each in moved},
    )


def match_write(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    pairs: Sequence[Pair],
    amounts: Amounts,
    why: str = "",
) -> list[int]:
    """Write matches; the database holds each to the same sum on both sides.

    Breaks of what is matched are closed, and payments that a statement shows are settled.
    """
    if not pairs:
        return []
    made = Match.objects.bulk_create(
        [
            Match(institution_id=institution, rule=pair.rule, at=at, by_name=actor.label, why=why)
            for pair in pairs
        ]
    )
    items = []
    for head, pair in zip(made, pairs, strict=True):
        kept = {"match": head, "institution_id": institution}
        items += [MatchItem(**kept, line_id=x, amount_fen=amounts[0][x]) for x in pair.lines]
        items += [
            MatchItem(**kept, voucher_id=x[0], n=x[1], amount_fen=amounts[1][x]) for x in pair.cash
        ]
    # In one statement: the sums of both sides are compared when it ends.
    MatchItem.objects.bulk_create(items)
    lines = {line for pair in pairs for line in pair.lines}
    places = {place for pair in pairs for place in pair.cash}
    open_ = Break.objects.filter(institution_id=institution).exclude(state=CLOSED)
    ended = [each for each in open_.filter(side="bank") if each.line_id in lines]
    ended += [each for each in open_.filter(side="book") if (each.voucher_id, each.n) in places]
    breaks_close(actor, at=at, breaks=ended, deed="matched")
    shown = {place for pair in pairs if pair.lines for place in pair.cash}
    _settle(actor, at=at, institution=institution, places=shown)
    return [head.pk for head in made]


def match_loose(
    actor: Actor, *, at: dt.datetime, match: int, code: str, kind: str
) -> list[MatchItem]:
    """Take a match apart: its lines and transfers are breaks again, of a kind."""
    rows = MatchItem.objects.filter(match_id=match)
    items = list(rows.select_related("line"))
    rows.delete()
    for each in items:
        _reopen(actor, at=at, item=each, code=code, kind=kind)
    return items


def _reopen(actor: Actor, *, at: dt.datetime, item: MatchItem, code: str, kind: str) -> None:
    said: dict[str, Any]
    if item.line_id is not None:
        said = {"side": "bank", "line_id": item.line_id}
        since, agreement = item.line.booked_on, None
    else:
        said = {"side": "book", "voucher_id": item.voucher_id, "n": item.n}
        since, agreement = _told_of((item.voucher_id, item.n))
    made, was_made = Break.objects.get_or_create(
        **said,
        defaults={
            "institution_id": item.institution_id,
            "kind": kind,
            "code": code,
            "amount_fen": item.amount_fen,
            "since": since,
            "agreement": agreement,
            "found_at": at,
            "state": OPEN,
        },
    )
    if not was_made:
        made.state, made.closed_at, made.kind = OPEN, None, kind
        made.save(update_fields=["state", "closed_at", "kind"])
    deeds_note(actor, at=at, breaks=[made], deed="found" if was_made else "reopened")


def _told_of(place: Place) -> tuple[dt.date, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.effective_on, coalesce(d.agreement, c.agreement) FROM ledger_transfer t "
            "JOIN ledger_account d ON d.id = t.debit_id "
            "JOIN ledger_account c ON c.id = t.credit_id WHERE t.voucher_id = %s AND t.n = %s",
            place,
        )
        day, agreement = cursor.fetchone()
    return day, agreement


def breaks_close(actor: Actor, *, at: dt.datetime, breaks: Sequence[Break], deed: str) -> None:
    """Close breaks and note why."""
    for each in breaks:
        each.state, each.closed_at, each.proposal, each.proposed_by = CLOSED, at, None, None
    fields = ["state", "closed_at", "proposal", "proposed_by"]
    Break.objects.bulk_update(breaks, fields)
    deeds_note(actor, at=at, breaks=breaks, deed=deed)


def deeds_note(
    actor: Actor,
    *,
    at: dt.datetime,
    breaks: Iterable[Break],
    deed: str,
    said: Mapping[str, object] | None = None,
) -> None:
    """Note what was done about breaks."""
    BreakDeed.objects.bulk_create(
        BreakDeed(
            about=each, institution_id=each.institution_id, deed=deed, at=at,
            by_name=actor.label, said=dict(said or {}),
        )
        for each in breaks
    )  # fmt: skip


def _breaks_write(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    code: str,
    found: Matching,
    left: Sequence[Line],
    moved: Sequence[Moved],
) -> None:
    """Keep a break for each line and transfer that no pair holds, with why it is not matched."""
    rows = Break.objects.filter(institution_id=institution, side__in=("bank", "book"))
    keys = {*found.line_breaks, *found.cash_breaks}
    known = {
        key: each
        for each in rows.exclude(state=CLOSED)
        for key in (each.line_id if each.side == "bank" else (each.voucher_id, each.n),)
        if key in keys
    }
    days = dict(
        StatementLine.objects.filter(id__in=found.line_breaks).values_list("id", "booked_on")
    )
    made: list[Break] = []
    for line in left:
        if line.id in found.line_breaks and line.id not in known:
            made.append(
                Break(side="bank", line_id=line.id, since=days[line.id], amount_fen=line.amount_fen)
            )
    for each in moved:
        place = each.cash.place
        if place in found.cash_breaks and place not in known:
            made.append(
                Break(side="book", voucher_id=place[0], n=place[1], since=each.cash.on,
                      agreement=each.agreement, amount_fen=each.cash.amount_fen)
            )  # fmt: skip
    for fresh in made:
        kind = _kind_of(found, fresh)
        fresh.institution_id, fresh.code, fresh.found_at, fresh.kind = institution, code, at, kind
        fresh.state = WAITING if kind == "waiting" else OPEN
    written = Break.objects.bulk_create(made)
    deeds_note(actor, at=at, breaks=[b for b in written if b.state == OPEN], deed="found")
    changed = [each for each in known.values() if each.kind != _kind_of(found, each)]
    arisen = [each for each in changed if each.state == WAITING]
    for each in changed:
        each.kind = _kind_of(found, each)
        each.state = WAITING if each.kind == "waiting" else OPEN
    Break.objects.bulk_update(changed, ["kind", "state"])
    deeds_note(actor, at=at, breaks=[b for b in arisen if b.state == OPEN], deed="found")


def _kind_of(found: Matching, each: Break) -> Kind:
    if each.line_id is not None:
        return found.line_breaks[each.line_id]
    return found.cash_breaks[each.voucher_id, each.n]


def _settle(actor: Actor, *, at: dt.datetime, institution: UUID, places: Collection[Place]) -> None:
    """Payments that a statement shows are settled, whatever was heard of them before.

    What was rejected and asked for anew was paid once: the one that stands is settled.
    """
    rows = Instruction.objects.filter(
        institution_id=institution, voucher_id__in={voucher for voucher, _ in places}
    ).exclude(state="settled")
    by_place: dict[Place, Instruction] = {}
    for each in sorted(rows, key=lambda row: (row.state != "rejected", row.at)):
        if (each.voucher_id, each.n) in places:
            by_place[each.voucher_id, each.n] = each  # the last: one that stands, if there is one
    shown = list(by_place.values())
    for each in shown:
        each.state = "settled"
    Instruction.objects.bulk_update(shown, ["state"])
    InstructionDeed.objects.bulk_create(
        InstructionDeed(
            instruction=each, institution_id=institution, state="settled", at=at,
            by_name=actor.label,
        )
        for each in shown
    )  # fmt: skip
