"""A person's pseudonymous reference; never an identity number, nor derived from one openly.

The form is ours: the letter P, fifteen hexadecimal digits in capitals, and a check character by
ISO 7064 MOD 37,36 over all sixteen.  Whoever keeps
the register of people gives it out, so that files about people can be joined without naming them.

>>> calc_check_digit("P0123456789ABCDE")
'C'
>>> validate("P012 3456 789A BCDE C".lower())
'P0123456789ABCDEC'
>>> is_valid("P0123456789ABCDE!")
False
"""

from __future__ import annotations

import re

from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError
from stdnum.iso7064 import mod_37_36
from stdnum.util import clean

_FORM = re.compile(r"P[0-9A-F]{15}[0-9A-Z]")


def compact(number: str) -> str:
    """Give the reference without blanks and hyphens, in capitals."""
    return str(clean(number, " -")).strip().upper()


def calc_check_digit(number: str) -> str:
    """Compute the check character of the first sixteen."""
    return str(mod_37_36.calc_check_digit(compact(number)[:16]))


def validate(number: str) -> str:
    """Give the reference as it is kept, or raise what is wrong with it."""
    if not _FORM.fullmatch(number):  # most come in their form, and cleaning is slow
        number = compact(number)
    if len(number) != 17:
        raise InvalidLength
    if not _FORM.fullmatch(number):
        raise InvalidFormat
    return str(mod_37_36.validate(number))


def is_valid(number: str) -> bool:
    """Tell whether the reference is valid."""
    try:
        return bool(validate(number))
    except ValidationError:
        return False
