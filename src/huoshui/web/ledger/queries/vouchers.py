"""Vouchers and their lines, as far as the viewer's institutions reach."""

from __future__ import annotations

from uuid import UUID

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import Transfer, Voucher
from huoshui.web.ledger.rules.entries import Line
from huoshui.web.ledger.rules.refusals import LedgerRefusal

_LINE = ("n", "debit_id", "credit_id", "amount_fen", "book", "kind", "hold_id", "hold_n")


def voucher_of_key(viewer: Actor, *, institution: UUID, key: str) -> Voucher | None:
    """Give the voucher that a key was used for."""
    return Voucher.objects.filter(institution_id=institution, key=key).first()


def lines_of(viewer: Actor, *, institution: UUID, voucher: int) -> list[Line]:
    """Give a voucher's lines in order, or refuse if there is none that the viewer may see."""
    rows = Transfer.objects.filter(voucher_id=voucher, institution_id=institution).order_by("n")
    lines = [Line(*row) for row in rows.values_list(*_LINE)]
    if not lines:
        raise LedgerRefusal.NO_VOUCHER.refuse(voucher=voucher)
    return lines
