"""Hold money on its way: pending transfers count against floors until they are posted or let go.

A hold is posted whole or in part, and what is not posted is let go with it; or all is let go.
Either happens once, which the database sees to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Refused
from huoshui.policy.pack import Pack
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.posting import (
    Posted,
    Wanted,
    Written,
    vouchers_post,
    vouchers_write,
)
from huoshui.web.ledger.queries.vouchers import lines_of
from huoshui.web.ledger.rules.entries import Booking, Entry, Line, body_digest
from huoshui.web.ledger.rules.refusals import LedgerRefusal


def transfers_hold(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    key: str,
    entries: Sequence[Entry],
    effective_on: dt.date,
    why: str,
    subject: UUID | None = None,
    pack: Pack | None = None,
) -> Posted:
    """Hold entries together: nothing moves yet, and what they would lower is no longer free."""
    wanted = Wanted(key, Booking("hold", effective_on, why), entries)
    (held,) = vouchers_post(
        actor, at=at, institution=institution, wanted=[wanted], transfer_kind="pending",
        subject=subject, pack=pack,
    )  # fmt: skip
    return held


@transaction.atomic(savepoint=False)
def hold_post(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    hold: int,
    key: str,
    effective_on: dt.date,
    why: str,
    amounts_fen: Mapping[int, int] | None = None,
    subject: UUID | None = None,
) -> Posted:
    """Post what a voucher holds; `amounts_fen` by line where less is posted, the rest let go."""
    held = _held(actor, institution, hold)
    posted = {line.n: line.amount_fen for line in held} | dict(amounts_fen or {})
    Refused.raise_any(
        LedgerRefusal.ABOVE_HOLD.problem(
            hold=hold, n=line.n, held_fen=line.amount_fen, amount_fen=posted[line.n]
        )
        for line in held
        if not 0 <= posted[line.n] <= line.amount_fen
    )
    return _resolve(actor, at, institution, hold, key, ("post", effective_on, why), held, posted,
                    subject)  # fmt: skip


@transaction.atomic(savepoint=False)
def hold_void(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    hold: int,
    key: str,
    effective_on: dt.date,
    why: str,
    subject: UUID | None = None,
) -> Posted:
    """Let go of all that a voucher holds."""
    held = _held(actor, institution, hold)
    none = {line.n: 0 for line in held}
    return _resolve(actor, at, institution, hold, key, ("void", effective_on, why), held, none,
                    subject)  # fmt: skip


def _held(actor: Actor, institution: UUID, hold: int) -> list[Line]:
    lines = lines_of(actor, institution=institution, voucher=hold)
    if any(line.kind != "pending" for line in lines):
        raise LedgerRefusal.NO_HOLD.refuse(hold=hold)
    return lines


def _resolve(
    actor: Actor,
    at: dt.datetime,
    institution: UUID,
    hold: int,
    key: str,
    said: tuple[str, dt.date, str],
    held: Sequence[Line],
    posted: Mapping[int, int],
    subject: UUID | None,
) -> Posted:
    kind, effective_on, why = said
    booking = Booking(kind, effective_on, why)
    lines: list[Line] = []
    for each in held:
        for word, amount_fen in (
            ("post", posted[each.n]),
            ("void", each.amount_fen - posted[each.n]),
        ):
            if amount_fen:
                lines.append(
                    each._replace(
                        n=len(lines) + 1,
                        amount_fen=amount_fen,
                        kind=word,
                        hold_id=hold,
                        hold_n=each.n,
                    )
                )
    amounts = ",".join(f"{n}:{fen}" for n, fen in sorted(posted.items()))
    body = body_digest(booking, (), form=f"{kind} {hold} {amounts}")
    written = Written(key, booking, lines, body)
    (made,) = vouchers_write(
        actor, at=at, institution=institution, written=[written], subject=subject
    )
    return made
