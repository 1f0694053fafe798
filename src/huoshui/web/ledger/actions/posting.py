"""Post transfers: one voucher a call, all of its lines or none, under a key that never expires.

Whatever the action, the same way is gone: the voucher takes the key, one entry of the record
tells of it with the digest of all its lines, and the lines are written last, since the lock of
an account with a floor is held from then on.  The database refuses what would overdraw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Refused
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.record import entry_said
from huoshui.web.audit.actions.statements import answered, listed
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.accounts import accounts_open
from huoshui.web.ledger.actions.refusing import refusing
from huoshui.web.ledger.queries.accounts import account_ids
from huoshui.web.ledger.queries.vouchers import lines_of, voucher_of_key
from huoshui.web.ledger.rules.asking import entry_problems
from huoshui.web.ledger.rules.entries import (
    AccountName,
    Booking,
    Entry,
    Line,
    TransferKind,
    body_digest,
    transfer_digest,
    voucher_digest,
)
from huoshui.web.ledger.rules.refusals import LedgerRefusal

POSTED = "ledger.posted"

_WRITE = (
    f"SELECT voucher, batch FROM ledger_voucher_write({', '.join(f'${n}' for n in range(1, 29))})"
).encode()
_LINES = b"""
    INSERT INTO ledger_transfer (institution_id, voucher_id, effective_on, n, debit_id, credit_id,
                                 amount_fen, book, kind, hold_id, hold_n, digest)
    SELECT $1::uuid, * FROM unnest($2::bigint[], $3::date[], $4::int[], $5::bigint[],
        $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::int[],
        $12::bytea[])
"""
_NO_LINES = (None,) * 9


@dataclass(frozen=True)
class Posted:
    """The answer to a posting: its voucher and batch; a second asking gets the first's."""

    voucher: int
    batch: int  # the ledger's knowledge time; all is in it once transactions before it ended
    was_there: bool = False  # the key had been used for the same before


@dataclass(frozen=True)
class Wanted:
    """A voucher that is asked for: its key, what is said of it, and its entries."""

    key: str
    booking: Booking
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Written:
    """A voucher as it is written: its accounts by number, and the hash of what was asked."""

    key: str
    booking: Booking
    lines: Sequence[Line]
    body: bytes


def transfers_post(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    key: str,
    entries: Sequence[Entry],
    effective_on: dt.date,
    why: str,
    kind: str = "manual",
    corrects: int | None = None,
    rule: str | None = None,
    subject: UUID | None = None,
    pack: Pack | None = None,
) -> Posted:
    """Post entries at once, together; accounts that there are not are opened by the chart.

    The caller has asked whether the actor may do what is posted here; the database sees to it
    that the books are those of the actor's own institution.
    """
    wanted = Wanted(key, Booking(kind, effective_on, why, corrects, rule), entries)
    (posted,) = vouchers_post(
        actor, at=at, institution=institution, wanted=[wanted], subject=subject, pack=pack
    )
    return posted


@transaction.atomic(savepoint=False)
def vouchers_post(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    wanted: Sequence[Wanted],
    transfer_kind: TransferKind = "posted",
    subject: UUID | None = None,
    pack: Pack | None = None,
) -> list[Posted]:
    """Post several vouchers together; floors are looked at when all of them are written.

    A replay corrects many value days at once, and an account may fall below its floor between
    two of them.
    """
    Refused.raise_any(problem for each in wanted for problem in entry_problems(each.entries))
    names = {
        name for each in wanted for entry in each.entries for name in (entry.debit, entry.credit)
    }
    numbers: Mapping[AccountName, int] = account_ids(actor, institution=institution, names=names)
    if len(numbers) < len(names):
        # What was posted under these keys before needs no account that a chart no longer has.
        before = _all_before(actor, institution, wanted, transfer_kind)
        if before is not None:
            return before
        numbers = accounts_open(
            actor, at=at, institution=institution, names=names, pack=pack or pack_on(at.date())
        )
    written = [
        Written(each.key, each.booking, _lines(each.entries, numbers, transfer_kind),
                body_digest(each.booking, each.entries, form=transfer_kind))
        for each in wanted
    ]  # fmt: skip
    return vouchers_write(actor, at=at, institution=institution, written=written, subject=subject)


@transaction.atomic(savepoint=False)
def voucher_reverse(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    voucher: int,
    key: str,
    effective_on: dt.date,
    why: str,
    subject: UUID | None = None,
) -> Posted:
    """Take a posted voucher back by one that turns each of its lines; once."""
    lines = lines_of(actor, institution=institution, voucher=voucher)
    if any(line.kind != "posted" for line in lines):
        raise LedgerRefusal.NOT_REVERSIBLE.refuse(voucher=voucher)
    turned = [line._replace(debit=line.credit, credit=line.debit) for line in lines]
    booking = Booking("reverse", effective_on, why, corrects=voucher)
    written = Written(key, booking, turned, body_digest(booking, (), form="reverse"))
    (posted,) = vouchers_write(
        actor, at=at, institution=institution, written=[written], subject=subject
    )
    return posted


