"""Book what a bank took or paid of its own accord: a fee, interest on what lies there.

The line of the statement is all there is to book from, so it is proposed by one person and
confirmed by another, under the bank's own reference: the same line is never booked twice.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huoshui.policy.pack import Pack
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.breaks import (
    WORK,
    break_confirmed,
    break_held,
    confirmable,
    propose,
)
from huoshui.web.ledger.actions.matching import cash_name, reconcile
from huoshui.web.ledger.actions.posting import Wanted, vouchers_post
from huoshui.web.ledger.models import Break
from huoshui.web.ledger.rules.breaks import BreakRefusal
from huoshui.web.ledger.rules.charges import RULES, charges_of
from huoshui.web.ledger.rules.entries import AccountName, Booking, Entry


@transaction.atomic(savepoint=False)
def charge_propose(actor: Actor, *, at: dt.datetime, wanted: int, charge: str, pack: Pack) -> Break:
    """Propose to book a line as what the bank took or paid of its own accord."""
    actor.need(WORK)
    found = break_held(wanted)
    if charge not in _charges(pack, found):
        raise BreakRefusal.NOT_A_CHARGE.refuse()
    return propose(actor, at=at, about=found, what={"what": "charge", "charge": charge})


@transaction.atomic(savepoint=False)
def charge_confirm(actor: Actor, *, at: dt.datetime, wanted: int, pack: Pack) -> Break:
    """Book it, as another proposed; it is then matched by the bank's reference."""
    found = confirmable(actor, wanted)
    charge, line = found.proposal["charge"], found.line
    if charge not in (known := _charges(pack, found)):
        raise BreakRefusal.NOT_A_CHARGE.refuse()
    debit, credit = known[charge]
    entries = [Entry(AccountName(debit), AccountName(credit), abs(found.amount_fen), "cash")]
    key = f"bank:{line.account.number}:{line.bank_ref}"
    booking = Booking(charge, line.value_on, line.bank_ref, rule=f"{RULES}@{pack.digest}")
    (posted,) = vouchers_post(
        actor, at=at, institution=found.institution_id, wanted=[Wanted(key, booking, entries)],
        pack=pack,
    )  # fmt: skip
    cash_name(
        actor, institution=found.institution_id,
        names=[((posted.voucher, 1), line.bank_ref, False), ((posted.voucher, 1), key, True)],
    )  # fmt: skip
    break_confirmed(actor, at=at, about=found)
    reconcile(actor, at=at, institution=found.institution_id, code=found.code)
    return found


def _charges(pack: Pack, about: Break) -> dict[str, tuple[str, str]]:
    if about.side != "bank" or about.amount_fen is None:
        return {}
    return charges_of(pack, code=about.code, amount_fen=about.amount_fen)
