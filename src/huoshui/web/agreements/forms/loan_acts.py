"""What may be done about a loan beside paying it, as forms say it: each act with its permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from huoshui.kernel.errors import Where
from huoshui.web.agreements.forms.loans import TypedRefusal, amount_typed, day_typed, rate_typed
from huoshui.web.agreements.rules.loan import events as ev

SERVICE, RELIEVE = "loan.service", "loan.relieve"
CLAIMS: Mapping[str, dict[str, str]] = {
    "cost": {"zh": "费用", "en": "costs"},
    "penalty": {"zh": "罚息", "en": "penalty interest"},
    "compound": {"zh": "复利", "en": "interest on interest"},
    "interest": {"zh": "利息", "en": "interest"},
}
"""What of a claim may be given up; principal is written off."""


@dataclass(frozen=True)
class Deed:
    """An act that a form may ask for: its name, who may do it, and how it is read."""

    label: dict[str, str]
    permission: str
    read: Callable[[QueryDict], ev.Act]
    moves_payments: bool = False  # what will be paid when is otherwise after it


def _extend(typed: QueryDict) -> ev.Act:
    return ev.Extend(day_typed(typed, "until"))


def _holiday(typed: QueryDict) -> ev.Act:
    matures = day_typed(typed, "matures") if typed.get("matures", "").strip() else None
    return ev.Holiday(day_typed(typed, "until"), matures)


def _cut_rate(typed: QueryDict) -> ev.Act:
    until = day_typed(typed, "until") if typed.get("until", "").strip() else None
    return ev.CutRate(rate_typed(typed), until)


def _set_rate(typed: QueryDict) -> ev.Act:
    until = day_typed(typed, "until") if typed.get("until", "").strip() else None
    return ev.SetRate(rate_typed(typed), until)


def _waive(typed: QueryDict) -> ev.Act:
    claim = typed.get("claim", "")
    amount_fen = _fen(typed)
    if claim == "cost" or claim == "penalty" or claim == "compound" or claim == "interest":
        return ev.Waive(claim, amount_fen)
    raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="claim"), value=claim)


def _fen(typed: QueryDict) -> int:
    amount_fen, currency = amount_typed(typed)
    if currency != "CNY":
        raise TypedRefusal.NOT_YUAN.refuse(where=Where(field="amount"), value=typed["amount"])
    return amount_fen


def _fee(typed: QueryDict) -> ev.Act:
    return ev.Fee(_fen(typed), typed.get("what", "").strip()[:100])


DEEDS: Mapping[str, Deed] = {
    "extend": Deed({"zh": "展期", "en": "Extend"}, RELIEVE, _extend, moves_payments=True),
    "holiday": Deed(
        {"zh": "延期还本付息", "en": "Payment holiday"}, RELIEVE, _holiday, moves_payments=True
    ),
    "cut_rate": Deed({"zh": "降息", "en": "Cut the rate"}, RELIEVE, _cut_rate, moves_payments=True),
    "rate_reset": Deed(
        {"zh": "调整利率", "en": "Set the rate"}, RELIEVE, _set_rate, moves_payments=True
    ),
    "waive": Deed({"zh": "减免", "en": "Waive"}, RELIEVE, _waive),
    "class_set": Deed(
        {"zh": "调整分类", "en": "Set the class"}, RELIEVE,
        lambda typed: ev.SetClass(typed.get("class", "")),
    ),
    "stop_accrual": Deed(
        {"zh": "停止计提", "en": "Stop accruing"}, RELIEVE, lambda typed: ev.StopAccrual()
    ),
    "resume_accrual": Deed(
        {"zh": "恢复计提", "en": "Accrue again"}, RELIEVE, lambda typed: ev.ResumeAccrual()
    ),
    "write_off": Deed({"zh": "核销", "en": "Write off"}, RELIEVE, lambda typed: ev.WriteOff()),
    "fee": Deed({"zh": "代垫费用", "en": "Charge a cost"}, SERVICE, _fee),
    "refund": Deed(
        {"zh": "退还多收款", "en": "Refund a surplus"}, SERVICE,
        lambda typed: ev.Refund(_fen(typed)),
    ),
}  # fmt: skip
"""What may be tried before it is agreed."""

RELIEFS = ("extend", "holiday", "cut_rate", "rate_reset")


def deed_typed(typed: QueryDict) -> tuple[Deed, ev.Act]:
    """Read which act is meant, and what it says."""
    kind = typed.get("relief", "")
    deed = DEEDS.get(kind)
    if deed is None:
        raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="relief"), value=kind)
    return deed, deed.read(typed)
