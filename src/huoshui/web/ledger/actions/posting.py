"""Post transfers: vouchers, each with all of its lines or none, under keys that never expire.

Whatever the action, the same way is gone, for one voucher or for many in one statement: it takes
its key, one entry of the record tells of it with the digest of all its lines, and the lines are
written last, since the lock of an account with a floor is held from then on.  The database refuses
what would overdraw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Refused
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.record import Deed, entries_said
from huoshui.web.audit.actions.statements import answered, bytes_listed, listed, texts_listed
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.accounts import accounts_open, names_charted
from huoshui.web.ledger.actions.refusing import named, naming, refusing
from huoshui.web.ledger.queries.accounts import account_ids
from huoshui.web.ledger.queries.vouchers import lines_of, vouchers_of_keys
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

_WRITE = f"SELECT * FROM ledger_vouchers_write({', '.join(f'${n}' for n in range(1, 32))})".encode()
_NO_LINES = (None,) * 10


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


class Head(NamedTuple):
    """What the record tells of a voucher, whatever its lines are."""

    key: str
    booking: Booking
    legs: int
    amount_fen: int
    body: bytes
    digest: bytes


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
    """Post several vouchers together, all or none, each as it would be by itself.

    Keys that were used for the same are answered, and the others posted.  What does not hold is
    refused with its key.  Floors are looked at when all are written: a replay corrects many value
    days at once, and an account may fall below its floor between two of them.
    """
    keys = [each.key for each in wanted]
    for each in wanted:
        if problems := list(entry_problems(each.entries)):
            raise named(Refused(*problems), each.key, keys)
    names = {
        name for each in wanted for entry in each.entries for name in (entry.debit, entry.credit)
    }
    numbers: Mapping[AccountName, int] = account_ids(actor, institution=institution, names=names)
    if len(numbers) < len(names):
        # What was posted under these keys before needs no account that a chart no longer has.
        before = _all_before(actor, institution, wanted, transfer_kind)
        if before is not None:
            return before
        pack = pack or pack_on(at.date())
        for each in wanted:
            unknown = {e.debit for e in each.entries} | {e.credit for e in each.entries}
            with naming(each.key, keys):
                names_charted(unknown - numbers.keys(), pack=pack)
        numbers = accounts_open(actor, at=at, institution=institution, names=names, pack=pack)
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
    """Write vouchers in the caller's transaction, but for those whose key was used for the same."""
    if not written:
        return []
    heads: list[Head] = []
    lines: list[tuple[int, *tuple[Any, ...]]] = []
    for place, each in enumerate(written, start=1):
        day = each.booking.effective_on
        transfers = [transfer_digest(line, day) for line in each.lines]
        digest = voucher_digest(
            each.booking, institution=institution, key=each.key, at=at, body=each.body,
            transfers=transfers,
        )  # fmt: skip
        amount_fen = sum(line.amount_fen for line in each.lines)
        heads.append(Head(each.key, each.booking, len(transfers), amount_fen, each.body, digest))
        pairs = zip(each.lines, transfers, strict=True)
        lines += [(place, *line, hashed) for line, hashed in pairs]
    return heads_write(
        actor, at=at, institution=institution, heads=heads, subject=subject, lines=_columns(lines)
    )


def heads_write(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    heads: Sequence[Head],
    subject: UUID | None = None,
    lines: Sequence[str | None] = _NO_LINES,
) -> list[Posted]:
    """Write vouchers, which take their keys, and the entries that tell of them; then their lines.

    Where a key was used for the same before, that is given.  Who asks with the same key at the
    same moment waits here until the first has ended.
    """
    bookings = [head.booking for head in heads]
    said = entries_said(
        actor, at=at, action=POSTED, object_kind="voucher", subject=subject,
        institution=institution,
        deeds=[
            Deed(booking.why, booking.rule, {
                "key": head.key,
                "kind": booking.kind,
                "effective_on": booking.effective_on.isoformat(),
                "transfers": head.legs,
                "amount_fen": head.amount_fen,
                "corrects": booking.corrects,
                "digest": head.digest.hex(),  # what `ledger verify` goes by
            })
            for head, booking in zip(heads, bookings, strict=True)
        ],
    )  # fmt: skip
    values = [
        institution, texts_listed(head.key for head in heads),
        texts_listed(each.kind for each in bookings),
        _words([each.effective_on for each in bookings]),
        texts_listed(each.why for each in bookings), listed(each.corrects for each in bookings),
        texts_listed(each.rule for each in bookings), listed(head.legs for head in heads),
        bytes_listed(head.body for head in heads), bytes_listed(head.digest for head in heads),
    ]  # fmt: skip
    corrects = next((each.corrects for each in bookings), None)
    with refusing(corrects, keys=[head.key for head in heads]):
        found = answered(_WRITE, [*values, *said, *lines])
    assert found is not None, "it gives the numbers of what it wrote"
    vouchers, batches, before = (str(column)[1:-1].split(",") for column in found)
    return [
        Posted(int(voucher), int(batch), was_there == "t")
        for voucher, batch, was_there in zip(vouchers, batches, before, strict=True)
    ]


def _columns(lines: Sequence[tuple[Any, ...]]) -> list[str]:
    """Write lines as the arrays of their columns: all but the digests are numbers and words."""
    place, n, debit, credit, amount, book, kind, hold, hold_n, hashed = zip(*lines, strict=True)
    return [
        listed(place), listed(n), listed(debit), listed(credit), listed(amount), _words(book),
        _words(kind), listed(hold), listed(hold_n), bytes_listed(hashed),
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
    keys = {each.key for each in wanted}
    known = vouchers_of_keys(actor, institution=institution, keys=keys)
    if len(known) < len(keys):
        return None
    for each in wanted:
        head = known[each.key]
        if bytes(head.body_digest) != body_digest(each.booking, each.entries, form=kind):
            raise LedgerRefusal.KEY_OF_OTHER.refuse(
                key=each.key, at=f"{head.at:%Y-%m-%d %H:%M}", voucher=head.id
            )
    return [Posted(known[each.key].id, known[each.key].batch, was_there=True) for each in wanted]
