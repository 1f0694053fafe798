"""What people type of money and rates, read exactly: never rounded, never guessed.

>>> fen_typed("300")
300000000
>>> fen_typed("3,000,000.05元")
300000005
>>> bp_typed("3.45"), bp_typed("4%")
(345, 400)
>>> months_typed("12"), months_typed("twelve")
(12, 'twelve')
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from huoshui.kernel.errors import Where
from huoshui.kernel.money import HOME, FinerThanMinor, NotAnAmount, parse
from huoshui.policy.schema import CaseField, Label
from huoshui.web.cases.rules.refusals import AmountRefusal

WAN_DIGITS = 6
"""A bare number is of ten thousand yuan, as bankers write: so many digits from there to fen."""

_RATE = re.compile(r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,2})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_AMOUNT = Label(zh="金额", en="amount")
_RATE_LABEL = Label(zh="年利率", en="rate")


def fen_typed(text: str, *, label: Label = _AMOUNT, field: str = "amount") -> int:
    """Read an amount of money in ten thousand yuan, or in the unit written with it."""
    told: dict[str, Any] = {
        "label": label.en,
        "label_zh": label.zh,
        "value": text.strip(),
    }
    where = Where(field=field)
    try:
        amount = parse(text, digits=WAN_DIGITS)
    except FinerThanMinor:
        raise AmountRefusal.FINER_THAN_FEN.refuse(where=where, **told) from None
    except NotAnAmount:
        raise AmountRefusal.NOT_AN_AMOUNT.refuse(where=where, **told) from None
    if amount.currency != HOME:
        raise AmountRefusal.NOT_YUAN.refuse(where=where, **told)
    return amount.minor


def bp_typed(text: str, *, label: Label = _RATE_LABEL, field: str = "rate") -> int:
    """Read a yearly rate in per cent as whole basis points."""
    bare = text.strip().removesuffix("%").removesuffix("％").strip()
    if not _RATE.fullmatch(bare):
        raise AmountRefusal.NOT_A_RATE.refuse(
            where=Where(field=field), label=label.en, label_zh=label.zh, value=text.strip()
        )
    return int(Decimal(bare) * 100)


def months_typed(text: str) -> int | str:
    """Read a whole number, or give the text back for the machine to refuse by its field."""
    bare = text.strip()
    return int(bare) if _WHOLE.fullmatch(bare) else bare


def label_typed(definition: CaseField) -> Label:
    """Call a field by what people type and read: a rate in per cent, kept in basis points."""
    if definition.type != "bp":
        return definition.label
    zh, en = definition.label.zh, definition.label.en
    return Label(zh=zh.split("（")[0], en=en.split(" (")[0])


def wan_written(fen: int) -> str:
    """Write fen as a form shows them to be changed: ten thousand yuan, exactly."""
    return f"{(Decimal(fen) / 10**WAN_DIGITS).normalize():f}"


def rate_written(bp: int) -> str:
    """Write basis points as a form shows them to be changed: per cent."""
    return f"{(Decimal(bp) / 100).normalize():f}"
