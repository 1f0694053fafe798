"""What people type about a loan: amounts in yuan to the fen, days, rates, each read exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid4

from django.http import QueryDict

from huoshui.kernel.errors import Refusal, Where
from huoshui.kernel.money import NotAnAmount, parse
from huoshui.kernel.period import parse_day
from huoshui.web.agreements.rules.loan import events as ev

RELIEFS: Mapping[str, dict[str, str]] = {
    "extend": {"zh": "展期", "en": "Extend"},
    "holiday": {"zh": "延期还本付息", "en": "Payment holiday"},
    "cut_rate": {"zh": "降息", "en": "Cut the rate"},
}
"""What may be tried before it is agreed."""


class TypedRefusal(Refusal):
    """Why what was typed cannot be read."""

    NOT_YUAN = (
        "{value} is no amount in yuan.",
        "Type yuan with at most two decimals, such as 12345.67.",
        "“{value}”不是以元计的金额。",
        "请填写元，最多两位小数，如 12345.67。",
    )
    NOT_A_DAY = (
        "{value} is no day.",
        "Type a day such as 2026-11-20.",
        "“{value}”不是日期。",
        "请填写日期，如 2026-11-20。",
    )
    NOT_A_RATE = (
        "{value} is no rate in per cent.",
        "Type a rate such as 3.45.",
        "“{value}”不是百分比利率。",
        "请填写利率，如 3.45。",
    )
    NO_CHOICE = (
        "{value} is none of the choices.",
        "Choose one.",
        "“{value}”不在可选项中。",
        "请选择一项。",
    )


def amount_typed(typed: QueryDict, name: str = "amount") -> tuple[int, str]:
    """Read an amount, in yuan where no unit is written, with its currency."""
    text = typed.get(name, "")
    try:
        amount = parse(text)
    except NotAnAmount:
        raise TypedRefusal.NOT_YUAN.refuse(where=Where(field=name), value=text.strip()) from None
    return amount.minor, amount.currency


def day_typed(typed: QueryDict, name: str = "on") -> dt.date:
    """Read a day."""
    day = parse_day(typed.get(name, ""))
    if day is None:
        raise TypedRefusal.NOT_A_DAY.refuse(
            where=Where(field=name), value=typed.get(name, "").strip()
        )
    return day


def number_typed(typed: QueryDict, name: str) -> int:
    """Read the number of an event."""
    text = typed.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise TypedRefusal.NO_CHOICE.refuse(where=Where(field=name), value=text)
    return int(text)


def relief_typed(typed: QueryDict) -> ev.Extend | ev.Holiday | ev.CutRate:
    """Read what relief is meant."""
    kind = typed.get("relief", "")
    if kind == "extend":
        return ev.Extend(day_typed(typed, "until"))
    if kind == "holiday":
        matures = day_typed(typed, "matures") if typed.get("matures", "").strip() else None
        return ev.Holiday(day_typed(typed, "until"), matures)
    if kind == "cut_rate":
        until = day_typed(typed, "until") if typed.get("until", "").strip() else None
        return ev.CutRate(_rate(typed), until)
    raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="relief"), value=kind)


def _rate(typed: QueryDict) -> Decimal:
    text = typed.get("rate", "").strip().removesuffix("%").strip()
    try:
        rate = Decimal(text) / 100
    except InvalidOperation:
        raise TypedRefusal.NOT_A_RATE.refuse(where=Where(field="rate"), value=text) from None
    if not rate.is_finite():
        raise TypedRefusal.NOT_A_RATE.refuse(where=Where(field="rate"), value=text)
    return rate


def key_of(typed: QueryDict) -> str:
    """Give the key that a form was sent with, or a new one."""
    try:
        return str(UUID(typed.get("key", "")))
    except ValueError:
        return str(uuid4())
