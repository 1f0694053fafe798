"""Amounts of money as people write them, read to whole minor units (fen) and a currency.

Registers and banks write one amount in many ways: 5,118(万元人民币), 63(万), 500万人民币;
whatever is not certain, such as 约500万 or 50(), is no amount: a guess would become a fact.

>>> parse("5,118(万元人民币)")
Amount(minor=5118000000, currency='CNY')
>>> parse("12.2000(万美元)")
Amount(minor=12200000, currency='USD')
>>> parse("1,234.5", digits=6)  # a table kept in units of ten thousand yuan
Amount(minor=1234500000, currency='CNY')
>>> parse("约500万")
Traceback (most recent call last):
    ...
huoshui.kernel.money.NotAnAmount: 约500万
>>> written(-123450)
'-1,234.50'
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

HOME = "CNY"
"""The currency of an amount that names none."""

CURRENCIES: dict[str, tuple[str, ...]] = {
    "CNY": (
        *("", "元", "圆", "人民币", "元人民币", "人民币元", "人民币圆", "元整", "人民币元整"),
        *("RMB", "CNY", "¥", "RMB元", "CNY元", "¥元", "RMB¥"),
    ),
    "USD": ("美元", "美金", "元美元", "元美金", "USD", "US$", "USD元", "美元元"),
    "HKD": ("港币", "港元", "元港币", "港币元", "HKD", "HK$"),
    "EUR": ("欧元", "EUR", "€"),
    "GBP": ("英镑", "GBP", "£"),
    "JPY": ("日元", "日圆", "日币", "JPY"),
    "KRW": ("韩元", "韩国元", "韩币", "KRW"),
    "CAD": ("加拿大元", "加元", "CAD"),
    "AUD": ("澳大利亚元", "澳元", "AUD"),
    "SGD": ("新加坡元", "新加坡币", "SGD"),
    "TWD": ("新台币", "台币", "新台币元", "TWD"),
    "MOP": ("澳门元", "澳门币", "MOP"),
    "CHF": ("瑞士法郎", "CHF"),
}
"""ISO 4217 code -> the words, before and after the number, that mean it."""

MINOR_DIGITS = {"JPY": 0, "KRW": 0}
"""Digits of the minor unit where they are not two (ISO 4217)."""

SCALES = {
    "万亿": 12,
    "亿": 8,
    "千万": 7,
    "百万": 6,
    "十万": 5,
    "万": 4,
    "千": 3,
    "百": 2,
}
"""Words of scale, the longer before what they begin with, and their power of ten."""

NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.[0-9]{1,12})?"
PREFIX = r"[^0-9+.,()-]*"
TAIL = r"[^0-9()]*|[^0-9()]*\([^0-9()]+\)|\([^0-9()]+\([^0-9()]+\)\)"

_FORM = re.compile(f"({PREFIX})({NUMBER})({TAIL})")
_CODES = {word: code for code, words in CURRENCIES.items() for word in words}


class NotAnAmount(ValueError):  # noqa: N818 - it names what the text is not
    """The text is no certain amount."""


class FinerThanMinor(NotAnAmount):
    """The amount has a fraction of the currency's smallest unit."""


@dataclass(frozen=True)
class Amount:
    """So many of the currency's smallest unit."""

    minor: int
    currency: str


def parse(text: str, *, digits: int = 2) -> Amount:
    """Read an amount exactly.

    `digits` is the power of ten from the unit of a bare number to fen: 2 for yuan, 6 for ten
    thousand yuan.  A unit written in the text decides before it.
    """
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    match = _FORM.fullmatch(folded)
    if not match:
        raise NotAnAmount(text)
    prefix, number, tail = match.groups()
    prefix, word = re.sub(r"\s", "", prefix), re.sub(r"[()\s]", "", tail)
    scale = next((scale for scale in SCALES if word.startswith(scale)), "")
    currency = _CODES.get(prefix + word.removeprefix(scale))
    if currency is None:
        raise NotAnAmount(text)
    if prefix or word:
        digits = SCALES.get(scale, 0) + MINOR_DIGITS.get(currency, 2)
    whole, _, fraction = number.replace(",", "").partition(".")
    kept, finer = fraction[:digits].ljust(digits, "0"), fraction[digits:]
    if finer.strip("0"):
        raise FinerThanMinor(text)
    return Amount(int(whole + kept), currency)


def written(fen: int) -> str:
    """Write fen as yuan with separators, exactly."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"
