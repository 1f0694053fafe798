"""A person's pseudonymous reference; never an identity number, nor derived from one openly.

The form is `reference`'s with the letter P.  Whoever keeps the register of people gives it out, so
that files about people can be joined without naming them.

>>> calc_check_digit("P0123456789ABCDE")
'C'
>>> is_valid("P0123456789ABCDE!")
False
"""

from huoshui.kernel.ids.reference import Reference, calc_check_digit, compact

LETTER = "P"

_OF_A_PERSON = Reference(LETTER)
validate, is_valid = _OF_A_PERSON.validate, _OF_A_PERSON.is_valid

__all__ = ["LETTER", "calc_check_digit", "compact", "is_valid", "validate"]
