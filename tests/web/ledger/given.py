"""Makers of books for tests: a lender, its account names, and postings in one line."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.ledger.actions.posting import Posted, transfers_post
from huoshui.web.ledger.queries.balances import Balance, balance_named, known_now
from huoshui.web.ledger.rules.entries import AccountName, Entry
from huoshui.web.parties.models import Institution
from tests.web.given import AT, DAY, institution

BANK, INCOME = AccountName("bank_settlement"), AccountName("interest_income")


def lender(code: str = "huoshui_city_bank") -> Institution:
    """Admit a bank of the demonstration."""
    return institution(code)


def lender_actor(bank: Institution | UUID) -> Actor:
    """Give somebody who acts for a bank."""
    id = bank if isinstance(bank, UUID) else bank.id
    return Actor("institution", "a teller", institution=id)


def principal(loan: str = "L-1") -> AccountName:
    """Name a loan's principal, which must not fall below nothing."""
    return AccountName("loan_principal", loan)


def owed(loan: str = "L-1") -> AccountName:
    """Name the interest that a loan owes."""
    return AccountName("interest_receivable", loan)


def drawn(amount_fen: int, loan: str = "L-1") -> Entry:
    """Make the entry of a draw."""
    return Entry(principal(loan), BANK, amount_fen, "cash")


def paid(amount_fen: int, loan: str = "L-1") -> Entry:
    """Make an entry that lowers a loan's principal."""
    return Entry(BANK, principal(loan), amount_fen, "cash")


def post(
    bank: Institution | UUID,
    key: str,
    *entries: Entry,
    on: dt.date = DAY,
    actor: Actor | None = None,
    **more: Any,
) -> Posted:
    """Post in a transaction of its own."""
    id = bank if isinstance(bank, UUID) else bank.id
    with acting(actor or lender_actor(id)) as who:
        return transfers_post(
            who, at=AT, institution=id, key=key, entries=entries, effective_on=on,
            why=more.pop("why", "a test"), **more,
        )  # fmt: skip


def stands(bank: Institution | UUID, name: AccountName, **when: Any) -> Balance | None:
    """Give a balance as the bank sees it."""
    id = bank if isinstance(bank, UUID) else bank.id
    with acting(lender_actor(id)) as who:
        return balance_named(who, institution=id, name=name, **when)


def fen(bank: Institution | UUID, name: AccountName, **when: Any) -> int | None:
    """Give what an account stands at."""
    found = stands(bank, name, **when)
    return None if found is None else found.balance_fen


def days(count: int, start: dt.date = DAY) -> Sequence[dt.date]:
    """Give so many days in a row."""
    return [start + dt.timedelta(nth) for nth in range(count)]


def settle() -> None:
    """Wait until all that was posted is settled: tests share a server, and others' end there."""
    deadline = time.monotonic() + 60
    while True:
        with acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(batch), 0) FROM ledger_voucher")
            if int(cursor.fetchone()[0]) <= known_now():
                return
        assert time.monotonic() < deadline, "a transaction elsewhere does not end"
        time.sleep(0.02)
