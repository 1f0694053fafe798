"""What people type about a loan: amounts in yuan to the fen, days, rates, each read exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid4

from django.http import QueryDict

from huoshui.kernel.errors import Refusal, Where
from huoshui.kernel.money import NotAnAmount, parse
from huoshui.kernel.period import parse_day


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
    NO_ANSWER = (
        "{value} is no answer to this question.",
        "Choose one of the answers, or leave it open where it is not known.",
        "“{value}”不是该项的答案。",
        "请从中选择；不掌握的可以不填。",
    )
    NOT_A_STEP = (
        "{value} is no step of a plan.",
        "Write a day and an amount in yuan on each line, such as 2027-06-20 50000.",
        "“{value}”不是还本计划的一期。",
        "请每行填写一个日期和以元计的金额，如 2027-06-20 50000。",
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


def plan_typed(typed: QueryDict, name: str = "plan") -> tuple[tuple[dt.date, int], ...]:
    """Read a plan of repayment: a day and an amount on each line."""
    steps = []
    for line in typed.get(name, "").splitlines():
        if not line.strip():
            continue
        day, _, amount = line.strip().replace("，", " ").replace(",", "").partition(" ")
        on = parse_day(day)
        try:
            paid = parse(amount)
        except NotAnAmount:
            paid = None
        if on is None or paid is None or paid.currency != "CNY":
            raise TypedRefusal.NOT_A_STEP.refuse(where=Where(field=name), value=line.strip())
        steps.append((on, paid.minor))
    return tuple(steps)


def choice_typed(typed: QueryDict, name: str, choices: Container[str]) -> str:
    """Read which of some choices is meant."""
    value = typed.get(name, "")
    if value not in choices:
        raise TypedRefusal.NO_CHOICE.refuse(where=Where(field=name), value=value)
    return value


def number_typed(typed: QueryDict, name: str) -> int:
    """Read the number of an event."""
    text = typed.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise TypedRefusal.NO_CHOICE.refuse(where=Where(field=name), value=text)
    return int(text)


def rate_typed(typed: QueryDict) -> Decimal:
    """Read a rate in per cent a year."""
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
