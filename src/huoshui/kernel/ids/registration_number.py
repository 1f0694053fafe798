"""工商注册号, the fifteen-digit registration number that the unified code replaced in 2015.

GS 15-2006: six digits of the first registering office, eight in sequence and a check digit by
ISO 7064 MOD 11,10.  Records older than the change, and many bank files since, still carry it.

>>> validate("430000 00000001 1")
'430000000000011'
>>> is_valid("430000000000015")
False
>>> calc_check_digit("43000000000001")
'1'
"""

from __future__ import annotations

from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError
from stdnum.iso7064 import mod_11_10
from stdnum.util import clean


def compact(number: str) -> str:
    """Give the number without blanks and hyphens."""
    return str(clean(number, " -")).strip()


def calc_check_digit(number: str) -> str:
    """Compute the check digit of the first fourteen."""
    return str(mod_11_10.calc_check_digit(compact(number)[:14]))


def validate(number: str) -> str:
    """Give the number as it is kept, or raise what is wrong with it."""
    if not number.isdigit():  # most are digits alone, and cleaning is slow
        number = compact(number)
    if len(number) != 15:
        raise InvalidLength
    if not (number.isascii() and number.isdigit()):
        raise InvalidFormat
    return str(mod_11_10.validate(number))


def is_valid(number: str) -> bool:
    """Tell whether the number is valid."""
    try:
        return bool(validate(number))
    except ValidationError:
        return False
