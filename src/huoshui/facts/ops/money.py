"""Money: whole fen from any certain spelling; a unit in the text decides before the feed's.

Where the feed says nothing, a bare number is in yuan.  Another currency than the yuan is refused
unless the feed names the column that takes it (`currency_into`); the amount is then in that
currency's smallest unit.
"""

from __future__ import annotations

from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops.reading import Reader, Reading, cleaned
from huoshui.kernel import money
from huoshui.policy.schema import ColumnType

YUAN_DIGITS = 2
MOST_FEN = 2**63 - 1
EXACT_DIGITS = 15  # of a decimal number that a double keeps


def reading(reader: Reader) -> Reading:
    """Read an amount."""
    digits = unit_digits(reader)
    keeps_currency = reader.feed.currency_into is not None

    def read(text: str) -> int | Fault | None:
        bare = cleaned(text)
        if bare is None:
            return None
        try:
            amount = money.parse(bare, digits=digits)
        except money.FinerThanMinor:
            return Fault.of(FeedRefusal.FINER_THAN_A_FEN)
        except money.NotAnAmount:
            return Fault.of(FeedRefusal.NOT_AN_AMOUNT)
        if amount.currency != money.HOME and not keeps_currency:
            return Fault.of(FeedRefusal.FOREIGN_CURRENCY, currency=amount.currency)
        if abs(amount.minor) > MOST_FEN:
            return Fault.of(FeedRefusal.OUT_OF_RANGE, range="what can be an amount")
        return amount.minor

    def currency(text: str) -> str | None:
        bare = cleaned(text)
        return None if bare is None else money.parse(bare, digits=digits).currency

    return Reading(
        ColumnType.MONEY,
        read,
        lambda raw: plain(raw, digits),
        currency=currency if keeps_currency else None,
    )


def unit_digits(reader: Reader) -> int:
    """Give the power of ten from the raw unit to fen."""
    if reader.feed.unit is None:
        return YUAN_DIGITS
    scale = reader.pack.units[reader.feed.unit].scale
    power = scale.normalize().as_tuple()
    assert power.digits == (1,), "units of money are powers of ten of a fen"
    return int(power.exponent)


def plain(raw: str, digits: int) -> str:
    """Take digits with at most as many decimals as make whole fen, thousands separated or not."""
    whole = 18 - 2 * digits  # so that neither the decimal nor its product passes 18 digits
    if whole < 1:
        return "CAST(NULL AS BIGINT)"  # every text is looked up
    exact = min(whole, EXACT_DIGITS - digits)
    bare_text = f"replace({raw}, ',', '')"
    # A separated number is taken only where separators leave no more digits than a bare one has.
    groups = (whole - 3) // 3
    cases = f"WHEN {_has_form(raw, exact, digits)} THEN {_exact_fen(raw, digits)}"
    cases += f" WHEN {_has_form(raw, whole, digits)} THEN {_fen(raw, digits)}"
    if groups > 0:
        separated = f"[+-]?[0-9]{{1,3}}(,[0-9]{{3}}){{1,{groups}}}{_decimals(digits)}"
        cases += f" WHEN regexp_full_match({raw}, '{separated}') THEN {_fen(bare_text, digits)}"
    # The text's own unit decides before the feed's.
    yuan = f"left({raw}, length({raw}) - 1)"
    yuan_form = _has_form(yuan, EXACT_DIGITS - YUAN_DIGITS, YUAN_DIGITS)
    cases += f" WHEN {raw} LIKE '%元' AND {yuan_form} THEN {_exact_fen(yuan, YUAN_DIGITS)}"
    return f"CASE {cases} END"


def _decimals(digits: int) -> str:
    return f"([.][0-9]{{1,{digits}}})?" if digits else ""


def _has_form(text: str, whole: int, digits: int) -> str:
    return f"regexp_full_match({text}, '[+-]?[0-9]{{1,{whole}}}{_decimals(digits)}')"


def _exact_fen(text: str, digits: int) -> str:
    """Give the fen of a number that a double holds exactly, which is faster than a decimal."""
    return f"CAST(round(CAST({text} AS DOUBLE) * {10**digits}) AS BIGINT)"


def _fen(text: str, digits: int) -> str:
    return f"CAST(CAST({text} AS DECIMAL(18, {digits})) * {10**digits} AS BIGINT)"
