"""References of our own form: a letter for the kind, fifteen hexadecimal digits, a check character.

The check is ISO 7064 MOD 37,36 over all sixteen.  Persons and projects have them; what the letter
means and who gives the reference out stands in the file of each.

>>> Reference("P").validate("P012 3456 789A BCDE C".lower())
'P0123456789ABCDEC'
"""

from __future__ import annotations

import re

from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError
from stdnum.iso7064 import mod_37_36
from stdnum.util import clean


def compact(number: str) -> str:
    """Give the reference without blanks and hyphens, in capitals."""
    return str(clean(number, " -")).strip().upper()


def calc_check_digit(number: str) -> str:
    """Compute the check character of the first sixteen."""
    return str(mod_37_36.calc_check_digit(compact(number)[:16]))


class Reference:
    """The references of one kind, told by their letter."""

    def __init__(self, letter: str) -> None:
        self._form = re.compile(rf"{letter}[0-9A-F]{{15}}[0-9A-Z]")

    def validate(self, number: str) -> str:
        """Give the reference as it is kept, or raise what is wrong with it."""
        if not self._form.fullmatch(number):  # most come in their form, and cleaning is slow
            number = compact(number)
        if len(number) != 17:
            raise InvalidLength
        if not self._form.fullmatch(number):
            raise InvalidFormat
        return str(mod_37_36.validate(number))

    def is_valid(self, number: str) -> bool:
        """Tell whether the reference is valid."""
        try:
            return bool(self.validate(number))
        except ValidationError:
            return False
