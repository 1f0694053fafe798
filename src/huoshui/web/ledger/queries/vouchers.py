"""Vouchers and their lines, as far as the viewer's institutions reach."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import Transfer, Voucher
from huoshui.web.ledger.rules.entries import Line
from huoshui.web.ledger.rules.refusals import LedgerRefusal

_LINE = ("n", "debit_id", "credit_id", "amount_fen", "book", "kind", "hold_id", "hold_n")


def vouchers_of_keys(
    viewer: Actor, *, institution: UUID, keys: Collection[str]
) -> dict[str, Voucher]:
    """Give the vouchers that keys were used for, by key."""
    found = Voucher.objects.filter(institution_id=institution, key__in=keys)
    return {each.key: each for each in found}


def lines_of(viewer: Actor, *, institution: UUID, voucher: int) -> list[Line]:
    """Give a voucher's lines in order, or refuse if there is none that the viewer may see."""
    rows = Transfer.objects.filter(voucher_id=voucher, institution_id=institution).order_by("n")
    lines = [Line(*row) for row in rows.values_list(*_LINE)]
    if not lines:
        raise LedgerRefusal.NO_VOUCHER.refuse(voucher=voucher)
    return lines
