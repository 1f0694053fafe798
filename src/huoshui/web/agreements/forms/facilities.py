"""What people type about a limit: a new amount, or why it is frozen or cancelled."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict

from huoshui.kernel.errors import Where
from huoshui.kernel.money import HOME
from huoshui.web.agreements.forms.loans import TypedRefusal, amount_typed
from huoshui.web.agreements.rules.facility import (
    Cancelled,
    FacilityAct,
    Frozen,
    LimitSet,
    Released,
)
from huoshui.web.agreements.rules.loan.refusals import LoanEventRefusal

CHANGES: Mapping[str, dict[str, str]] = {
    "limit_set": {"zh": "调整额度", "en": "Set the limit"},
    "frozen": {"zh": "冻结", "en": "Freeze it"},
    "released": {"zh": "解除冻结", "en": "Release it"},
    "cancelled": {"zh": "取消额度", "en": "Cancel it"},
}
"""What may be changed about a limit."""


def change_typed(typed: QueryDict) -> FacilityAct:
    """Read what change is meant."""
    kind = typed.get("change", "")
    why = typed.get("why", "").strip()[:200]
    if kind == "limit_set":
        limit_fen, currency = amount_typed(typed, "limit")
        if currency != HOME:
            raise LoanEventRefusal.CURRENCY.refuse(currency=currency, wanted=HOME)
        return LimitSet(limit_fen)
    if kind == "frozen":
        return Frozen(why)
    if kind == "released":
        return Released()
    if kind == "cancelled":
        return Cancelled(why)
    raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="change"), value=kind)
