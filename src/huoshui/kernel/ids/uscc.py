"""统一社会信用代码, the unified social credit code of a legal body, sole trader or cooperative.

GB 32100-2015: one character for the registering office, one for the kind of body, six digits of
the region (GB/T 2260), nine for the body (GB 11714) and a check character modulo 31.  The letters
I, O, S, V and Z are never used.  The check is python-stdnum's; the arithmetic is repeated here
because a region has millions of codes and the library takes ten times as long for each.

>>> validate("91110000600037341l")
'91110000600037341L'
>>> is_valid("91110000600037341M")
False
>>> calc_check_digit("91110000600037341")
'L'
"""

from __future__ import annotations

from stdnum.cn import uscc as standard
from stdnum.exceptions import ValidationError

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def compact(number: str) -> str:
    """Give the code without blanks and hyphens, in capitals."""
    return str(standard.compact(number))


def calc_check_digit(number: str) -> str:
    """Compute the check character of the first seventeen."""
    total = sum(_VALUES[c] * w for c, w in zip(number[:17], WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def validate(number: str) -> str:
    """Give the code as it is kept, or raise what is wrong with it."""
    if _is_plainly_valid(number):
        return number
    return str(standard.validate(number))


def is_valid(number: str) -> bool:
    """Tell whether the code is valid."""
    try:
        return bool(validate(number))
    except ValidationError:
        return False


def _is_plainly_valid(number: str) -> bool:
    if len(number) != 18 or not (number.isascii() and number[:8].isdigit()):
        return False
    try:
        return calc_check_digit(number) == number[17]
    except KeyError:
        return False
