"""Keep what the bank's core says otherwise of loans as breaks, and close those that agree again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.matching import breaks_close, deeds_note
from huoshui.web.ledger.models import BankFile, Break
from huoshui.web.ledger.rules.breaks import CLOSED, OPEN


@dataclass(frozen=True)
class CoreDifference:
    """One thing of a loan that two books say differently."""

    agreement: str
    kind: str
    ours: str
    theirs: str
    amount_fen: int | None = None  # theirs above ours, where it is money


@dataclass(frozen=True)
class Compared:
    """What comparing a core's file with the platform's loans came to."""

    loans: int
    agreeing: int
    found: int
    changed: int
    closed: int
    undecided: int  # things that nobody here knows, such as a class that waits for a judgement


@transaction.atomic(savepoint=False)
def core_breaks_keep(
    actor: Actor,
    *,
    at: dt.datetime,
    asof: dt.date,
    file: BankFile,
    differences: Sequence[CoreDifference],
    compared: Collection[str],
    undecided: int,
) -> Compared:
    """Keep the differences of the loans compared; what no longer differs is closed."""
    institution: UUID = file.institution_id
    rows = Break.objects.filter(institution_id=institution, side="core").exclude(state=CLOSED)
    open_ = {(each.agreement, each.kind): each for each in rows.select_for_update(no_key=True)}
    now = {(each.agreement, each.kind): each for each in differences}
    made = Break.objects.bulk_create(
        Break(
            institution_id=institution, side="core", kind=each.kind, agreement=each.agreement,
            ours=each.ours, theirs=each.theirs, amount_fen=each.amount_fen, since=asof,
            found_at=at, state=OPEN,
        )
        for key, each in now.items()
        if key not in open_
    )  # fmt: skip
    deeds_note(actor, at=at, breaks=made, deed="found", said={"file": file.pk})
    changed = []
    for key, known in open_.items():
        each = now.get(key)
        if each and (known.ours, known.theirs) != (each.ours, each.theirs):
            known.ours, known.theirs = each.ours, each.theirs
            changed.append(known)
    Break.objects.bulk_update(changed, ["ours", "theirs"])
    deeds_note(actor, at=at, breaks=changed, deed="changed", said={"file": file.pk})
    ended = [each for key, each in open_.items() if key not in now and key[0] in compared]
    breaks_close(actor, at=at, breaks=ended, deed="agrees")
    differing = {each.agreement for each in differences}
    found = Compared(
        len(compared), len(set(compared) - differing), len(made), len(changed), len(ended),
        undecided,
    )  # fmt: skip
    file.taken_at, file.told = at, {"asof": asof.isoformat(), **vars(found)}
    file.save(update_fields=["taken_at", "told"])
    entry_add(
        actor, at=at, action="core.compared", object_kind="bank_file", object_id=file.pk,
        institution=institution, payload={"asof": asof, **vars(found)},
    )  # fmt: skip
    return found