def vouchers_write(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    written: Sequence[Written],
    subject: UUID | None = None,
) -> list[Posted]:
    """Write vouchers in the caller's transaction, but for those whose key was used for the same.

    One by itself brings its lines along; those of several are written, and looked at, together.
    """
    corrects = next((each.booking.corrects for each in written), None)
    made: list[Posted] = []
    rows: list[tuple[int, dt.date, Line, bytes]] = []
    with refusing(corrects):
        for each in written:
            day, alone = each.booking.effective_on, len(written) == 1
            transfers = [transfer_digest(line, day) for line in each.lines]
            digest = voucher_digest(
                each.booking, institution=institution, key=each.key, at=at, body=each.body,
                transfers=transfers,
            )  # fmt: skip
            posted = voucher_write(
                actor, at=at, institution=institution, key=each.key, booking=each.booking,
                legs=len(transfers), amount_fen=sum(line.amount_fen for line in each.lines),
                body=each.body, digest=digest, subject=subject,
                lines=_columns(each.lines, transfers) if alone else _NO_LINES,
            )  # fmt: skip
            made.append(posted)
            if not (alone or posted.was_there):
                pairs = zip(each.lines, transfers, strict=True)
                rows += [(posted.voucher, day, *pair) for pair in pairs]
        if rows:
            vouchers, days, lines, digests = zip(*rows, strict=True)
            values = [listed(vouchers), _words(days), *_columns(lines, digests)]
            answered(_LINES, [institution, *values])
    return made


def voucher_write(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    key: str,
    booking: Booking,
    legs: int,
    amount_fen: int,
    body: bytes,
    digest: bytes,
    subject: UUID | None = None,
    lines: Sequence[str | None] = _NO_LINES,
) -> Posted:
    """Write a voucher, which takes its key, and the entry that tells of it; then its lines.

    Where the key was used for the same before, that is given.  Who asks with the same key at the
    same moment waits here until the first has ended.
    """
    form, _, kind, name, person, *_, hashed, salt, payload = entry_said(
        actor,
        at=at,
        action=POSTED,
        object_kind="voucher",
        object_id=None,
        subject=subject,
        institution=institution,
        reason=booking.why,
        rule=booking.rule,
        payload={
            "key": key,
            "kind": booking.kind,
            "effective_on": booking.effective_on,
            "transfers": legs,
            "amount_fen": amount_fen,
            "corrects": booking.corrects,
            "digest": digest.hex(),  # what `ledger verify` goes by
        },
    )
    values = [
        institution, key, booking.kind, booking.effective_on, at, booking.why, booking.corrects,
        booking.rule, legs, body, digest, form, kind, name, person, subject, hashed, salt, payload,
    ]  # fmt: skip
    found = answered(_WRITE, [*values, *lines])
    if found is None:
        return posted_before(actor, institution, key, body)
    return Posted(int(found[0] or 0), int(found[1] or 0))


def _columns(lines: Sequence[Line], digests: Sequence[bytes]) -> list[str]:
    """Write lines as the arrays of their columns: all but the digests are numbers and words."""
    n, debit, credit, amount, book, kind, hold, hold_n = zip(*lines, strict=True)
    hashes = ",".join(f'"\\\\x{digest.hex()}"' for digest in digests)
    return [
        listed(n), listed(debit), listed(credit), listed(amount), _words(book), _words(kind),
        listed(hold), listed(hold_n), f"{{{hashes}}}",
    ]  # fmt: skip


def _words(column: Sequence[object]) -> str:
    return f"{{{','.join(map(str, column))}}}"


def _lines(
    entries: Sequence[Entry], numbers: Mapping[AccountName, int], kind: TransferKind
) -> list[Line]:
    try:
        return [
            Line(n, numbers[each.debit], numbers[each.credit], each.amount_fen, each.book, kind)
            for n, each in enumerate(entries, start=1)
        ]
    except KeyError:  # opened under another's eyes: not ours to see
        raise LedgerRefusal.NOT_YOURS.refuse() from None


def _all_before(
    actor: Actor, institution: UUID, wanted: Sequence[Wanted], kind: TransferKind
) -> list[Posted] | None:
    """Give what all the keys were used for, if all of them were."""
    known = [voucher_of_key(actor, institution=institution, key=each.key) for each in wanted]
    if not all(known):
        return None
    return [
        posted_before(
            actor, institution, each.key, body_digest(each.booking, each.entries, form=kind)
        )
        for each in wanted
    ]


def posted_before(actor: Actor, institution: UUID, key: str, body: bytes) -> Posted:
    """Give what a key was used for, or refuse where that was something else."""
    head = voucher_of_key(actor, institution=institution, key=key)
    if head is None:
        raise LedgerRefusal.NOT_YOURS.refuse()
    if bytes(head.body_digest) != body:
        raise LedgerRefusal.KEY_OF_OTHER.refuse(
            key=key, at=f"{head.at:%Y-%m-%d %H:%M}", voucher=head.id
        )
    return Posted(head.id, head.batch, was_there=True)
