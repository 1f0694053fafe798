"""Balances: of any value day, as known at any batch, from the nearest checkpoint on.

What is known grows by batches, the numbers of database transactions.  They do not end in their
order, so a batch can be asked about only once every transaction up to it has ended: from then on
the answer never changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import Account
from huoshui.web.ledger.rules.entries import AccountName
from huoshui.web.ledger.rules.refusals import LedgerRefusal


@dataclass(frozen=True)
class Balance:
    """What has moved on an account and what is held, in fen; its side says which sign counts."""

    side: str
    debit_fen: int = 0
    credit_fen: int = 0
    debit_held_fen: int = 0
    credit_held_fen: int = 0

    @property
    def balance_fen(self) -> int:
        """Give what it stands at, on its own side."""
        moved = self.debit_fen - self.credit_fen
        return moved if self.side == "debit" else -moved

    @property
    def available_fen(self) -> int:
        """Give what it would stand at were all held that lowers it posted."""
        held = self.credit_held_fen if self.side == "debit" else self.debit_held_fen
        return self.balance_fen - held


def known_now() -> int:
    """Give the last batch that is settled: all transactions up to it have ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
        return int(cursor.fetchone()[0])


def balance(
    viewer: Actor, account: Account, *, on: dt.date | None = None, known: int | None = None
) -> Balance:
    """Give an account's balance: of value days up to `on`, as known at batch `known`.

    Without a day all value days count; without a batch, all that is there now.
    """
    if known is not None and known > (settled := known_now()):
        raise LedgerRefusal.NOT_SETTLED.refuse(known=known, settled=settled)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_sums(%s, %s, %s)", [account.id, known, on])
        debit, credit, debit_held, credit_held, _ = cursor.fetchone()
    return Balance(account.side, debit, credit, debit_held, credit_held)


def account_named(viewer: Actor, *, institution: UUID, name: AccountName) -> Account | None:
    """Give the account of a name; None: nothing was ever posted under it, or not to be seen."""
    return Account.objects.filter(institution_id=institution, **name._asdict()).first()


def balance_named(
    viewer: Actor,
    *,
    institution: UUID,
    name: AccountName,
    on: dt.date | None = None,
    known: int | None = None,
) -> Balance | None:
    """Give the balance of a name's account; None where there is no such account."""
    account = account_named(viewer, institution=institution, name=name)
    return None if account is None else balance(viewer, account, on=on, known=known)
